"""A write over a network that loses answers: sent again only once it is known what became of the first try.

What may be sent twice: a patch or a delete as it is; a create after what it may have made was looked for by
its name and deleted. When a lawful request is then refused, the first try may have had its effect: nothing is
held against the target, and the exchange has no answer.
"""

import time
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance.engine.client import Client
from conformance.engine.ledger import LOST, MADE, NONE, OPEN, Ledger
from conformance.engine.manners import backoff
from conformance.engine.network import Answer, counted, is_doubtful
from conformance.engine.strays import named

if TYPE_CHECKING:
    from conformance.engine.session import Session

LONGEST_WAIT = 30.0
LOOK_AGAIN = 0.5


@dataclass
class Delivery:
    """One write. `moot` are the refusals that prove nothing of a second try; `clear` makes that try safe."""

    client: Client
    method: str
    url: str
    headers: dict[str, str]
    payload: bytes | None
    moot: Container[int]
    once: bool
    clear: Callable[[], bool]

    def send(self) -> tuple[Answer, bool]:
        """The answer, and whether the first try may have had its effect although its answer was lost."""
        tries: list[Answer] = []
        while True:
            tries.append(self.client.send(self.method, self.url, self.headers, self.payload))
            if not is_doubtful(self.method, self.url, tries[-1]):
                return self._final(tries)
            if not self._may_go_on(tries):
                return self.client.settle(self.method, self.url, tries), False

    def _may_go_on(self, tries: list[Answer]) -> bool:
        client, count = self.client, len(tries)
        if self.once or not client.repeats or client.manners.spent():
            return False
        if not client.may_repeat(self.method, self.url, count):
            return False
        client.sleep(backoff(count, client.first_pause))
        return self.clear()

    def _final(self, tries: list[Answer]) -> tuple[Answer, bool]:
        last = counted(tries)
        told = self.client.is_its_way(self.method, self.url, tries[0])
        if len(tries) == 1 or last.status not in self.moot:
            return last, False
        if told:
            return replace(tries[0], attempts=last.attempts), False
        why = f"the answer was lost; sent again, it was refused with {last.status}"
        return replace(last, status=0, headers={}, text="", error=why), True


class Stake:
    """What a create has at stake: its entry in the ledger, and what to look for when its answer is lost."""

    def __init__(
        self, session: "Session", ledger: Ledger, kind: str, name: str | None, sandbox: str
    ) -> None:
        self.session, self.ledger = session, ledger
        self.kind, self.name, self.sandbox = kind, name, sandbox
        self.number = ledger.intend(kind, name, sandbox)
        self._lost: list[str] = []

    def settle(self, refused: bool, identifier: str | None) -> None:
        """Write what came of the create before anything else is sent.

        Refused in the end, it was refused before too. Raises ConformanceError when the disk does not take it.
        """
        state = MADE if identifier else NONE if refused else LOST
        self.ledger.close(self.number, state, identifier)
        for number in self._lost if refused else ():
            self.ledger.close(number, NONE)

    def clear(self) -> bool:
        """Delete what the lost create made; False when that cannot be found out.

        Another process may have a create of the same name under way: what that makes must not be touched.
        """
        self.ledger.close(self.number, LOST)
        self._lost.append(self.number)
        if self.name is not None and not self._cleared(self.name):
            return False
        self.number = self.ledger.intend(self.kind, self.name, self.sandbox)
        return True

    def _cleared(self, name: str) -> bool:
        until = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < until:
            found = named(self.session, self.kind, name, self.sandbox)
            if found is None:
                return False
            entries = self.ledger.account().entries.values()
            known = {e.id for e in entries if e.kind == self.kind and e.state == MADE}
            strays = [one for one in found if one.id not in known]
            if not strays:
                return True
            if not any((e.kind, e.name, e.state) == (self.kind, name, OPEN) for e in entries):
                return all(self.session.delete(one.kind, one.id, one.sandbox) for one in strays)
            self.session.world.sleep(LOOK_AGAIN)
        return False
