"""Records a run: one cassette for each journey, kept in place of the last ones only after a good run."""

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vcr.record_mode import RecordMode

from conformance.engine.authentication import token_for
from conformance.engine.errors import SettingsError
from conformance.engine.evidence import Journey
from conformance.engine.exchange import Exchange
from conformance.engine.redaction import Redactor
from conformance.engine.settings import Settings
from conformance.engine.verdict import Verdict
from conformance.engine.world import World
from conformance.recordings.cassettes import open_cassette
from conformance.recordings.index import RECORDED, Entry, Index, now, read_index
from conformance.recordings.listening import RecordingClient
from conformance.recordings.races import RACES, excused
from conformance.recordings.recorded import METADATA, read_cassette
from conformance.rules.journeys import Itinerary
from conformance.rules.run import Run, Tape

SHAPING = frozenset(
    {
        *("base_url", "ims_url", "collection_url", "org_id", "sandbox", "other_sandbox"),
        *("api_key", "access_token", "client_id", "client_secret", "scopes", "connectors"),
    }
)


class Recorder(Tape):
    """Writes cassettes into a folder of the run; `keep` moves them to where replays look."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self.destination = folder, root / folder.name

    def begin(self, itinerary: Itinerary) -> None:
        """Empty the folder of this run, and make sure that the other one can be written."""
        if self.destination.resolve().is_relative_to(self.folder.parent.resolve()):
            raise SettingsError(f"--record {self.destination.parent}: not inside --report-dir")
        with _writing(self.destination):
            self.destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def prepare(self, world: World, itinerary: Itinerary) -> World:
        """Sequences read back everything they make, so that each can be judged by itself later."""
        itinerary.thorough = True
        world.redactor.learn("client_id", world.settings.client_id)
        return replace(world, wanted=world.wanted - RACES)

    @contextmanager
    def around(self, journey: Journey, world: World) -> Iterator[World]:
        """A new cassette is open; looked-up values and placeholders start anew, whatever ran before."""
        world = replace(world, token=token_for(world.client, world.token))
        hide = copy.deepcopy(world.redactor)
        path = self.folder / f"{journey.name}.yaml"
        with open_cassette(path, hide, RecordMode.ONCE) as cassette:
            client = RecordingClient(world.client, cassette)
            try:
                yield replace(world, client=client, redactor=hide, looked_up={})
            finally:
                about = _about(journey.exchanges, client.counts, hide)
                known = {"journey": journey.name, "interactions": about}
                cassette.get_metadata(METADATA, known)

    def revise(self, verdict: Verdict, journeys: list[Journey]) -> Verdict:
        return excused(verdict)

    def complete(self, run: Run) -> None:
        """Take the sequences that no requirement of the profile asked for."""
        if not run.itinerary.narrowed:
            for name in run.itinerary.sequences:
                run.journey(name)

    def finish(self, run: Run, outcome: dict[str, Any], exit_code: int) -> list[str]:
        """Index the cassettes; after a good run they take the place of the last ones."""
        journeys = self._spoken(run.taken())
        if not journeys:
            return ["nothing was recorded"]
        _index(run, self._entries(journeys), outcome).write(self.folder)
        halted = [j for j in journeys if j.halted_at]
        if exit_code or halted:
            why = (
                f"{halted[0].name} stopped at {halted[0].halted_at}" if halted else "not conformant"
            )
            return [f"recorded in {self.folder} only, since the run is no good one: {why}"]
        lost = self._lost({journey.name for journey in journeys})
        if lost:
            why = (
                f"{self.destination} holds {', '.join(lost)} too; give another --name or remove it"
            )
            return [f"recorded in {self.folder} only, since {why}"]
        self._replace()
        return [f"recorded {len(journeys)} cassettes in {self.destination}"]

    def _spoken(self, journeys: list[Journey]) -> list[Journey]:
        """The journeys that sent something; a cassette without interactions is none."""
        for journey in journeys:
            if not journey.exchanges:
                (self.folder / f"{journey.name}.yaml").unlink(missing_ok=True)
        return [journey for journey in journeys if journey.exchanges]

    def _entries(self, journeys: list[Journey]) -> tuple[Entry, ...]:
        paths = {j.name: self.folder / f"{j.name}.yaml" for j in journeys}
        counts = {name: len(read_cassette(path).interactions) for name, path in paths.items()}
        return tuple(Entry(name, path.name, counts[name]) for name, path in paths.items())

    def _lost(self, journeys: set[str]) -> list[str]:
        """What the older recording holds beyond these journeys, the first few."""
        try:
            index = read_index(self.destination)
        except SettingsError:
            return []
        return [entry.journey for entry in index.cassettes if entry.journey not in journeys][:3]

    def _replace(self) -> None:
        """All or nothing: beside the older recording first, then in its place."""
        place = self.destination
        new, old = (place.with_name(f".{place.name}.{suffix}") for suffix in ("new", "old"))
        with _writing(place):
            for leftover in (new, old):
                shutil.rmtree(leftover, ignore_errors=True)
            shutil.copytree(self.folder, new)
            if place.exists():
                place.rename(old)
            new.rename(place)
            shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(self.folder)


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(f"--record: {place} cannot be written: {error.strerror}") from None


def _index(run: Run, entries: tuple[Entry, ...], outcome: dict[str, Any]) -> Index:
    world, itinerary = run.world, run.itinerary
    return Index(
        RECORDED,
        entries,
        recorded=now(),
        tool=outcome["tool"]["version"],
        contracts=outcome["contracts"]["version"],
        target=outcome["target"],
        verdict=outcome["verdict"],
        profile=outcome["profile"],
        sequences=tuple(itinerary.chosen) if itinerary.narrowed else (),
        run=world.run,
        token=world.redactor.text(world.token),
        repeats=world.repeats,
        examples=world.examples,
        settings=world.redactor.value(_lasting(world.settings)),
        requirements=tuple(sorted(world.wanted)),
    )


def _lasting(settings: Settings) -> dict[str, Any]:
    """The settings that shape requests, and so a replay; not those of one machine."""
    return {name: value for name, value in asdict(settings).items() if name in SHAPING}


def _about(exchanges: list[Exchange], counts: list[int], hide: Redactor) -> list[dict[str, Any]]:
    """What each interaction was for; an exchange that was sent again has several."""
    found = []
    for exchange, count in zip(exchanges, counts, strict=False):
        known = {
            "step": exchange.step,
            "operation": exchange.operation,
            "case": exchange.case,
            "path": exchange.path,
            "notes": exchange.notes,
        }
        shown = hide.value({name: value for name, value in known.items() if value})
        found += [shown] * count
    return found
