"""The index of a recording: where its cassettes come from, and what a replay needs to ask the same again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from conformance.engine.data import load_checked
from conformance.engine.errors import ContractDataError, SettingsError

FILE = "index.yaml"
RECORDED, DOCUMENTED = "recorded", "documented"


@dataclass(frozen=True)
class Entry:
    """One cassette of a recording."""

    journey: str
    file: str
    interactions: int


@dataclass(frozen=True)
class Index:
    """What contracts/schemas/recording.schema.json describes."""

    provenance: str
    cassettes: tuple[Entry, ...]
    recorded: str = ""
    tool: str = ""
    contracts: str = ""
    target: Mapping[str, str] = field(default_factory=dict)
    verdict: str = ""
    profile: str = ""
    sequences: tuple[str, ...] = ()
    run: str = ""
    token: str = ""
    repeats: int = 1
    examples: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()

    def days_old(self, now: datetime) -> int:
        """Whole days since it was recorded."""
        return (now - datetime.fromisoformat(self.recorded)).days

    def write(self, folder: Path) -> None:
        """Write index.yaml into a folder."""
        values = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
        del values["provenance"]
        if self.provenance == DOCUMENTED:
            values = {"cassettes": values["cassettes"]}
        values = {**values, "provenance": self.provenance}  # required, last: no cut file passes
        text = yaml.safe_dump(values, sort_keys=False, width=100)
        (folder / FILE).write_text(text, encoding="utf-8")


def read_index(folder: Path) -> Index:
    """The index of the recording in a folder.

    Raises SettingsError, in one line, when there is none or it is damaged, or when a cassette is missing.
    """
    path = folder / FILE
    if not path.is_file():
        raise SettingsError(f"{path}: no such recording; see `aep-conformance record`")
    try:
        data = load_checked(path, "recording")
    except ContractDataError as error:
        raise SettingsError(f"{error}; record it again") from None
    known = {f.name for f in fields(Index)}
    values: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known
    }
    values["cassettes"] = tuple(Entry(**entry) for entry in data["cassettes"])
    index = Index(**values)
    missing = [e.file for e in index.cassettes if not (folder / e.file).is_file()]
    if missing:
        raise SettingsError(f"{folder / missing[0]}: {FILE} lists it, but it is missing")
    return index


def now() -> str:
    """This moment as an index keeps it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
