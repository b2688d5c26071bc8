"""When a fault shows: in one of so many calls of an operation (`NAME@20`), or at first only (`NAME@5s`)."""

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
    if found is None:
        return name, None
    number = int(found["number"])
    return found["name"], at_first(number) if found["seconds"] else once_in(number)


def once_in(number: int) -> Occasion:
    """The last of every so many calls of the same operation."""
    calls: Counter[str] = Counter()

    def shows(request: Request) -> bool:
        calls[request.operation] += 1
        return calls[request.operation] % number == 0

    return shows


def at_first(seconds: float) -> Occasion:
    """So many seconds from now."""
    end = time.monotonic() + seconds
    return lambda request: time.monotonic() < end
