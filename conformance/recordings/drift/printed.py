"""Looks into the answers that the documents print."""

from dataclasses import dataclass
from typing import Any

from conformance.engine.exchange import ABSENT, at


@dataclass(frozen=True)
class Example:
    """A printed answer, or the part at `fragment`; what it leaves out counts only when it is `whole`."""

    source: str
    body: Any
    fragment: str
    whole: bool


def lookup(example: Example, pointer: str) -> list[Any]:
    """The value that the example prints at a pointer (ABSENT where it prints the object without it), or nothing."""
    if not pointer.startswith(example.fragment):
        return []
    parts = pointer[len(example.fragment) :].split("/")[1:]
    holder = example.body
    for part in parts[:-1]:
        holder = _inside(holder, part)
    if not parts or not isinstance(holder, dict | list):
        return []
    value = _inside(holder, parts[-1])
    return [] if value is ABSENT and not example.whole else [value]


def _inside(holder: Any, part: str) -> Any:
    """A member, or an item; every item of a printed list speaks for those that it does not print."""
    if isinstance(holder, list) and holder and part.isdigit():
        return holder[min(int(part), len(holder) - 1)]
    return at(holder, f"/{part}")
