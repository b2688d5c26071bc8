"""Our own cassettes judged as the run was that they were recorded from."""

from collections.abc import Callable
from typing import Any

from conformance.engine.catalogue import Catalogue, Requirement
from conformance.engine.data import contracts_root
from conformance.engine.evidence import Evidence, Journey
from conformance.engine.sequence import load_workflows
from conformance.engine.settings import Settings
from conformance.rules import run  # noqa: F401 - registers every probe
from conformance.rules.journeys import Itinerary, load_connectors
from conformance.rules.probes.registry import PROBES


def of_run(journeys: list[Journey], catalogue: Catalogue) -> Callable[[Requirement], Evidence]:
    """For each requirement the journeys that a run judges it by, as far as they were recorded."""
    root = contracts_root()
    wants: dict[str, Any] = {p.needs_setting: "given" for p in PROBES.values() if p.needs_setting}
    everything = Settings("http://target.test", "", "", "", **wants)  # so that no probe is left out
    wanted = frozenset(row.id for row in catalogue.testable())
    workflows = load_workflows(root)
    itinerary = Itinerary(
        load_connectors(root), workflows, everything, "full", (), wanted, repeats=2
    )
    by_name = {journey.name: journey for journey in journeys}

    def evidence(row: Requirement) -> Evidence:
        return Evidence(by_name[n] for n in itinerary.journeys_for(row) if n in by_name)

    return evidence
