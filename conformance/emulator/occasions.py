"""When a fault shows: always, or as `NAME@20` in one of so many calls of an operation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from conformance.emulator.exchange import Request

Occasion = Callable[[Request], bool]

_FORM = re.compile(r"(?P<name>[^@]+)@(?P<number>[1-9]\d*)")


def parse(name: str) -> tuple[str, Occasion | None]:
    """The name of a fault and when it shows; None is always."""
    found = _FORM.fullmatch(name)
    return (found["name"], once_in(int(found["number"]))) if found else (name, None)


def once_in(number: int) -> Occasion:
    """The last of every so many calls of the same operation."""
    calls: Counter[str] = Counter()

    def shows(request: Request) -> bool:
        calls[request.operation] += 1
        return calls[request.operation] % number == 0

    return shows
