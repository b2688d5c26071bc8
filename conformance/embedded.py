"""Starts the embedded emulator as a process of its own and hands over its address and credentials."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from conformance.engine.errors import ConformanceError, SettingsError

MODULE = "conformance.emulator"
HOST = "127.0.0.1"


class Embedded:
    """The running emulator; `settings` are what a client needs to reach it."""

    def __init__(
        self, faults: Iterable[str] = (), variants: Iterable[str] = (), seed: int | None = None
    ) -> None:
        command = [sys.executable, "-m", MODULE, "--port", "0", "--exit-with-parent"]
        for option, names in (("--fault", faults), ("--variant", variants)):
            for name in names:
                command += [option, name]
        if seed is not None:
            command += ["--seed", str(seed)]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            start_new_session=True,  # Ctrl-C is for the run, which still has to tidy up
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.settings = self._ready()

    def _ready(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            _, complaint = self._process.communicate()
            text = (
                complaint.strip().splitlines()[-1]
                if complaint.strip()
                else "it ended without a word"
            )
            kind = SettingsError if self._process.returncode == 2 else ConformanceError
            raise kind(f"the emulator did not start: {text}")
        settings: dict[str, Any] = json.loads(line)
        return settings

    def stop(self) -> None:
        """End the emulator and wait for it."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


@contextmanager
def near() -> Iterator[None]:
    """Keep every client of this process from reaching the emulator through a proxy."""
    before = {name: os.environ.get(name) for name in ("no_proxy", "NO_PROXY")}
    known = before["no_proxy"] or before["NO_PROXY"]
    os.environ |= dict.fromkeys(before, f"{known},{HOST}" if known else HOST)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
