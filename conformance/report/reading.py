"""Reads results.json and what lies beside it; what cannot be used is said in one line."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from conformance.engine.data import contracts_root
from conformance.engine.errors import SettingsError
from conformance.report.results import SCHEMA_VERSION

Data = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """One run: its results, and the drift and the proof that lay beside them."""

    path: Path
    results: Data
    drift: Data | None = None
    proof: Data | None = None


def read(place: Path) -> Found:
    """The run in a folder, or in a file of any name.

    Raises SettingsError, in one line, for what is missing, empty, damaged, partial or of a newer format.
    """
    path = place / "results.json" if place.is_dir() else place
    results = read_json(path, "results")
    return Found(path, results, _beside(path, "drift"), _beside(path, "proof"))


def _beside(path: Path, kind: str) -> Data | None:
    other = path.parent / f"{kind}.json"
    return read_json(other, kind) if other.is_file() else None


def read_json(path: Path, kind: str) -> Data:
    """The document in a file, which fits `contracts/schemas/<kind>.schema.json`.

    Raises SettingsError as `read` does.
    """
    document = _parsed(path, kind)
    if not isinstance(document, dict) or "schema_version" not in document:
        raise SettingsError(f"{path}: no {kind} of aep-conformance: it has no schema_version")
    _check_version(path, document["schema_version"])
    error = next(iter(_validator(kind).iter_errors(document)), None)
    if error is not None:
        where = "/".join(map(str, error.instance_path)) or "the whole"
        said = error.message if len(error.message) < 160 else f"{error.message[:160]}…"
        raise SettingsError(f"{path}: not a whole {kind} file: {where}: {said}")
    return document


def _parsed(path: Path, kind: str) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: damaged: not UTF-8") from None
    if not text.strip():
        raise SettingsError(f"{path}: empty: the run that was to write it did not end")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SettingsError(
            f"{path}: damaged {kind} file: line {error.lineno}: {error.msg}"
        ) from None
    except RecursionError:
        raise SettingsError(f"{path}: damaged {kind} file: nested too deeply") from None


def _check_version(path: Path, given: Any) -> None:
    try:
        newer = _numbers(str(given)) > _numbers(SCHEMA_VERSION)
    except ValueError:
        raise SettingsError(f"{path}: schema_version {given!r} is no version") from None
    if newer:
        raise SettingsError(
            f"{path}: format {given} is newer than {SCHEMA_VERSION}, which this aep-conformance reads: upgrade it"
        )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


@cache
def _validator(kind: str) -> Any:
    path = contracts_root() / "schemas" / f"{kind}.schema.json"
    return jsonschema_rs.validator_for(json.loads(path.read_text(encoding="utf-8")))
