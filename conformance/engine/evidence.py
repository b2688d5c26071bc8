"""Evidence: the exchanges of the journeys that ran, and the history of each entity in them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import BY_OPERATION, Kind, created_names

INTERRUPTION = "interruption"


@dataclass
class Journey:
    """The record of one sequence or probe: what it exchanged, and where it stopped if it did.

    `cut_short` says that it stopped because the budget of the run was spent.
    """

    name: str
    exchanges: list[Exchange] = field(default_factory=list)
    halted_at: str | None = None
    reason: str | None = None
    exchange: str | None = None
    unreachable: bool = False
    cut_short: bool = False
    seconds: float = 0.0
    leftovers: list[dict[str, str]] = field(default_factory=list)

    def left_off_at(self, exchange: Exchange) -> bool:
        """Whether an exchange is the last of its kind only because the journey was broken off."""
        broken_off = self.cut_short or self.unreachable or self.halted_at == INTERRUPTION
        return bool(self.halted_at) and broken_off and self.exchange != exchange.id

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "exchanges": [exchange.to_json() for exchange in self.exchanges]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Journey":
        exchanges = [Exchange.from_json(exchange) for exchange in data["exchanges"]]
        return cls(**{**data, "exchanges": exchanges})


@dataclass
class Change:
    """A request that changes one entity, with the reads on both sides that no other change separates."""

    exchange: Exchange
    before: Exchange | None
    after: Exchange | None


@dataclass(eq=False)
class Timeline:
    """The exchanges that concern one entity, in the order in which they were sent."""

    kind: Kind
    id: str
    created: Exchange | None = None
    events: list[Exchange] = field(default_factory=list)

    @cached_property
    def reads(self) -> list[Exchange]:
        """The lawful successful reads of the entity by its id."""
        return [e for e in self.events if e.operation == self.kind.get() and e.is_lawful_success]

    @cached_property
    def _reads(self) -> frozenset[Exchange]:
        return frozenset(self.reads)

    def fresh_reads(self) -> Iterator[Exchange]:
        """The reads after the create, before anything changed."""
        for event in self.events:
            if event in self._reads:
                yield event
            elif _writes(event) and (event.case is None or event.status < 400):
                return

    def updates(self) -> Iterator[Change]:
        """Each lawful update that succeeded, its answer lost or not."""
        update = self.kind.update()
        return self._changes(
            lambda e: (
                e.operation == update and (e.is_lawful_success or (e.took_effect and not e.case))
            )
        )

    def actions(self) -> Iterator[Change]:
        """Each lawful action on a flow that succeeded."""
        return self._changes(lambda e: e.operation == "actOnFlow" and e.is_lawful_success)

    def refusals(self) -> Iterator[Change]:
        """Each write put to the test that was refused."""
        return self._changes(lambda e: e.case is not None and _writes(e) and e.status >= 400)

    def _changes(self, wanted: Any) -> Iterator[Change]:
        for position, event in enumerate(self.events):
            if wanted(event):
                yield Change(event, self._near(position, -1), self._near(position, 1))

    def _near(self, position: int, step: int) -> Exchange | None:
        reads = self._reads
        position += step
        while 0 <= position < len(self.events):
            event = self.events[position]
            if event in reads:
                return event
            if _writes(event) and event.status < 400:
                return None
            position += step
        return None


def _grouped(
    exchanges: list[Exchange], key: Callable[[Exchange], Any]
) -> dict[Any, list[Exchange]]:
    groups: dict[Any, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        groups[key(exchange)].append(exchange)
    return groups


def _writes(exchange: Exchange) -> bool:
    return exchange.request.method != "GET"


class Evidence:
    """What the rules look at. Every method returns exchanges in the order in which they happened."""

    def __init__(self, journeys: Iterable[Journey]) -> None:
        self.journeys = list(journeys)

    @cached_property
    def exchanges(self) -> list[Exchange]:
        return [exchange for journey in self.journeys for exchange in journey.exchanges]

    def answered(self, *operations: str) -> list[Exchange]:
        """The exchanges of some operations (all, when none is named) that have an answer."""
        if not operations:
            return self._answered
        if len(operations) == 1:
            return self._by_operation.get(operations[0], [])
        return [e for e in self._answered if e.operation in operations]

    @cached_property
    def _answered(self) -> list[Exchange]:
        return [e for e in self.exchanges if e.response]

    @cached_property
    def _by_operation(self) -> dict[str, list[Exchange]]:
        return _grouped(self._answered, lambda exchange: exchange.operation)

    @cached_property
    def _by_case(self) -> dict[str | None, list[Exchange]]:
        return _grouped(self._answered, lambda exchange: exchange.case)

    def successes(self, *operations: str) -> list[Exchange]:
        """The lawful requests that were answered with success."""
        return [e for e in self.answered(*operations) if e.is_lawful_success]

    def cases(self, requirement_id: str) -> list[Exchange]:
        """The answered requests that put one requirement to the test."""
        return self._by_case.get(requirement_id, [])

    def timelines(self, *kinds: Kind) -> list[Timeline]:
        """The history of every created entity of some kinds."""
        return [t for t in self._timelines.values() if t.kind in kinds]

    @cached_property
    def _timelines(self) -> dict[tuple[str, str], Timeline]:
        found: dict[tuple[str, str], Timeline] = {}
        aliases: dict[str, str] = {}
        for exchange in self.exchanges:
            kind = BY_OPERATION.get(exchange.operation)
            if kind is None:
                continue
            if (
                exchange.operation == kind.create()
                and exchange.response
                and exchange.response.is_success
            ):
                names = created_names(kind, exchange)
                if names:
                    found[(kind.name, names[0])] = Timeline(kind, names[0], exchange)
                    aliases |= dict.fromkeys(names, names[0])
            named = exchange.path.get("id", "")
            timeline = found.get((kind.name, aliases.get(named, named)))
            if timeline is not None:
                timeline.events.append(exchange)
        return found

    def left_off_at(self, exchange: Exchange) -> bool:
        """Whether the journey of an exchange was broken off before it could go on from there."""
        return any(j.left_off_at(exchange) for j in self.journeys if j.name == exchange.journey)

    def sent_by(self, journey: str) -> dict[str, list[Exchange]]:
        """The exchanges of one journey by operation."""
        grouped: dict[str, list[Exchange]] = defaultdict(list)
        for exchange in self.exchanges:
            if exchange.journey == journey:
                grouped[exchange.operation].append(exchange)
        return grouped
