"""Journeys: the documented sequences and the probes, and which of them a requirement needs."""

import copy
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.engine.belongings import Created
from conformance.engine.catalogue import Requirement
from conformance.engine.data import load_folder
from conformance.engine.errors import Halted, Hindered, SettingsError, Spent
from conformance.engine.evidence import INTERRUPTION, Journey
from conformance.engine.kinds import FLOW_SERVICE_KINDS, KINDS, Kind
from conformance.engine.sequence import Runner, Workflows, inputs_of, operations_of
from conformance.engine.session import Session
from conformance.engine.settings import Settings
from conformance.engine.world import World
from conformance.rules.probes.registry import PROBES, Probe


def load_connectors(
    root: Path, given: Mapping[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    """The connectors by id, with the real credentials and places of a connectors file laid over the documented ones.

    Raises SettingsError for a connector or table that does not exist.
    """
    connectors = {
        path.stem: document for path, document in load_folder("connectors", "connector", root)
    }
    for name, tables in (given or {}).items():
        if name not in connectors:
            raise SettingsError(
                f"--connectors: no connector {name}; known are {', '.join(sorted(connectors))}"
            )
        connectors[name] = copy.deepcopy(connectors[name])
        for table, values in tables.items():
            _params(connectors[name]["inputs"], name, table).update(values)
    return connectors


def _params(inputs: dict[str, Any], name: str, table: str) -> dict[str, Any]:
    account = inputs.get("account", {})
    places: dict[str, Any] = {
        "auth": account.get("auth", account).get("params"),
        "source": inputs.get("sourceConnection", {}).get("params"),
        "target": inputs.get("targetConnection", {}).get("params"),
    }
    found = places.get(table)
    if not isinstance(found, dict):
        raise SettingsError(
            f"--connectors: [{name}] takes {', '.join(k for k, v in places.items() if v)}, not {table}"
        )
    return found


class Itinerary:
    """The journeys that a run may take."""

    def __init__(
        self,
        connectors: Mapping[str, Any],
        workflows: Workflows,
        settings: Settings,
        profile: str = "core",
        only: tuple[str, ...] = (),
        wanted: frozenset[str] = frozenset(),
        repeats: int = 1,
    ) -> None:
        self.workflows = workflows
        self.settings = settings
        self.profile = profile
        self.repeats = repeats
        self.sequences = {c["sequence"]: c for c in connectors.values() if "sequence" in c}
        self._journeys: dict[str, list[str]] = {}
        self._operations = {
            n: operations_of(workflows, c["workflow"]) for n, c in self.sequences.items()
        }
        self.chosen = self._choose(profile, only)
        self.narrowed = bool(only)
        self.thorough = profile == "full" or self.narrowed
        self.probes = {} if only else {n: p for n, p in PROBES.items() if self._serves(p, wanted)}

    def scope(self, missing: list[str]) -> dict[str, Any]:
        """How much of the profile a run judges that leaves out the requirements in `missing`."""
        whole = self._choose(self.profile, ())
        return {"narrowed": self.narrowed, "sequences": sorted(whole), "missing": missing}

    def _choose(self, profile: str, only: tuple[str, ...]) -> list[str]:
        unknown = [name for name in only if name not in self.sequences]
        if unknown:
            raise SettingsError(f"--sequence {unknown[0]}: known are {', '.join(self.sequences)}")
        if only or profile == "full":
            return list(dict.fromkeys(only)) or list(self.sequences)
        if profile == "core":
            return self._first_of_each(lambda connector: str(connector["documents"][0]))
        return self._first_of_each(lambda connector: str(connector["workflow"]))

    def _first_of_each(self, key: Callable[[dict[str, Any]], str]) -> list[str]:
        first = {key(connector): name for name, connector in reversed(self.sequences.items())}
        return sorted(first.values())

    def read_backs(self, name: str) -> tuple[Kind, ...]:
        """The kinds of entity that a sequence reads back after each create, beyond what it documents."""
        if self.thorough or name == self.chosen[0]:
            return tuple(KINDS.values())
        workflow = self.sequences[name]["workflow"]
        first = next(n for n in self.chosen if self.sequences[n]["workflow"] == workflow)
        return FLOW_SERVICE_KINDS if name == first else ()

    def _serves(self, probe: Probe, wanted: frozenset[str]) -> bool:
        if probe.repeats and self.repeats < 2:
            return False
        return self._possible(probe.needs_setting) and probe.is_needed_by_any(wanted)

    def _possible(self, setting: str | None) -> bool:
        return setting is None or bool(getattr(self.settings, setting))

    def journeys_for(self, row: Requirement) -> list[str]:
        """The journeys whose exchanges can show a requirement."""
        if row.id not in self._journeys:
            self._journeys[row.id] = self._serving(row)
        return self._journeys[row.id]

    def before(self, names: Iterable[str]) -> list[str]:
        """The journeys that come before these: all that are not late, where one of these is."""
        late = {name for name, probe in self.probes.items() if probe.late}
        if late.isdisjoint(names):
            return []
        return [name for name in (*self.chosen, *self.probes) if name not in late]

    def _serving(self, row: Requirement) -> list[str]:
        wanted = set(row.operations)
        sequences = [n for n in self.chosen if not wanted or wanted & self._operations[n]]
        everywhere = not row.operations
        return sequences + [n for n, p in self.probes.items() if everywhere or p.serves(row.id)]

    def not_applicable(self, row: Requirement) -> str | None:
        """Why this run cannot judge a requirement at all, or None."""
        if self.journeys_for(row):
            return None
        return self.lacking(row) or "no chosen sequence shows it"

    def lacking(self, row: Requirement) -> str | None:
        """The setting without which no journey need show a requirement, or None."""
        probes = [p for p in PROBES.values() if p.is_needed_by(row.id)]
        if not probes or any(self._possible(p.needs_setting) for p in probes):
            return None
        return f"needs --{str(probes[0].needs_setting).replace('_', '-')}"


def take(journey: Journey, world: World, itinerary: Itinerary) -> None:
    """Run a journey to its end or to where it stops, tidy up, and fill in its record."""
    session = Session(_patience(world, journey.name), journey.name)
    started = time.monotonic()
    journey.halted_at, journey.reason = INTERRUPTION, "the run was interrupted"
    hindered = False
    try:
        _run(journey.name, session, itinerary)
        journey.halted_at = journey.reason = None
    except Halted as stop:
        journey.halted_at, journey.reason, journey.exchange = stop.step, stop.reason, stop.exchange
        journey.cut_short, hindered = isinstance(stop, Spent), isinstance(stop, Hindered)
    finally:
        journey.exchanges = session.exchanges
        left = session.tidy() if world.tidies else []
        journey.leftovers = [_leftover(entity) for entity in left]
        journey.unreachable = hindered or any(e.error for e in session.exchanges)
        journey.seconds = round(time.monotonic() - started, 3)


def _patience(world: World, name: str) -> World:
    """The world as a journey may see it: only those that repeat ask many times."""
    return world if name in PROBES and PROBES[name].repeats else replace(world, repeats=1)


def _run(name: str, session: Session, itinerary: Itinerary) -> None:
    if name in PROBES:
        PROBES[name].run(session)
        return
    connector = itinerary.sequences[name]
    Runner(session, itinerary.workflows, itinerary.read_backs(name)).run(
        connector["workflow"], inputs_of(connector, session.world.run)
    )


def _leftover(entity: Created) -> dict[str, str]:
    reason = (
        "the API has no delete for it"
        if entity.resource == "mappingSet"
        else "its delete was not answered with success"
    )
    return {"resource": entity.resource, "id": entity.id, "reason": reason}
