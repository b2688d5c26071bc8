"""The journeys of a run that writes nothing."""

from collections.abc import Mapping
from typing import Any

from conformance.engine.catalogue import READ_ONLY, Requirement
from conformance.engine.errors import SettingsError
from conformance.engine.sequence import Workflows
from conformance.engine.settings import Settings
from conformance.rules.journeys import Itinerary
from conformance.rules.probes.registry import PROBES

NEEDS_WRITES = f"needs requests that write, and --profile {READ_ONLY} sends none"


class ReadOnlyItinerary(Itinerary):
    """Only probes that read. Raises SettingsError for a chosen sequence, since each of them writes."""

    def __init__(
        self,
        connectors: Mapping[str, Any],
        workflows: Workflows,
        settings: Settings,
        only: tuple[str, ...] = (),
    ) -> None:
        if only:
            raise SettingsError(f"--sequence {only[0]} writes; leave out --profile {READ_ONLY}")
        super().__init__(connectors, workflows, settings)
        self.chosen = []
        self.narrowed = True
        self.probes = {
            n: p for n, p in PROBES.items() if p.reads_only and self._possible(p.needs_setting)
        }

    def lacking(self, row: Requirement) -> str | None:
        """What this run is missing to show a requirement: it may not write."""
        return NEEDS_WRITES
