"""One emulator process for each trial, forked from a worker that has its modules loaded already."""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from conformance.embedded import Embedded
from conformance.emulator import server

Given = dict[str, Any]


@contextmanager
def emulator(
    faults: Sequence[str] = (), variants: Sequence[str] = (), seed: int | None = None
) -> Iterator[Given]:
    """An emulator process; yields what a client needs to reach it."""
    start = _forked if hasattr(os, "fork") else _embedded
    with start(faults, variants, seed) as given:
        yield given


@contextmanager
def _embedded(
    faults: Sequence[str], variants: Sequence[str], seed: int | None
) -> Iterator[Given]:
    embedded = Embedded(faults, variants, seed)
    try:
        yield embedded.settings
    finally:
        embedded.stop()


@contextmanager
def _forked(faults: Sequence[str], variants: Sequence[str], seed: int | None) -> Iterator[Given]:
    told, tell = os.pipe()
    listen, alive = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(alive)
        _serve(tell, listen, {"faults": faults, "variants": variants, "seed": seed})
    os.close(tell)
    os.close(listen)
    try:
        with os.fdopen(told, encoding="ascii") as pipe:
            yield json.loads(pipe.readline())
    finally:
        os.close(alive)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(tell: int, listen: int, options: dict[str, Any]) -> None:
    """Be the emulator: settings go to the pipe; the end of the other pipe is the end of the parent."""
    try:
        os.dup2(listen, 0)
        sys.stdin = open(0, encoding="ascii", closefd=False)  # noqa: SIM115, PTH123
        sys.stdout = os.fdopen(tell, "w", encoding="ascii")
        server.serve(exit_with_parent=True, **options)
    finally:
        os._exit(0)
