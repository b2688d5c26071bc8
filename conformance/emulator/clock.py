"""The emulator's clock and its agenda of things due later."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable

Action = Callable[[int], None]


class Clock:
    """Wall-clock time that a test may freeze or advance."""

    def __init__(self, frozen_at: float | None = None) -> None:
        self._frozen = frozen_at
        self._offset = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return (time.time() if self._frozen is None else self._frozen) + self._offset

    def millis(self) -> int:
        """Milliseconds since the epoch."""
        return int(self.now() * 1000)

    def stamp(self, pattern: str) -> str:
        """The present moment in UTC, written to a strftime pattern."""
        return time.strftime(pattern, time.gmtime(self.now()))

    def freeze(self, at: float | None = None) -> None:
        """Stop the clock, at the present moment unless told."""
        self._frozen = self.now() if at is None else at
        self._offset = 0.0

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self._offset += seconds


class Agenda:
    """Actions waiting for their time; `run_due` is called before every request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: list[tuple[int, int, Action, Callable[[], bool]]] = []
        self._count = 0
        self._prune_at = 1000

    def at(self, millis: int, action: Action, still_wanted: Callable[[], bool]) -> None:
        """Run `action(millis)` once the clock has reached that moment."""
        self._count += 1
        heapq.heappush(self._due, (millis, self._count, action, still_wanted))
        if len(self._due) > self._prune_at:
            self._prune()

    def run_due(self) -> None:
        """Run every action whose time has come, in order of time."""
        now = self._clock.millis()
        while self._due and self._due[0][0] <= now:
            millis, _, action, still_wanted = heapq.heappop(self._due)
            if still_wanted():
                action(millis)

    def _prune(self) -> None:
        self._due = [entry for entry in self._due if entry[3]()]
        heapq.heapify(self._due)
        self._prune_at = max(1000, 2 * len(self._due))
