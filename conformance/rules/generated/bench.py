"""What all scenarios of a run share: the ground they stand on, and the shortest that broke the model."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import groupby
from typing import Any, TypeVar, cast

from conformance.engine.curl import curl_lines
from conformance.engine.errors import Halted
from conformance.engine.exchange import Exchange
from conformance.engine.kinds import CONNECTION, FLOW, TARGET, Kind
from conformance.engine.session import Session
from conformance.rules.generated.model import Body
from conformance.rules.probes.kit import PROFILE_STORE, account_body, destination

MOST_TRIES = 50


class Violation(AssertionError):
    """An answer is not what the model says."""


class Enough(BaseException):
    """Ends the exploration at once: Hypothesis lets it pass because it is no Exception."""

    def __init__(self, halted: Halted | None = None) -> None:
        super().__init__()
        self.halted = halted


Step = TypeVar("Step", bound=Callable[..., None])


def step(function: Step) -> Step:
    """A step that ends the exploration where it would halt the journey: shrinking that would take for ever."""

    @wraps(function)
    def guarded(*given: Any, **named: Any) -> None:
        try:
            function(*given, **named)
        except Halted as halted:
            raise Enough(halted) from None

    return cast("Step", guarded)


def _counted(steps: Iterable[str]) -> Iterator[str]:
    """The steps, one that follows itself once with its number."""
    for name, same in groupby(steps):
        times = len(list(same))
        yield f"{name} ({times} times)" if times > 1 else name


class Bench:
    """What all scenarios of a run stand on, and the shortest that broke the model."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.chain = destination(session)
        self.count = 0
        self.tries = 0
        self.shortest: list[Exchange] = []

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Around scenarios: what was broken is told in the notes of the exchange that shows it."""
        try:
            yield
        except Violation:
            pass
        except Enough as end:
            if end.halted:
                raise end.halted from None
        finally:
            self.tell()

    def failed(self, history: list[Exchange]) -> None:
        """Keep the shortest history; its last exchange is the one that is wrong."""
        if not self.shortest or len(history) < len(self.shortest):
            self.shortest = list(history)

    def tried(self) -> None:
        """Count the scenarios since the first failure: looking for shorter ones costs requests too."""
        self.tries += bool(self.shortest)
        if self.tries > MOST_TRIES:
            raise Enough

    def tell(self) -> None:
        """Put the shortest history, without the reads on the way, into the notes of its last exchange."""
        if self.shortest:
            last = self.shortest[-1]
            told = [e for e in self.shortest if e.request.method != "GET" or e is last]
            last.notes["sequence"] = " → ".join(_counted(e.step for e in told))
            last.notes["curl_sequence"] = curl_lines(told)

    def body(self, kind: Kind, words: str, sides: Body) -> Body:
        """A lawful create with a name of its own."""
        self.count += 1
        name = self.session.name(f"generated order {self.count}")
        body: Body = {"name": name, "description": words}
        if kind is CONNECTION:
            return {**account_body(self.session, "x"), **body}
        if kind is TARGET:
            return {**self.chain.target_body, **body}
        if kind is FLOW:
            return {**self.chain.flow(self.session, "x"), **body, **sides}
        data = {"data": {"format": "json"}, "params": {}}
        return {
            **body,
            **data,
            "connectionSpec": PROFILE_STORE,
            "baseConnectionId": self.chain.store,
        }
