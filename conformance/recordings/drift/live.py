"""Records a target now, the same way as an older recording, to compare the two."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conformance.engine.errors import TargetError
from conformance.options import OPTIONS, Option
from conformance.recordings.drift.sides import index_of, read
from conformance.recordings.recorded import Recording

NAME = "new"
UNFINISHED = 3

Run = Callable[[argparse.Namespace, list[str]], int]


def record(arguments: argparse.Namespace, folder: Path, run: Run) -> Path:
    """Run the sequences of the old recording against the target; returns the folder of the new cassettes.

    Raises TargetError when the target could not be recorded to the end.
    """
    arguments.aep_report_dir = str(folder / "run")
    arguments.aep_record = str(folder / "kept")
    arguments.aep_name = NAME
    if not arguments.aep_sequence:
        _as_recorded(arguments, Path(arguments.old))
    ended = run(arguments, words(arguments))
    places = folder / "kept" / NAME, folder / "run" / "cassettes" / NAME
    found = next((place for place in places if place.is_dir()), None)
    if ended == UNFINISHED or found is None:
        raise TargetError("the target was not recorded to the end, so nothing can be compared")
    return found


def target(folder: Path) -> str:
    """The name of the target that a folder of cassettes was recorded from."""
    index = index_of(folder)
    return index.target["name"] if index else str(folder)


def _as_recorded(arguments: argparse.Namespace, old: Path) -> None:
    """Ask for what the old recording holds: its profile or its sequences."""
    index = index_of(old)
    if index:
        arguments.aep_profile = index.profile or arguments.aep_profile
        arguments.aep_sequence = list(index.sequences)
    else:
        arguments.aep_sequence = [_journey(recording) for recording in read(old)]


def _journey(recording: Recording) -> str:
    return str(recording.metadata.get("journey") or recording.path.stem)


def words(arguments: argparse.Namespace) -> list[str]:
    """The options of a run as they would be typed."""
    return [word for option in OPTIONS for word in _typed(option, arguments)]


def _typed(option: Option, arguments: argparse.Namespace) -> list[str]:
    value: Any = getattr(arguments, option.dest, None)
    if value in (None, option.default, [], False):
        return []
    if option.switch:
        return [option.flag]
    given = value if option.repeats else [value]
    return [word for one in given for word in (option.flag, str(one))]
