"""How far a fault reaches: an alteration of some operations leaves the journeys without them as they were.

Those journeys need not be taken again; their records come from a clean emulator. A fault that replaces
a decision of the emulator, or meets every operation, reaches everything.
"""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.emulator.app import Emulator
from conformance.emulator.faults import FAULTS
from conformance.engine.evidence import Journey
from conformance.proof.emulators import emulator
from conformance.proof.material import Effort, material

EVERY = "*"


@cache
def operations_of(fault: str) -> frozenset[str]:
    """The operations whose answers a fault can alter; `EVERY` among them where that cannot be told."""
    altered = Emulator()
    before = _decisions(altered)
    FAULTS.apply(altered, [fault])
    met = frozenset(altered.altered_operations())
    return met if met and _decisions(altered) == before else frozenset({EVERY})


def _decisions(made: Emulator) -> list[object]:
    return [made.concurrent, *(getattr(made.policy, one.name) for one in fields(made.policy))]


def untouched(fault: str, effort: Effort) -> Mapping[str, Journey]:
    """The journeys that a fault cannot alter, as a clean emulator left them."""
    reached = operations_of(fault)
    if EVERY in reached:
        return {}
    return {
        name: journey
        for name, journey in _clean(effort).items()
        if not reached & {exchange.operation for exchange in journey.exchanges}
    }


@cache
def _clean(effort: Effort) -> Mapping[str, Journey]:
    stock = material(effort)
    with emulator() as given, TemporaryDirectory(prefix="aep-prove-") as folder:
        run = stock.run(given, Path(folder))
        for row in stock.rows:
            run.verdict(row)
        return {journey.name: journey for journey in run.taken()}
