"""The options of `aep-conformance drift`; apart from the rest, so that other commands start fast."""

import argparse

CLASSES = ("breaking", "additive", "cosmetic")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("old", metavar="OLD", help="cassette, or folder with one cassette for each journey")
    add("new", metavar="NEW", nargs="?", help="the same, recorded later")
    add(
        "--fail-on",
        choices=CLASSES,
        default="breaking",
        help="end with 1 for this class and worse (default breaking)",
    )
    add("--report-dir", metavar="DIR", default="reports/latest", help="folder for drift.json")
    add("--json", metavar="FILE", help="write the JSON here instead")
