"""A side of the comparison: the exchanges of one recording, by journey."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.engine.contract import Contract
from conformance.engine.errors import SettingsError
from conformance.engine.exchange import Exchange, Request, Response
from conformance.engine.redaction import Redactor
from conformance.recordings.drift.content import named
from conformance.recordings.drift.references import shape
from conformance.recordings.index import FILE, Index, read_index
from conformance.recordings.loading import load
from conformance.recordings.recorded import Interaction, Recording
from conformance.recordings.secrets import learn_all

SUFFIXES = (".yaml", ".yml", ".json", ".har")


@dataclass
class Side:
    """`journeys` are in the order of the files; `recorded` says when, where the recorder kept it."""

    path: str
    journeys: dict[str, list[Exchange]]
    recorded: str = ""

    @cached_property
    def named(self) -> set[str]:
        """The ids in its requests."""
        return named(exchange for found in self.journeys.values() for exchange in found)

    @property
    def interactions(self) -> int:
        return sum(map(len, self.journeys.values()))

    def only(self, journeys: Iterable[str]) -> "Side":
        """The same with some of its journeys."""
        kept = {name: self.journeys[name] for name in journeys if name in self.journeys}
        return replace(self, journeys=kept)


def index_of(path: Path) -> Index | None:
    """The index of a folder that our recorder wrote, None for any other path."""
    return read_index(path) if (path / FILE).is_file() else None


def read(path: Path) -> list[Recording]:
    """The recordings that a path names.

    Raises SettingsError, in one line, when there are none or one is damaged.
    """
    if not path.is_dir():
        return [_undamaged(path)]
    files = [p for p in sorted(path.iterdir()) if p.suffix in SUFFIXES and p.name != FILE]
    if not files:
        raise SettingsError(f"{path}: no recordings in this folder")
    return [_undamaged(file) for file in files]


def _undamaged(path: Path) -> Recording:
    """A recording of which every entry can be read: one that lacks some shows drift that is none."""
    recording = load(path)
    if recording.skipped:
        first = recording.skipped[0]
        raise SettingsError(
            f"{path}: entry {first.entry} is damaged ({first.reason}); record it again"
        )
    return recording


def sides(old: Path, new: Path, contract: Contract) -> tuple[Side, Side, Redactor]:
    """Both sides without secrets, and the redactor that knows them all.

    Two single files are one journey, whatever their names; a single new file is compared with its own
    journey of an old folder. Raises SettingsError for a path that holds no recording.
    """
    recordings = read(old), read(new)
    redactor = Redactor()
    for recording in (*recordings[0], *recordings[1]):
        learn_all(redactor, recording.interactions)
    before, after = (
        _side(path, found, contract, redactor)
        for path, found in zip((old, new), recordings, strict=True)
    )
    return before if new.is_dir() else _paired(before, after, old.is_dir()), after, redactor


def _paired(before: Side, after: Side, many: bool) -> Side:
    name = next(iter(after.journeys))
    if not many:
        return replace(before, journeys={name: next(iter(before.journeys.values()))})
    if name not in before.journeys:
        raise SettingsError(f"{before.path}: no journey {name}, which {after.path} holds")
    return before.only([name])


def _side(path: Path, found: list[Recording], contract: Contract, redactor: Redactor) -> Side:
    journeys: dict[str, list[Exchange]] = {}
    for recording in found:
        if not recording.interactions:
            raise SettingsError(f"{recording.path}: no interactions in it")
        _refuse_lost_bodies(recording, contract)
        journey = str(recording.metadata.get("journey") or recording.path.stem)
        taken = journeys.setdefault(journey, [])
        taken += _exchanges(journey, len(taken), recording.interactions, contract, redactor)
    index = index_of(path)
    return Side(redactor.text(str(path)), journeys, index.recorded if index else "")


def _refuse_lost_bodies(recording: Recording, contract: Contract) -> None:
    for number, one in enumerate(recording.interactions, 1):
        if one.lost and contract.identify(one.method, urlsplit(one.url).path):
            which = f"the body of the {one.lost[0]} of interaction {number}"
            raise SettingsError(
                f"{recording.path}: {which} is not in it or cannot be unpacked, so that nothing can be"
                " compared; record it with bodies"
            )


def _exchanges(
    journey: str,
    first: int,
    found: Iterable[Interaction],
    contract: Contract,
    redactor: Redactor,
) -> list[Exchange]:
    return [
        _exchange(f"{journey}/{number:03d}", journey, one, contract, redactor)
        for number, one in enumerate(found, first + 1)
    ]


def _exchange(
    name: str, journey: str, one: Interaction, contract: Contract, hide: Redactor
) -> Exchange:
    about: dict[str, Any] = dict(one.about)
    place = urlsplit(one.url).path
    known = contract.identify(one.method, place)
    told = str(about.get("operation", ""))
    operation = told if told in contract.operations else known[0].id if known else ""
    request = Request(
        hide.headers(one.headers), hide.text(one.text), one.method, hide.text(one.url)
    )
    answered = Response(hide.headers(one.answer_headers), hide.text(one.answer_text), one.status)
    return Exchange(
        name,
        journey,
        str(about.get("step") or operation or f"{one.method} {shape(hide.text(place))}"),
        operation,
        request,
        answered if one.status else None,
        hide.text(one.error) or None,
        about.get("case"),
        dict(about.get("path") or (known[1] if known else {})),
        one.started,
        notes=dict(about.get("notes") or {}),
    )
