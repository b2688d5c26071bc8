"""How the waivers of a target come out at the end of a run."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError
from conformance.report.text import verdict_sentence
from conformance.waivers.changes import changes
from conformance.waivers.patches import patch
from conformance.waivers.waiver import Waivers

PATCH = "waivers.patch"


def settle(waivers: Waivers, outcome: dict[str, Any], known: Iterable[str], folder: Path) -> int:
    """Note in the results what was waived; 1 when a waiver must change, else 0.

    The patch that changes it is noted and written to the folder of the results. Raises SettingsError when it
    cannot be written.
    """
    rows, file = outcome["requirements"], folder / PATCH
    outcome["notes"] += waivers.applied(rows)
    file.unlink(missing_ok=True)
    found = changes(waivers, rows, known)
    if not found:
        return 0
    diff = patch(waivers, found)
    _write(file, diff)
    outcome["notes"] += [*map(str, found), diff, f"the patch is in {file}"]
    outcome["conformant"] = False
    outcome["verdict"] = _sentence(outcome, len(found))
    return 1


def _sentence(outcome: dict[str, Any], number: int) -> str:
    name = outcome["target"]["name"]
    held = verdict_sentence(outcome["counts"], False, name).partition("NOT conformant: ")[2]
    return f"{name}: {held.rstrip('.')}, but the run fails: {number} of its waivers must change."


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None
