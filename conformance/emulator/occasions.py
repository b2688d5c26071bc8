"""When a fault shows: always, as `NAME@20` in one of so many calls of an operation, or as `NAME@5s` at first."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable

from conformance.emulator.exchange import Request

Occasion = Callable[[Request], bool]

_FORM = re.compile(r"(?P<name>[^@]+)@(?P<number>[1-9]\d*)(?P<seconds>s?)")


def parse(name: str) -> tuple[str, Occasion | None]:
    """The name of a fault and when it shows; None is always."""
    found = _FORM.fullmatch(name)
    if not found:
        return name, None
    occasion = within_first if found["seconds"] else once_in
    return found["name"], occasion(int(found["number"]))


def once_in(number: int) -> Occasion:
    """The last of every so many calls of the same operation."""
    calls: Counter[str] = Counter()

    def shows(request: Request) -> bool:
        calls[request.operation] += 1
        return calls[request.operation] % number == 0

    return shows


def within_first(seconds: int) -> Occasion:
    """Every call until so many seconds after the first."""
    end: float | None = None

    def shows(request: Request) -> bool:
        nonlocal end
        end = end or time.monotonic() + seconds
        return time.monotonic() < end

    return shows
