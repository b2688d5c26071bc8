"""What every trial of a process shares, and the run of one emulator."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from conformance.engine.catalogue import Catalogue, Requirement, load_catalogue
from conformance.engine.client import Client
from conformance.engine.contract import Contract, load_contract
from conformance.engine.data import contracts_root
from conformance.engine.redaction import Redactor
from conformance.engine.sequence import Workflows, load_workflows
from conformance.engine.session import World
from conformance.engine.settings import Settings, resolve
from conformance.rules.journeys import Itinerary, load_connectors
from conformance.rules.run import Run, with_needs

TIMEOUT = 10.0


@dataclass(frozen=True)
class Material:
    """The contract data of a profile; loading it costs as much as a hundred requests."""

    profile: str
    contract: Contract
    catalogue: Catalogue
    connectors: Mapping[str, Any]
    workflows: Workflows
    rows: tuple[Requirement, ...]
    wanted: frozenset[str]

    def world(self, given: Mapping[str, Any]) -> World:
        """A world around the emulator whose settings are given."""
        settings: Settings = resolve({**given, "http_timeout": TIMEOUT}, {})
        return World(
            settings,
            self.contract,
            Redactor(settings.secrets()),
            Client(settings),
            settings.access_token or "",
            f"aepc-{secrets.token_hex(3)}",
            self.connectors,
            self.wanted,
        )

    def itinerary(self, settings: Settings) -> Itinerary:
        """The journeys of the profile."""
        return Itinerary(
            self.connectors, self.workflows, settings, self.profile, (), self.wanted
        )

    def run(self, given: Mapping[str, Any], folder: Path) -> Run:
        """A run of the whole profile against one emulator."""
        world = self.world(given)
        return Run(world, self.catalogue, self.itinerary(world.settings), folder)


@cache
def material(profile: str) -> Material:
    """The material of a profile, loaded once in each process."""
    root = contracts_root()
    catalogue = load_catalogue(root)
    rows = catalogue.select(profile)
    return Material(
        profile,
        load_contract(root),
        catalogue,
        load_connectors(root),
        load_workflows(root),
        tuple(rows),
        with_needs(rows, catalogue),
    )
