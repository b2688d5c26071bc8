"""`aep-conformance report`: the page of one run, or of the shards of one, and what lies beside it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError
from conformance.report.allure import allure_report
from conformance.report.history import read_history
from conformance.report.merging import merge
from conformance.report.page import Material
from conformance.report.publishing import publish
from conformance.report.reading import Found, read, read_json
from conformance.report.reference import load_reference
from conformance.report.results import exit_code, write

Data = dict[str, Any]
MERGED = Path("reports") / "merged" / "report.html"


def report(arguments: argparse.Namespace) -> int:
    """Run the command; returns 0, or with --gate the exit code of the run.

    Raises SettingsError, in one line, for what cannot be read, merged or written.
    """
    found = [read(Path(place)) for place in arguments.places]
    page = _page(arguments.output, found)
    results = _results(found, page)
    history = Path(arguments.history) if arguments.history else None
    material = Material(
        results,
        load_reference(),
        read_history(history, results),
        [read(Path(place)).results for place in arguments.beside],
        _given(arguments.drift, "drift") or _first(found, "drift"),
        _given(arguments.proof, "proof") or _first(found, "proof"),
    )
    publish(material, page)
    sys.stdout.write(f"{results['verdict']}\n{page}\n")
    if arguments.allure is not None:
        output = Path(arguments.allure or page.with_name("allure-report"))
        sys.stdout.write(f"{allure_report(found, results, output, history)}\n")
    return _gate(results) if arguments.gate else 0


def _page(output: str | None, found: list[Found]) -> Path:
    if output:
        page = Path(output)
        return page / "report.html" if page.is_dir() else page
    return found[0].path.with_name("report.html") if len(found) == 1 else MERGED


def _results(found: list[Found], page: Path) -> Data:
    if len(found) == 1:
        return found[0].results
    results = merge([(str(one.path), one.results) for one in found])
    kept = page.with_name("results.json")
    if any(kept.resolve() == one.path.resolve() for one in found):
        raise SettingsError(f"{kept} is one of the shards: give another --output")
    try:
        write(kept, results)
    except OSError as error:
        raise SettingsError(f"{kept}: {error.strerror}") from None
    return results


def _given(path: str | None, kind: str) -> Data | None:
    return read_json(Path(path), kind) if path else None


def _first(found: list[Found], kind: str) -> Data | None:
    lying = (getattr(one, kind) for one in found)
    return next((one for one in lying if one), None)


def _gate(results: Data) -> int:
    if results["conformant"]:
        return 0
    return exit_code(results) or 1
