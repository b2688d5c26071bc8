"""How a run ends: its results are written before it tidies up and again after, whatever else fails."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from conformance.engine.errors import ConformanceError
from conformance.report import results
from conformance.report.publishing import publish_run
from conformance.rules.run import Tape
from conformance.state import State

BROKEN = 3


def conclude(
    state: State, interrupted: bool, folder: Path, complaint: str | None
) -> tuple[dict[str, Any], int]:
    """Write results.json into the folder and let go of everything; returns the results and the exit code.

    `complaint` is what already went wrong at the end of the run.
    """
    outcome, code = state.finish(interrupted)
    if complaint:
        outcome["notes"].append(complaint)
    _save(folder / "results.json", outcome, state.run.records)
    state.tidy(outcome)
    failed = _save(folder / "results.json", outcome, state.run.records)
    if failed:
        outcome["notes"].append(failed)
    state.close()
    return outcome, BROKEN if complaint or failed else code


def give_up(state: State, folder: Path, why: ConformanceError) -> NoReturn:
    """End a run whose target is out of reach before it begins, with results that say so. Raises `why`."""
    state.unjudged = dict.fromkeys((row.id for row in state.selected), str(why))
    state.tape, state.run.world.ledger = Tape(), None
    conclude(state, False, folder, None)
    with suppress(ConformanceError, OSError):
        publish_run(folder)
    raise why


def _save(path: Path, outcome: dict[str, Any], records: Path) -> str | None:
    """Write the results; on a full disk in the place of the records that they were made from, or without exchanges.

    Returns what could not be written, None when all was.
    """
    for kept in (outcome, outcome, {**outcome, "exchanges": {}}):
        try:
            results.write(path, kept)
        except OSError as error:
            why = str(error.strerror)
            path.with_suffix(".part").unlink(missing_ok=True)
            shutil.rmtree(records, ignore_errors=True)
        else:
            return None if kept is outcome else f"{path} lacks the exchanges: {why}"
    return f"{path} cannot be written: {why}"
