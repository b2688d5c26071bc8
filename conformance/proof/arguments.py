"""The options of `aep-conformance prove`; apart from the rest, so that other commands start fast."""

import argparse
import os

from conformance.engine.catalogue import PROFILES

SETS = ("faults", "variants", "mixtures", "pairs", "corpus", "responses", "source", "intermittent")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add(
        "names",
        nargs="*",
        metavar="NAME",
        help="only faults, variants, mixtures and mutants of this name or glob",
    )
    add("--set", dest="sets", action="append", choices=SETS, default=[], help="only this set")
    add("--profile", choices=PROFILES, default="full", help="requirements that each trial judges")
    add("--runs", type=int, default=1, metavar="N", help="trials of each variant")
    add("--sample", type=int, metavar="N", help="only so many of each set")
    add("--source-mutants", type=int, metavar="N", help="source mutants too, so many of them")
    add("--seed", type=int, default=1, metavar="N", help="seed of the samples")
    add(
        "--whole",
        action="store_true",
        help="each trial takes every sequence and generated request, not one sequence of each kind",
    )
    add(
        "-n",
        dest="workers",
        type=int,
        default=2 * (os.cpu_count() or 1) + 1,
        metavar="N",
        help="processes; for faults that show for seconds no more than cores",
    )
    add("--report-dir", metavar="DIR", help="folder for proof.json (default reports/latest)")
