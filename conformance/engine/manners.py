"""How hard a run presses on its target: requests a second, at once and in all, and the time it may take.

One `Manners` serves all clients of a process; the processes of a run keep one account in a folder.
"""

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

LONGEST_PAUSE = 60.0
LONGEST_WAIT = 300.0
FIRST_PAUSE = 0.2
FIRST_PATIENCE = 1.0
LOOK_AGAIN = 0.01


@dataclass(frozen=True)
class Limits:
    """What a run may do; None is no limit. `until` is the end of its time in seconds of the epoch."""

    max_rate: float | None = None
    concurrency: int | None = None
    max_requests: int | None = None
    max_time: float | None = None
    until: float | None = None


@dataclass
class _Account:
    sent: int = 0
    next: float = 0.0


class Manners:
    """Admits requests one by one; without limits and folder it costs nothing."""

    def __init__(
        self,
        limits: Limits | None = None,
        folder: Path | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limits = limits or Limits()
        self._folder, self._sleep = folder, sleep
        self._account = _Account()
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(self.limits.concurrency or 1)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The time of one request: it waits for its place in the rate and among those under way."""
        if self.limits.max_rate is not None or self.limits.max_requests is not None:
            self._sleep(max(0.0, self._place() - time.time()))
        with self._slot():
            yield

    def spent(self, pause: float = 0.0) -> str | None:
        """Which budget is used up after a pause, None while there is something left of both."""
        most, until = self.limits.max_requests, self.limits.until
        if most is not None and self._read().sent >= most:
            return f"its budget of {most} requests is spent (--max-requests)"
        if until is not None and time.time() + pause >= until:
            return f"its {self.limits.max_time:g} seconds are over (--max-time)"
        return None

    def _place(self) -> float:
        """Count one more request; returns when it may be sent."""
        with self._lock, self._guarded():
            account = self._read()
            due = max(time.time(), account.next)
            gap = 1.0 / self.limits.max_rate if self.limits.max_rate else 0.0
            self._write(_Account(account.sent + 1, due + gap))
            return due

    def _guarded(self) -> contextlib.AbstractContextManager[object]:
        return FileLock(self._folder / "account.lock") if self._folder else contextlib.nullcontext()

    def _read(self) -> _Account:
        if self._folder is None:
            return self._account
        try:
            return _Account(**json.loads((self._folder / "account").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return self._account

    def _write(self, account: _Account) -> None:
        self._account = account
        if self._folder:
            part = self._folder / "account.part"
            with contextlib.suppress(OSError):  # a full disk: this process counts on by itself
                part.write_text(json.dumps(asdict(account)), encoding="utf-8")
                part.replace(self._folder / "account")

    def _slot(self) -> contextlib.AbstractContextManager[object]:
        if self.limits.concurrency is None:
            return contextlib.nullcontext()
        if self._folder is None:
            return self._slots
        return self._free(self._folder, self.limits.concurrency)

    def _free(self, folder: Path, slots: int) -> contextlib.AbstractContextManager[object]:
        """A free slot, held; there is one lock file for each request that may be under way."""
        while True:
            for number in range(slots):
                with contextlib.suppress(Timeout):
                    return FileLock(folder / f"slot-{number}.lock", timeout=0).acquire()
            self._sleep(LOOK_AGAIN)


def backoff(attempt: int, first: float) -> float:
    """The pause after so many attempts: twice as long each time, and not the same for all who wait."""
    longest: float = min(LONGEST_PAUSE, first * 2 ** (attempt - 1))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
