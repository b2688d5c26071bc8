"""The options of `aep-conformance report`; apart from the rest, so that other commands start fast."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add(
        "places",
        nargs="+",
        metavar="DIR",
        help="folder of a run, or its results.json; several are shards of one run and are merged",
    )
    add(
        "--output",
        metavar="FILE",
        help="page to write (default report.html in DIR; for shards in reports/merged)",
    )
    add("--history", metavar="DIR", help="folder of past results.json files, to draw and compare")
    add(
        "--beside",
        action="append",
        default=[],
        metavar="DIR",
        help="another target's run, to show its verdicts side by side; may be repeated",
    )
    add("--drift", metavar="FILE", help="drift.json to show (default the one beside results.json)")
    add("--proof", metavar="FILE", help="proof.json to show (default the one beside results.json)")
    add(
        "--allure",
        metavar="DIR",
        nargs="?",
        const="",
        help="make the Allure report too (default allure-report beside the page); it needs Node",
    )
    add(
        "--gate",
        action="store_true",
        help="end as the run would have: 1 when not conformant, 3 when the target was out of reach",
    )


def add_history_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `aep-conformance history`."""
    add = parser.add_argument
    add("folder", metavar="FOLDER", help="folder of past runs; made when missing")
    add("runs", nargs="*", metavar="DIR", help="run to add, or its results.json")
    add("--days", type=int, default=90, metavar="N", help="drop older runs (default 90)")
