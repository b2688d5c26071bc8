"""`python -m conformance.emulator`: serve the emulator from the command line."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from conformance.emulator import server
from conformance.emulator.faults import FAULTS
from conformance.emulator.seams import Registry, UnknownNameError
from conformance.emulator.specs import ContractsMissingError
from conformance.emulator.variants import VARIANTS

USAGE_ERROR = 2


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and exit 2."""
        self.exit(USAGE_ERROR, f"emulator: {message}\n")


def _positive(text: str) -> float:
    number = float(text)
    if not 0 <= number < float("inf"):
        raise ValueError(text)
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def _parser() -> Parser:
    parser = Parser(prog="python -m conformance.emulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=0, help="0 picks a free one")
    parser.add_argument("--seed", type=int, help="the same ids every time")
    parser.add_argument("--settle", type=_positive, metavar="SECONDS", help="until enabled")
    parser.add_argument("--token-lifetime", type=int, metavar="SECONDS")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME")
    parser.add_argument("--list-faults", action="store_true")
    parser.add_argument("--list-variants", action="store_true")
    parser.add_argument("--contracts", type=Path, metavar="FOLDER")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when stdin ends")
    parser.add_argument("--certfile")
    parser.add_argument("--keyfile")
    return parser


def _list(registry: Registry) -> None:
    for seam in registry.all().values():
        sys.stdout.write(f"{seam.name}\t{seam.summary}\t{', '.join(seam.about)}\n")


def _quiet_signals() -> None:
    # uvicorn raises the signal again once it has stopped; here that is a normal end
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 for anything wrong with its arguments."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list_faults or options.list_variants:
        _list(FAULTS if options.list_faults else VARIANTS)
        return 0
    _quiet_signals()
    try:
        _serve(options)
    except (UnknownNameError, ContractsMissingError, OSError) as error:
        parser.error(str(error))
    return 0


def _serve(options: argparse.Namespace) -> None:
    server.serve(
        host=options.host,
        port=options.port,
        certfile=options.certfile,
        keyfile=options.keyfile,
        exit_with_parent=options.exit_with_parent,
        seed=options.seed,
        settle=options.settle,
        token_lifetime=options.token_lifetime,
        faults=options.fault,
        variants=options.variant,
        contracts_root=options.contracts,
    )


if __name__ == "__main__":
    sys.exit(main())
