"""Replays a recording: every request is answered from a cassette, and every socket is blocked."""

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from vcr.record_mode import RecordMode

from conformance.engine.errors import SettingsError
from conformance.engine.evidence import Journey
from conformance.engine.verdict import ERROR, NOT_APPLICABLE, UNTESTED, Verdict
from conformance.engine.world import World
from conformance.recordings import offline
from conformance.recordings.cassettes import open_cassette
from conformance.recordings.freshness import again, notes
from conformance.recordings.index import RECORDED, Entry, read_index
from conformance.recordings.player import ReplayClient
from conformance.recordings.races import RACES, excused, not_applicable
from conformance.recordings.recorded import load_cassette
from conformance.rules.journeys import Itinerary
from conformance.rules.probes.registry import PROBES
from conformance.rules.run import Run, Tape

_PLACEHOLDER = re.compile(r"<secret:([^>]+)>")


class Replay(Tape):
    """One recording, read when a journey needs it."""

    def __init__(self, folder: Path, most_days: int = 180) -> None:
        self.folder, self.most_days = folder, most_days
        self.index = read_index(folder)
        if self.index.provenance != RECORDED:
            raise SettingsError(
                f"{folder}: built from the documents, not recorded; see `aep-conformance judge`"
            )
        self.orphans: list[str] = []
        self._loaded: dict[Path, tuple[Any, ...]] = {}

    def shared(self) -> dict[str, Any]:
        """What the processes of the run share, as it was recorded.

        Each secret is a stand-in that becomes the same placeholder again.
        """
        known = {"settings": self.index.settings, "token": self.index.token, "run": self.index.run}
        return {name: _filled(value) for name, value in known.items()}

    def target(self, given: dict[str, str]) -> dict[str, str]:
        name = f"replay of {self.folder.name}"
        return {**self.index.target, "name": name, "mode": "replay"}

    def begin(self, itinerary: Itinerary) -> None:
        """Read every cassette that the run may need. Raises SettingsError for the first that is damaged."""
        for name in (*itinerary.chosen, *itinerary.probes):
            entry = self._entry(name)
            found = len(self.load_cassette(self.folder / entry.file, None)[0])
            if found < entry.interactions:
                lost = f"{found} of {entry.interactions} interactions: cut off"
                raise SettingsError(f"{self.folder / entry.file}: {lost}; record it again")

    def prepare(self, world: World, itinerary: Itinerary) -> World:
        """Journeys run as they were recorded, however few requirements this run judges.

        Raises SettingsError for a sequence that is not recorded.
        """
        offline.block()
        held = {entry.journey for entry in self.index.cassettes}
        self.orphans = sorted(held - {*itinerary.sequences, *PROBES})
        if itinerary.narrowed:
            self._require(itinerary.chosen, held)
        itinerary.thorough = True
        itinerary.chosen = [name for name in itinerary.chosen if name in held]
        itinerary.probes = {n: p for n, p in itinerary.probes.items() if n in held}
        return replace(
            world,
            wanted=frozenset(self.index.requirements),
            repeats=self.index.repeats,
            examples=self.index.examples,
            sleep=lambda _: None,
        )

    def _require(self, names: list[str], held: set[str]) -> None:
        for name in names:
            if name not in held:
                raise SettingsError(
                    f"--sequence {name}: not in {self.folder}; {again(self.index, self.folder)}"
                )

    def load_cassette(self, path: str | Path, serializer: Any) -> tuple[Any, ...]:
        """What vcrpy asks of its persister: the cassette, read once."""
        known = Path(path)
        if known not in self._loaded:
            _, self._loaded[known] = load_cassette(known)
            for request in self._loaded[known][0]:
                request.kept = request
        return self._loaded[known]

    def _entry(self, journey: str) -> Entry:
        return next(entry for entry in self.index.cassettes if entry.journey == journey)

    @contextmanager
    def around(self, journey: Journey, world: World) -> Iterator[World]:
        """The journey's cassette answers; what it does not hold and what it holds in vain is an error."""
        hide = copy.deepcopy(world.redactor)
        path = self.folder / self._entry(journey.name).file
        with open_cassette(path, hide, RecordMode.NONE, self) as cassette:
            client = ReplayClient(world, cassette)
            yield replace(world, client=client, redactor=hide, looked_up={})
        fault = client.unknown[0] if client.unknown else client.unused()
        if fault:
            journey.halted_at = journey.halted_at or "the end"
            journey.reason, journey.unreachable = fault, True

    def shows(self, requirements: frozenset[str]) -> bool:
        """Not when some were left out of the recording or came after it."""
        return requirements - RACES <= {*self.index.requirements}

    def faults(self, journeys: list[Journey]) -> list[str]:
        """What was asked without a recording, or recorded in vain."""
        spoilt = [str(j.reason) for j in journeys if j.unreachable]
        return spoilt + [
            f"replay: {name}.yaml was never used: this version takes no journey {name}"
            for name in self.orphans
        ]

    def revise(self, verdict: Verdict, journeys: list[Journey]) -> Verdict:
        """A journey that is not the recorded one shows nothing."""
        spoilt = next((j for j in journeys if j.unreachable), None)
        if spoilt is not None:
            reason = str(spoilt.reason)
            return replace(verdict, verdict=ERROR, message=reason, broken=[], blocked_by=None)
        is_new = verdict.requirement.id not in self.index.requirements
        if is_new and verdict.verdict == UNTESTED:
            return excused(
                not_applicable(verdict, f"not in this recording; {again(self.index, self.folder)}")
            )
        if verdict.verdict == NOT_APPLICABLE and not journeys:
            return excused(not_applicable(verdict, "the recording does not show it"))
        return excused(verdict)

    def finish(self, run: Run, outcome: dict[str, Any], exit_code: int) -> list[str]:
        told = notes(self.index, self.folder, self.most_days)
        if self.faults(run.taken()):
            told.insert(
                0, f"what is asked is not what is recorded; {again(self.index, self.folder)}"
            )
        return told

    def close(self) -> None:
        offline.unblock()


def _filled(value: Any) -> Any:
    """The value with a stand-in for each placeholder, long enough to be a secret."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: f"replayed-{match[1]}", value)
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner) for inner in value]
    return value
