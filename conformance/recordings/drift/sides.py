"""A side of the comparison: the exchanges of one recording, by journey."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.engine.contract import Contract
from conformance.engine.errors import SettingsError
from conformance.engine.exchange import Exchange, Request, Response
from conformance.engine.redaction import Redactor
from conformance.recordings.drift.references import shape
from conformance.recordings.drift.secrets import hidden, learn
from conformance.recordings.recorded import Interaction, Recording, read_cassette

SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Side:
    """`journeys` are in the order of the files; `recorded` says when, where the recorder kept it."""

    path: str
    journeys: dict[str, list[Exchange]]
    recorded: str | None = None

    @property
    def interactions(self) -> int:
        return sum(map(len, self.journeys.values()))


def read(path: Path) -> list[Recording]:
    """The cassettes that a path names.

    Raises SettingsError, in one line, when there are none or one is damaged.
    """
    if not path.is_dir():
        return [read_cassette(path)]
    files = [p for p in sorted(path.iterdir()) if p.suffix in SUFFIXES and p.stem != "index"]
    if not files:
        raise SettingsError(f"{path}: no cassettes in this folder")
    return [read_cassette(file) for file in files]


def sides(old: Path, new: Path, contract: Contract) -> tuple[Side, Side, Redactor]:
    """Both sides without secrets, and the redactor that knows them all.

    Two single files are one journey, whatever their names; a single new file is compared with its own
    journey of an old folder. Raises SettingsError for a path that holds no recording.
    """
    recordings = read(old), read(new)
    redactor = Redactor()
    for recording in (*recordings[0], *recordings[1]):
        learn(redactor, recording.interactions)
    before, after = (
        _side(path, found, contract, redactor)
        for path, found in zip((old, new), recordings, strict=True)
    )
    return _paired(before, after, old.is_dir(), new.is_dir()), after, redactor


def _paired(before: Side, after: Side, many_before: bool, many_after: bool) -> Side:
    if many_after:
        return before
    name = next(iter(after.journeys))
    if many_before:
        if name not in before.journeys:
            raise SettingsError(f"{before.path}: no journey {name}, which {after.path} holds")
        return Side(before.path, {name: before.journeys[name]}, before.recorded)
    return Side(before.path, {name: next(iter(before.journeys.values()))}, before.recorded)


def _side(path: Path, found: list[Recording], contract: Contract, redactor: Redactor) -> Side:
    journeys: dict[str, list[Exchange]] = {}
    for recording in found:
        journey = str(recording.metadata.get("journey") or recording.path.stem)
        taken = journeys.setdefault(journey, [])
        taken += _exchanges(journey, len(taken), recording.interactions, contract, redactor)
    dates = [str(r.metadata["recorded"]) for r in found if r.metadata.get("recorded")]
    return Side(redactor.text(str(path)), journeys, min(dates, default=None))


def _exchanges(
    journey: str,
    first: int,
    found: Iterable[Interaction],
    contract: Contract,
    redactor: Redactor,
) -> list[Exchange]:
    shown = (hidden(redactor, one) for one in found)
    return [
        _exchange(f"{journey}/{number:03d}", journey, one, contract)
        for number, one in enumerate(shown, first + 1)
    ]


def _exchange(name: str, journey: str, one: Interaction, contract: Contract) -> Exchange:
    about: dict[str, Any] = dict(one.about)
    place = urlsplit(one.url).path
    known = contract.identify(one.method, place)
    operation = str(about.get("operation") or (known[0].id if known else ""))
    return Exchange(
        name,
        journey,
        str(about.get("step") or operation or f"{one.method} {shape(place)}"),
        operation,
        Request(one.headers, one.text, one.method, one.url),
        Response(one.answer_headers, one.answer_text, one.status),
        case=about.get("case"),
        path=dict(about.get("path") or (known[1] if known else {})),
        notes=dict(about.get("notes") or {}),
    )
