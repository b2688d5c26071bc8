"""Probes: journeys that put single requirements to the test with requests of their own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import LEAVING
from conformance.engine.session import AGAIN, Session

LONGEST_LEAVE = 30.0
Run = Callable[[Session], None]


@dataclass(frozen=True)
class Probe:
    """`proves` are globs of the requirements that need this probe; it shows those of `also` too.

    One that `reads_only` sends nothing that changes the target; without `proves` it is for runs of such alone.
    A `late` one waits until all others were taken, so that what is broken only at first is seen; one that
    `repeats` is late, and only for runs that ask many times.
    """

    name: str
    proves: tuple[str, ...]
    run: Run
    needs_setting: str | None = None
    also: tuple[str, ...] = ()
    reads_only: bool = False
    late: bool = False
    repeats: bool = False

    def is_needed_by(self, requirement_id: str) -> bool:
        return _matches(self.proves, requirement_id)

    def is_needed_by_any(self, requirement_ids: frozenset[str]) -> bool:
        return _match(self.proves, requirement_ids)

    def serves(self, requirement_id: str) -> bool:
        return _matches(self.proves, requirement_id) or _matches(self.also, requirement_id)


@cache
def _matches(globs: tuple[str, ...], requirement_id: str) -> bool:
    return any(fnmatchcase(requirement_id, glob) for glob in globs)


@cache
def _match(globs: tuple[str, ...], requirement_ids: frozenset[str]) -> bool:
    return any(_matches(globs, one) for one in requirement_ids)


PROBES: dict[str, Probe] = {}


def probe(
    name: str,
    *proves: str,
    needs_setting: str | None = None,
    also: tuple[str, ...] = (),
    reads_only: bool = False,
    late: bool = False,
    repeats: bool = False,
) -> Callable[[Run], Run]:
    """Register a function as the probe of the requirements that match `proves`.

    Unless it is late, it is one that repeats too, under the name `<name>-again`.
    """

    def register(function: Run) -> Run:
        late_too = late or repeats
        made = Probe(name, proves, function, needs_setting, also, reads_only, late_too, repeats)
        PROBES[name] = made
        if proves and not made.late:
            again = f"{name}{AGAIN}"
            PROBES[again] = replace(made, name=again, reads_only=False, late=True, repeats=True)
        return function

    return register


def put(
    session: Session,
    requirement_id: str,
    operation: str,
    identifier: str | None = None,
    **call: Any,
) -> Exchange | None:
    """Send the request that puts a requirement to the test, if this run judges it; often where it may be refused."""
    times = session.world.repeats if requirement_id in session.world.refusable else 1
    for _ in range(times - 1):
        put_once(session, requirement_id, operation, identifier, **call)
    return put_once(session, requirement_id, operation, identifier, **call)


def put_once(
    session: Session,
    requirement_id: str,
    operation: str,
    identifier: str | None = None,
    **call: Any,
) -> Exchange | None:
    """The same, however often a run asks for what may be refused."""
    if not session.wants(requirement_id):
        return None
    step = requirement_id.rsplit(".", 1)[-1]
    refusable = requirement_id in session.world.refusable
    call["notes"] = {**call.get("notes", {}), "refusal": refusable}
    return until_gone(
        session,
        lambda: session.call(operation, identifier, case=requirement_id, step=step, **call),
    )


def until_gone(session: Session, ask: Callable[[], Exchange]) -> Exchange:
    """Ask once, and again for as long as what was deleted is still leaving."""
    return session.poll(ask, lambda answer: answer.at("/items/0/state") != LEAVING, LONGEST_LEAVE)
