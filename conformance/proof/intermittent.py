"""The trial of a fault that shows now and then: journey by journey, until it is found and its rate is told."""

import time
from collections.abc import Sequence

from conformance.engine.evidence import Journey
from conformance.engine.verdict import FAIL, WARN, Verdict
from conformance.proof.emulators import emulator
from conformance.proof.material import Effort, Material, after, material, scratch, take_safely
from conformance.proof.reach import Reach, reach_of
from conformance.proof.responses import red_among
from conformance.proof.trial import Trial, try_emulator
from conformance.rules.journeys import Itinerary
from conformance.rules.probes.registry import PROBES

RATE = "(broken in "


def try_now_and_then(shown: str, named: Sequence[str], effort: Effort) -> Trial:
    """Judge a fault that shows now and then by the rows that it names, and where that is in vain by all."""
    own = effort.for_rows(named)
    counted = not own.generated and not shown.endswith("s")
    reach = reach_of(shown.partition("@")[0], own) if counted else Reach({})
    started = time.monotonic()
    trial = _until_told(shown, named, own, reach, counted)
    if not trial.red:
        trial = try_emulator(shown, [shown], (), named, own, reach)
    trial.seconds = round(time.monotonic() - started, 2)
    return trial


def _until_told(
    shown: str, named: Sequence[str], effort: Effort, reach: Reach, counted: bool
) -> Trial:
    stock = material(effort)
    rows = [row for row in stock.rows if row.id in named]
    taken: dict[str, Journey] = {}
    red: list[Verdict] = []
    with emulator([shown]) as given, scratch() as folder:
        world = stock.world(given, folder, after(effort.longest))
        itinerary = stock.itinerary(world.settings)
        for name in _order(stock, itinerary, named, reach, counted):
            taken[name] = take_safely(Journey(name), world, itinerary)
            found = red_among(rows, taken, stock, itinerary)
            red = [v for v in found if v.verdict in (FAIL, WARN)] or red
            if any(RATE in verdict.message for verdict in red):
                break
    return Trial(
        shown,
        tuple(named),
        {verdict.requirement.id: verdict.verdict for verdict in red},
        {verdict.requirement.id: verdict.message for verdict in red},
        requests=sum(len(journey.exchanges) for journey in taken.values()),
    )


def _order(
    stock: Material, itinerary: Itinerary, named: Sequence[str], reach: Reach, counted: bool
) -> list[str]:
    """The journeys that can show it: where it is counted, first those that ask the named rows many times."""
    wanted = {n for row in stock.rows if row.id in named for n in itinerary.journeys_for(row)}
    every = [*itinerary.chosen, *itinerary.probes]
    late = {name for name in itinerary.probes if PROBES[name].late}
    if not counted:
        return sorted(every, key=lambda name: name in late)
    often = {n for n in late if any(PROBES[n].is_needed_by(row) for row in named)}
    able = [name for name in every if name in wanted and name not in reach.untouched]
    return sorted(able, key=lambda name: (name not in often, name not in late))
