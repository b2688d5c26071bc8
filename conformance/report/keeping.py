"""`aep-conformance history`: keeps past runs in a folder, for the report to draw and compare, and drops old ones."""

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError
from conformance.report.history import OTHER_FILES
from conformance.report.reading import read, read_json
from conformance.report.results import write

Data = dict[str, Any]


def keep(arguments: argparse.Namespace) -> int:
    """Run the command; returns 0. Raises SettingsError, in one line, for what cannot be read or written."""
    if arguments.days < 1:
        raise SettingsError(f"--days {arguments.days}: give a whole number from 1")
    folder = Path(arguments.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        added = [_add(folder, read(Path(run)).results) for run in arguments.runs]
        dropped, kept = _drop(folder, datetime.now(UTC) - timedelta(days=arguments.days))
    except OSError as error:
        raise SettingsError(f"{error.filename or folder}: {error.strerror}") from None
    sys.stdout.write(f"{folder}: {len(added)} added, {dropped} dropped, {kept} kept\n")
    return 0


def _add(folder: Path, results: Data) -> Path:
    """Exchanges stay behind: a past run is drawn from its verdicts and times, and nights of traffic grow large."""
    words = (results["started"], results["target"]["name"], results["profile"])
    path = folder / (re.sub(r"[^\w.-]+", "-", "-".join(words)) + ".json")
    write(path, {**results, "exchanges": {}})
    return path


def _drop(folder: Path, oldest: datetime) -> tuple[int, int]:
    """Remove the runs that are older; a file that is no run is left alone and said."""
    dropped = kept = 0
    for path in sorted(folder.glob("*.json")):
        if path.name in OTHER_FILES:
            continue
        try:
            started = datetime.fromisoformat(read_json(path, "results")["started"])
        except SettingsError as error:
            sys.stdout.write(f"left alone: {error}\n")
            continue
        if started < oldest:
            path.unlink()
            dropped += 1
        else:
            kept += 1
    return dropped, kept
