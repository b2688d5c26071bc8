"""`aep-conformance drift`: compares two recordings and says what changed."""

import argparse
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from conformance.engine.contract import Contract, load_contract
from conformance.engine.data import contracts_root, fingerprint
from conformance.recordings.drift.data import Data, build, write
from conformance.recordings.drift.documents import Documents, load_documents
from conformance.recordings.drift.drifts import compare
from conformance.recordings.drift.groups import grouped
from conformance.recordings.drift.live import Run, record, target
from conformance.recordings.drift.sides import sides
from conformance.recordings.drift.text import lines


def drift(arguments: argparse.Namespace, run: Run) -> int:
    """Run the command; returns the exit code: 1 for a change of the class to fail on.

    `run` judges and records a target. Raises SettingsError, in one line, for what is no recording, and
    TargetError for a target that could not be recorded.
    """
    place = Path(arguments.json or Path(arguments.aep_report_dir) / "drift.json")
    old = Path(arguments.old)
    if arguments.new:
        data = compared(old, Path(arguments.new), arguments.fail_on)
    else:
        with tempfile.TemporaryDirectory(prefix="aep-drift-") as folder:
            new = record(arguments, Path(folder), run)
            data = compared(old, new, arguments.fail_on, arguments.aep_sequence)
            data["new"]["path"] = f"{target(new)} (recorded now)"
    write(place, data)
    sys.stdout.write("\n".join(lines(data)) + "\n")
    return 1 if data["failed"] else 0


def compared(
    old: Path, new: Path, fail_on: str = "breaking", only: Iterable[str] | None = None
) -> Data:
    """The comparison of two recordings as data, for the terminal, the JSON file and a page in the report.

    `only` names the old journeys to look for. Raises SettingsError for a path that holds no recording.
    """
    before, after, redactor = sides(old, new, _contract())
    before = before.only(only) if only else before
    result = compare(before, after, _documents)
    groups = grouped(result.drifts)
    version = fingerprint(contracts_root())
    return build(before, after, result, groups, version, fail_on, redactor)


@cache
def _contract() -> Contract:
    return load_contract(contracts_root())


@cache
def _documents() -> Documents:
    return load_documents(contracts_root(), _contract())
