"""How far a fault reaches: the journeys whose requests it cannot alter need not be taken again.

Their records come from a clean emulator. A fault alters the operations it hooks into, and those that
consult a decision it replaces, for its own kind of entity if it has one; which consult which is seen
while the clean emulator answers. A fault that this leaves alive is tried again with all journeys.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import FAULTS
from conformance.emulator.faults.kinds import KIND_OF
from conformance.emulator.policy import Policy
from conformance.emulator.server import running
from conformance.engine.evidence import Journey
from conformance.proof.material import Effort, material, scratch

EVERY = "*"
Consulted = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Clean:
    """The journeys of a clean emulator, and the operations that consulted each of its decisions."""

    journeys: Mapping[str, Journey]
    consulted: Consulted


def operations_of(fault: str, consulted: Consulted) -> frozenset[str]:
    """The operations whose answers a fault can alter; `EVERY` among them where that cannot be told."""
    altered, usual = Emulator(), Policy()
    FAULTS.apply(altered, [fault])
    decided: set[str] = set()
    for one in fields(usual):
        if getattr(usual, one.name) != getattr(altered.policy, one.name):
            decided |= consulted.get(one.name, {EVERY})
    kind = KIND_OF.get(fault)
    own = decided & kind.operations if kind else decided
    return frozenset(altered.altered_operations() | (own or decided) or {EVERY})


@dataclass(frozen=True)
class Reach:
    """The journeys that a fault cannot alter, as a clean emulator left them, and whether it alters deletes."""

    untouched: Mapping[str, Journey]
    deletes: bool = True


def reach_of(fault: str, effort: Effort) -> Reach:
    """How far a fault reaches in the journeys of an effort."""
    clean = _clean(effort)
    reached = operations_of(fault, clean.consulted)
    if EVERY in reached:
        return Reach({})
    untouched = {
        name: journey
        for name, journey in clean.journeys.items()
        if not reached & {exchange.operation for exchange in journey.exchanges}
    }
    return Reach(untouched, any(operation.startswith("delete") for operation in reached))


@cache
def _clean(effort: Effort) -> Clean:
    stock, watched = material(effort), Emulator()
    consulted = watch(watched)
    with running(emulator=watched) as given, scratch() as folder:
        run = stock.run(given, folder)
        for row in stock.rows:
            run.verdict(row)
    journeys = {journey.name: journey for journey in run.taken()}
    return Clean(journeys, {name: frozenset(met) for name, met in consulted.items()})


def watch(emulator: Emulator) -> Mapping[str, set[str]]:
    """Note from now on which operation consults which decision; `EVERY` for one between two requests."""
    consulted: dict[str, set[str]] = defaultdict(set)
    current = [EVERY]

    def begin(emulator: Emulator, request: Request) -> None:
        current[0] = request.operation

    def end(request: Request, response: Response, emulator: Emulator) -> Response:
        current[0] = EVERY
        return response

    def noted(name: str, decide: Callable[..., Any]) -> Callable[..., Any]:
        def decision(*arguments: Any) -> Any:
            consulted[name].add(current[0])
            return decide(*arguments)

        return decision

    emulator.arriving(begin)
    emulator.after("*", end, when="always")
    for one in fields(emulator.policy):
        decide = getattr(emulator.policy, one.name)
        if callable(decide):
            setattr(emulator.policy, one.name, noted(one.name, decide))
    return consulted
