"""Copies of the shipped recording, changed for a test, and what the command says of them."""

import json
import shutil
from pathlib import Path

import yaml

from conformance.recordings.choice import shipped_root
from conformance.selftest.command import run_command

EMULATOR = shipped_root() / "emulator"


def copied(folder: Path, *, only: tuple[str, ...] = ()) -> Path:
    """A copy of the shipped recording, narrowed to some journeys if any are named."""
    place = folder / "cassettes" / "emulator"
    shutil.copytree(EMULATOR, place)
    if only:
        index = loaded(place / "index.yaml")
        index["cassettes"] = [e for e in index["cassettes"] if e["journey"] in only]
        index["sequences"] = list(only)
        dump(place / "index.yaml", index)
    return place


def loaded(path: Path):
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


def dump(path: Path, document) -> None:
    path.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False))


def replayed(place: Path, out: Path, *words: str, **environ: str):
    """The ended command that replays a recording, with its report in `out`."""
    return run_command(
        *("run", "--target", "replay", "--cassettes", str(place.parent), "--name", place.name),
        *("--report-dir", str(out), *words),
        **environ,
    )


def results(out: Path):
    return json.loads((out / "results.json").read_text(encoding="utf-8"))


def verdicts(out: Path) -> dict[str, str]:
    return {row["id"]: row["verdict"] for row in results(out)["requirements"]}
