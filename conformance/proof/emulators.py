"""One emulator process for each trial, forked from a worker that has its modules loaded already."""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import uvicorn  # noqa: F401 - loaded once, before the forks

import conformance.emulator.server  # noqa: F401 - the same
from conformance.embedded import Embedded
from conformance.engine.errors import ConformanceError
from conformance.proof.source import replace_module

Given = dict[str, Any]


class StillbornError(ConformanceError):
    """An emulator that ended before it was ready."""


@contextmanager
def emulator(
    faults: Sequence[str] = (),
    variants: Sequence[str] = (),
    seed: int | None = None,
    replaced: tuple[str, str] | None = None,
) -> Iterator[Given]:
    """An emulator process; yields what a client needs to reach it.

    `replaced` names a module and the file to take it from. Raises StillbornError.
    """
    if not hasattr(os, "fork"):
        with _embedded(faults, variants, seed) as given:
            yield given
        return
    options = {"faults": tuple(faults), "variants": tuple(variants), "seed": seed}
    with _forked(options, replaced) as given:
        yield given


class Lender:
    """Lends one emulator again and again, as a sandbox serves run after run, and a fresh one now and then."""

    def __init__(self, times: int = 25) -> None:
        self._times = times
        self._lent = 0
        self._open = contextlib.ExitStack()
        self._given: Given = {}

    def lend(self) -> Given:
        """What a client needs to reach the emulator."""
        if self._lent % self._times == 0:
            self._open.close()
            self._given = self._open.enter_context(emulator())
        self._lent += 1
        return self._given


@contextmanager
def _embedded(faults: Sequence[str], variants: Sequence[str], seed: int | None) -> Iterator[Given]:
    embedded = Embedded(faults, variants, seed)
    try:
        yield embedded.settings
    finally:
        embedded.stop()


@contextmanager
def _forked(options: dict[str, Any], replaced: tuple[str, str] | None) -> Iterator[Given]:
    told, tell = os.pipe()
    listen, alive = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(alive)
        _serve(tell, listen, options, replaced)
    os.close(tell)
    os.close(listen)
    try:
        with os.fdopen(told, encoding="ascii") as pipe:
            line = pipe.readline()
        if not line:
            raise StillbornError("the emulator did not start")
        yield json.loads(line)
    finally:
        os.close(alive)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(
    tell: int, listen: int, options: dict[str, Any], replaced: tuple[str, str] | None
) -> None:
    """Be the emulator: settings go to one pipe; the end of the other is the end of the parent."""
    try:
        os.dup2(listen, 0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.stdin = open(0, encoding="ascii", closefd=False)  # noqa: SIM115
        sys.stdout = os.fdopen(tell, "w", encoding="ascii")
        if replaced:
            replace_module(*replaced)
        import_module("conformance.emulator.server").serve(exit_with_parent=True, **options)
    finally:
        os._exit(0)
