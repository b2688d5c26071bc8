"""`aep-conformance drift`: compares two recordings and says what changed."""

import argparse
import sys
from pathlib import Path

from conformance.engine.contract import load_contract
from conformance.engine.data import contracts_root, fingerprint
from conformance.engine.errors import SettingsError
from conformance.recordings.drift.data import Data, build, write
from conformance.recordings.drift.documents import load_documents
from conformance.recordings.drift.drifts import compare
from conformance.recordings.drift.groups import grouped
from conformance.recordings.drift.sides import sides
from conformance.recordings.drift.text import lines


def drift(arguments: argparse.Namespace) -> int:
    """Run the command; returns the exit code: 1 for a change of the class to fail on.

    Raises SettingsError, in one line, for what is no recording.
    """
    if arguments.new is None:
        raise SettingsError("give two recordings: aep-conformance drift OLD NEW")
    data = compared(Path(arguments.old), Path(arguments.new), arguments.fail_on)
    write(Path(arguments.json or Path(arguments.report_dir) / "drift.json"), data)
    sys.stdout.write("\n".join(lines(data)) + "\n")
    return 1 if data["failed"] else 0


def compared(old: Path, new: Path, fail_on: str = "breaking") -> Data:
    """The comparison of two recordings as data, for the terminal, the JSON file and a page in the report."""
    root = contracts_root()
    contract = load_contract(root)
    before, after, redactor = sides(old, new, contract)
    result = compare(before, after, lambda: load_documents(root, contract))
    groups = grouped(result.drifts)
    return build(before, after, result, groups, fingerprint(root), fail_on, redactor)
