"""A run: takes each journey once, whoever asks first, and gives verdicts on what was seen."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

import conformance.rules
import conformance.rules.generated
import conformance.rules.probes  # noqa: F401 - registers the probes
from conformance.engine.catalogue import Catalogue, Requirement
from conformance.engine.evidence import INTERRUPTION, Evidence, Journey
from conformance.engine.verdict import Judge, Verdict
from conformance.engine.world import World
from conformance.rules.journeys import Itinerary, take
from conformance.rules.registry import check_complete, rule_for


class Tape:
    """What lies around each journey of a run: nothing, unless the run records or replays."""

    def target(self, given: dict[str, str]) -> dict[str, str]:
        """The target as results.json names it."""
        return given

    def begin(self, itinerary: Itinerary) -> None:
        """Make ready, once for all processes of the run. Raises SettingsError when it cannot be."""

    def prepare(self, world: World, itinerary: Itinerary) -> World:
        """The world that the journeys of this process are to share."""
        return world

    @contextmanager
    def around(self, journey: Journey, world: World) -> Iterator[World]:
        """The world of one journey while it is taken."""
        yield world

    def revise(self, verdict: Verdict, journeys: list[Journey]) -> Verdict:
        """The verdict that counts, in view of the journeys behind it."""
        return verdict

    def shows(self, requirements: frozenset[str]) -> bool:
        """Whether a run on it can judge all of these requirements."""
        return True

    def complete(self, run: "Run") -> None:
        """Take what else the run is to take."""

    def faults(self, journeys: list[Journey]) -> list[str]:
        """Why the run as a whole says nothing about the target."""
        return []

    def finish(self, run: "Run", outcome: dict[str, Any], exit_code: int) -> list[str]:
        """Remarks for the reader of the results. Raises SettingsError when something cannot be written."""
        return []

    def close(self) -> None:
        """Undo what the tape did to the process."""


class Run:
    """One run against one target. Workers of the same run share the folder `records`."""

    def __init__(
        self,
        world: World,
        catalogue: Catalogue,
        itinerary: Itinerary,
        records: Path,
        tape: Tape | None = None,
    ) -> None:
        check_complete(catalogue)
        self.world, self.catalogue, self.itinerary, self.records = (
            world,
            catalogue,
            itinerary,
            records,
        )
        self.tape = tape or Tape()
        self._journeys: dict[str, Journey] = {}
        self._evidence: dict[tuple[str, ...], Evidence] = {}
        records.mkdir(parents=True, exist_ok=True)

    @cached_property
    def judge(self) -> Judge:
        return Judge(
            self.catalogue,
            lambda row: rule_for(row, self.world.contract),
            self.evidence_for,
            self.itinerary.not_applicable,
            self.itinerary.narrowed,
            self.itinerary.lacking,
        )

    def verdict(self, row: Requirement) -> Verdict:
        """The verdict on a requirement, after the journeys that it needs."""
        verdict = self.judge.verdict(row)
        journeys = [self._journeys[n] for n in self.itinerary.journeys_for(row)]
        return self.tape.revise(verdict, journeys)

    def evidence_for(self, row: Requirement) -> Evidence:
        """The exchanges of the journeys that can show a requirement."""
        names = tuple(self.itinerary.journeys_for(row))
        if names not in self._evidence:
            self._take_all((*self.itinerary.before(names), *names))
            self._evidence[names] = Evidence(self.journey(name) for name in names)
        return self._evidence[names]

    def _take_all(self, names: tuple[str, ...]) -> None:
        """Take journeys, first those that no other worker is taking just now."""
        for wait in (False, True):
            for name in names:
                self.obtain(name, wait)

    def journey(self, name: str) -> Journey:
        """The record of a journey, taken now unless this or another worker has taken it."""
        self.obtain(name)
        return self._journeys[name]

    def obtain(self, name: str, wait: bool = True) -> None:
        """Take a journey, or read its record; without `wait` not one that another worker is taking."""
        if name in self._journeys:
            return
        path = self._record(name)
        with suppress(Timeout), FileLock(f"{path}.lock", timeout=-1 if wait else 0):
            if not path.exists():
                self._take(Journey(name), path)
            if path.exists():
                self._journeys[name] = _read(path)

    def _take(self, journey: Journey, path: Path) -> None:
        begun = path.with_suffix(".begun")
        try:
            if begun.exists():
                _lose(journey)
                return
            _touch(begun)
            with self.tape.around(journey, self.world) as world:
                take(journey, world, self.itinerary)
        finally:
            self._journeys[journey.name] = journey
            _write(path, journey)
            begun.unlink(missing_ok=True)

    def _record(self, name: str) -> Path:
        return self.records / f"{name}.json"

    def is_judgeable(self, row: Requirement) -> bool:
        """Whether every journey that a requirement and its needs want has been taken."""
        rows = [self.catalogue[name] for name in with_needs([row], self.catalogue)]
        names = {name for needed in rows for name in self.itinerary.journeys_for(needed)}
        return all(n in self._journeys or self._record(n).exists() for n in names)

    def taken(self) -> list[Journey]:
        """The journeys that any worker has taken, in the order of their names."""
        others = (p for p in self.records.glob("*.json") if p.stem not in self._journeys)
        known = {**self._journeys, **{path.stem: _read(path) for path in others}}
        return [known[name] for name in sorted(known)]


def refusable_among(catalogue: Catalogue) -> frozenset[str]:
    """The ids of the requirements that allow a request to be refused."""
    rows = catalogue.rows.values()
    return frozenset(r.id for r in rows if r.statuses and max(r.statuses) >= 400)


def with_needs(rows: Iterable[Requirement], catalogue: Catalogue) -> frozenset[str]:
    """The ids of some requirements and of all that they need."""
    found: set[str] = set()
    pending = [row.id for row in rows]
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(catalogue[name].needs)
    return frozenset(found)


def _lose(journey: Journey) -> None:
    """Taken once more, a journey would meet what the process that died over it left behind."""
    journey.halted_at, journey.reason = INTERRUPTION, "the process that took it died"
    journey.unreachable = True


def _touch(path: Path) -> None:
    with suppress(OSError):  # a full disk
        path.touch()


def _read(path: Path) -> Journey:
    return Journey.from_json(json.loads(path.read_text(encoding="utf-8")))


def _write(path: Path, journey: Journey) -> None:
    partial = path.with_suffix(".part")
    try:
        partial.write_text(json.dumps(journey.to_json()), encoding="utf-8")
        partial.replace(path)
    except OSError:  # a full disk: the process that took the journey still has it
        partial.unlink(missing_ok=True)
