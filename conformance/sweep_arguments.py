"""The options of `aep-conformance sweep`; apart from the rest, so that other commands start fast."""

import argparse

from conformance.doctor.arguments import add_arguments as add_target_arguments
from conformance.options import OPTIONS

NEEDED = ("--report-dir", "--ledger", "--max-rate", "--concurrency")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the target and the ledger are, and whether to ask before anything is deleted."""
    add_target_arguments(parser)
    for option in OPTIONS:
        if option.flag in NEEDED:
            parser.add_argument(option.flag, **option.keywords())
    parser.add_argument("--yes", action="store_true", help="delete without asking")
