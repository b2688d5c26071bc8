"""The options of `aep-conformance baseline`; apart from the rest, so that other commands start fast."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("results", nargs="?", default="reports/latest/results.json", help="results.json of a run")
    add("--owner", required=True, metavar="NAME", help="who is to mend the defects")
    add("--reason", metavar="TEXT", help="why they are tolerated until then")
    add("--days", type=int, default=90, metavar="N", help="days until the waivers expire")
    add("--output", metavar="FILE", help="file to write (default contracts/waivers/<target>.yaml)")
    add("--force", action="store_true", help="replace the file if there is one")
