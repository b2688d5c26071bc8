"""The allure-results of one run, or of the shards of one, as Allure is to see them."""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError
from conformance.report.allure_files import describe_run
from conformance.report.reading import Found

Data = dict[str, Any]
FOLDER = "allure-results"


@dataclass(frozen=True)
class Result:
    """What Allure was told of one requirement; `agrees` when that is the verdict on all shards together."""

    path: Path
    document: Data
    agrees: bool


def gather(runs: Sequence[Found], results: Data, folder: Path) -> None:
    """Copy one Allure result for each requirement to a folder, with what it attaches.

    Of several shards the one counts whose verdict is that of the merged `results`: left to itself, Allure
    would show the latest as the outcome and the others as retries. Raises SettingsError, in one line, for a
    run without Allure results and for a damaged one.
    """
    wanted = _verdicts(results)
    found = sorted((r for run in runs for r in _of(run, wanted)), key=lambda r: r.agrees)
    for result in {r.document["name"]: r for r in found}.values():
        for name in (result.path.name, *_attached(result.document)):
            _copy(result.path.with_name(name), folder)
    describe_run(folder, results, {})
    _copy(runs[0].path.parent / FOLDER / "executor.json", folder)


def _verdicts(results: Data) -> dict[str, str]:
    return {row["id"]: row["verdict"] for row in results["requirements"]}


def _of(run: Found, wanted: dict[str, str]) -> Iterator[Result]:
    folder = run.path.parent / FOLDER
    paths = sorted(folder.glob("*-result.json"))
    if not paths:
        raise SettingsError(f"{folder}: no Allure results: a run writes them beside results.json")
    own = _verdicts(run.results)
    for path in paths:
        document = _parsed(path)
        name = document["name"]
        yield Result(path, document, own.get(name) == wanted.get(name))


def _parsed(path: Path) -> Data:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        raise SettingsError(f"{path}: a damaged Allure result")
    return document


def _attached(step: Data) -> Iterator[str]:
    """The names of the files that a test and its steps attach."""
    yield from (Path(one["source"]).name for one in step.get("attachments", ()))
    for inner in step.get("steps", ()):
        yield from _attached(inner)


def _copy(source: Path, folder: Path) -> None:
    if source.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / source.name)
