"""The options of `aep-conformance drift`; apart from the rest, so that other commands start fast."""

import argparse

from conformance.options import OPTIONS

# Worst first.
CLASSES = ("breaking", "additive", "cosmetic")
OF_REPLAYS = ("--target", "--record", "--cassettes", "--name", "--max-cassette-age")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command, and those of a run for a target that is recorded now."""
    add = parser.add_argument
    add("old", metavar="OLD", help="recording: a cassette, a HAR, or a folder with one per journey")
    add(
        "new",
        metavar="NEW",
        nargs="?",
        help="recording to compare with it (default: recorded now from --base-url or the emulator)",
    )
    add(
        "--fail-on",
        choices=CLASSES,
        default="breaking",
        help="end with 1 for this class and worse (default breaking)",
    )
    add("--json", metavar="FILE", help="write the JSON here (default drift.json in --report-dir)")
    for option in OPTIONS:
        if option.flag not in OF_REPLAYS:
            add(option.flag, **option.keywords())
