"""What runs left behind: found in the ledger and by the names of runs, deleted in order, and looked for again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.engine.belongings import ORDER
from conformance.engine.errors import ConformanceError
from conformance.engine.kinds import KINDS, MAPPING_SET
from conformance.engine.ledger import GONE, MADE, Account, Entry, Ledger
from conformance.engine.session import Session
from conformance.engine.strays import Stray, of_run
from conformance.engine.world import World
from conformance.interruptions import is_urgent

NO_DELETE = "the API has no delete for it"
REFUSED = "its delete was not answered with success"
STILL_THERE = "its delete was answered with success, and it is still there"
UNTOLD = "its create was not answered, and the target cannot be asked what became of it"
NO_NAME = "(no name)"
UNNAMED = "its create had no name and was not answered: nobody can tell whether it is there"

Place = tuple[str, str]


@dataclass(frozen=True)
class Leftover:
    """One entity of a run, or a create without an answer (`id` is empty), and why it is still there."""

    resource: str
    id: str
    name: str
    sandbox: str
    reason: str = ""

    @property
    def can_be_deleted(self) -> bool:
        return self.resource != MAPPING_SET.name and bool(self.id)

    def to_json(self) -> dict[str, str]:
        """The entry in results.json."""
        return {"resource": self.resource, "id": self.id or self.name, "reason": self.reason}


class Broom:
    """Sweeps up after one run; `world` reaches the sandbox that it worked in."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.ledger = ledger
        self.world = replace(world, ledger=ledger)

    def find(self) -> list[Leftover]:
        """What remains of the run, in the order in which it can be deleted."""
        account = self.ledger.account()
        seen = {place: self._look(account, *place) for place in _places(account)}
        listed = [stray for strays in seen.values() for stray in strays or ()]
        found = {(s.kind, s.id): _leftover(s) for s in listed}
        found |= {(e.kind, str(e.id)): _noted(e) for e in account.remaining if e.state == MADE}
        gone = {(e.kind, e.id) for e in account.entries.values() if e.state == GONE}
        kept = [one for key, one in found.items() if key not in gone or self._is_there(one)]
        kept += [one for e in account.remaining for one in _unanswered(e, seen)]
        return sorted(kept, key=lambda one: ORDER.index(one.resource))

    def sweep(self, found: Iterable[Leftover]) -> list[Leftover]:
        """Delete what was found; returns what remains, each with the reason.

        The run is closed in the ledger when nothing remains that could be deleted.
        """
        session = self._session()
        for one in found:
            if one.can_be_deleted:
                session.made(one.resource, one.id, one.sandbox)
        refused = {(c.resource, c.id) for c in session.tidy()}
        left = [_explained(one, refused) for one in self.find()]
        if not any(one.can_be_deleted or one.reason == UNTOLD for one in left):
            self.ledger.end()
        return left

    def _session(self) -> Session:
        return Session(self.world, "sweep", tidying=True)

    def _look(self, account: Account, kind: str, sandbox: str) -> list[Stray] | None:
        since = float(account.about.get("begins", 0.0))
        return of_run(self._session(), kind, account.run, since, sandbox)

    def _is_there(self, one: Leftover) -> bool:
        """Whether something deleted can still be read: a list may be behind its time."""
        read = self._session().call(
            KINDS[one.resource].get(), one.id, sandbox=one.sandbox, step="look", halts=False
        )
        return read.status == 200


def sweep_up(world: World, ledger: Ledger, outcome: dict[str, Any]) -> list[dict[str, str]]:
    """Delete at the end of a run what its journeys could not; returns the leftovers for `outcome`.

    Where that is broken off, `outcome` gets a note.
    """
    broom = Broom(world, ledger)
    try:
        if is_urgent():
            raise KeyboardInterrupt
        return [one.to_json() for one in broom.sweep(broom.find())]
    except (ConformanceError, KeyboardInterrupt):
        outcome["notes"].append("not all was tidied up: `aep-conformance sweep` removes the rest")
        return list(outcome["leftovers"])


def _places(account: Account) -> list[Place]:
    """Every kind and sandbox that the run created something of and in, as far as it can be listed."""
    places = {(e.kind, e.sandbox) for e in account.entries.values()}
    return sorted(place for place in places if place[0] != MAPPING_SET.name)


def _unanswered(entry: Entry, seen: Mapping[Place, list[Stray] | None]) -> Iterator[Leftover]:
    """A create that nobody answered, where listing does not tell what became of it."""
    if entry.state == MADE:
        return
    if entry.name is None:
        yield Leftover(entry.kind, "", NO_NAME, entry.sandbox, UNNAMED)
    elif seen.get((entry.kind, entry.sandbox)) is None:
        yield Leftover(entry.kind, "", entry.name, entry.sandbox, UNTOLD)


def _leftover(stray: Stray) -> Leftover:
    return Leftover(stray.kind, stray.id, stray.name, stray.sandbox)


def _noted(entry: Entry) -> Leftover:
    reason = NO_DELETE if entry.kind == MAPPING_SET.name else ""
    return Leftover(entry.kind, str(entry.id), entry.name or "", entry.sandbox, reason)


def _explained(one: Leftover, refused: set[tuple[str, str]]) -> Leftover:
    if one.reason:
        return one
    return replace(one, reason=REFUSED if (one.resource, one.id) in refused else STILL_THERE)
