"""Writes what people see of a run: report.html, summary.md and badge.json."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError
from conformance.report.badge import badge
from conformance.report.history import read_history
from conformance.report.page import Material, render
from conformance.report.reading import read
from conformance.report.reference import load_reference
from conformance.report.summary import markdown

Data = dict[str, Any]


def publish(material: Material, page: Path) -> None:
    """Write the page, and summary.md and badge.json beside it.

    Raises SettingsError, in one line, when a file cannot be written.
    """
    write(page, render(material))
    write(page.with_name("summary.md"), markdown(material))
    write(page.with_name("badge.json"), json.dumps(badge(material.results)) + "\n")


def publish_run(folder: Path) -> None:
    """The same for a run that has just ended, from what it left in its folder. Raises as `read` and `publish` do."""
    found = read(folder)
    material = Material(
        found.results,
        load_reference(),
        read_history(None, found.results),
        (),
        found.drift,
        found.proof,
    )
    publish(material, folder / "report.html")


def write(path: Path, text: str) -> None:
    """Write a text whole or not at all. Raises SettingsError where that is not possible."""
    partial = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", errors="backslashreplace")
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise SettingsError(f"{path}: {error.strerror}") from None
