"""Compares two JSON values: what was added, removed, retyped, reordered, or stands for something else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from conformance.engine.exchange import ABSENT, token
from conformance.recordings.drift.items import moved, paired_items, paired_keys
from conformance.recordings.drift.references import Match, References, lengths, shape, unit

TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "string"),
    (dict, "object"),
    (list, "array"),
)


# A trace names one exchange only, an amount what one run moved: both are compared by their kind.
TRACE = re.compile(r"(?i)(request|trace|correlation|activity)[-_]?id$")
AMOUNT = re.compile(r"(?i)(count|bytes|record|row|duration|size)s?(/\w+)?$")


@dataclass(frozen=True)
class Difference:
    """One change; `pointer` leads into the old answer and `seen` into the new one."""

    kind: str
    pointer: str
    seen: str
    old: Any
    new: Any

    @property
    def place(self) -> str:
        """Where to look: in the old answer, unless the new one alone has it."""
        return self.seen if self.old is ABSENT else self.pointer


def type_of(value: Any) -> str:
    """The JSON type of a value."""
    if value is ABSENT:
        return "absent"
    return next((name for kind, name in TYPES if isinstance(value, kind)), "null")


class Comparison:
    """Compares the bodies of one step; `place` names it where an id is first seen."""

    def __init__(self, references: References, place: str = "") -> None:
        self.references, self.place = references, place

    def compare(self, old: Any, new: Any, at: str = "", seen: str = "") -> Iterator[Difference]:
        """The differences between two values."""
        if type_of(old) != type_of(new):
            yield Difference(_kind_of_retyping(old, new), at, seen, old, new)
        elif isinstance(old, dict):
            yield from self._objects(old, new, at, seen)
        elif isinstance(old, list):
            yield from self._arrays(old, new, at, seen)
        elif isinstance(old, str):
            yield from self._texts(old, new, at, seen)
        elif old != new and not AMOUNT.search(at) and (not unit(old) or unit(old) != unit(new)):
            units = unit(old) and unit(new)
            yield Difference("unit" if units else "value", at, seen, old, new)

    def _texts(self, old: str, new: str, at: str, seen: str) -> Iterator[Difference]:
        if TRACE.search(at):
            match = Match.SAME if shape(old) == shape(new) else Match.OTHER
        else:
            match = self.references.match(old, new, f"{self.place} {at}")
        if match is not Match.SAME:
            yield Difference(_kind_of_text(match), at, seen, old, new)
        elif lengths(old) != lengths(new):
            yield Difference("id form", at, seen, old, new)

    def _objects(
        self, old: dict[str, Any], new: dict[str, Any], at: str, seen: str
    ) -> Iterator[Difference]:
        pairs = paired_keys(old, new, self.references)
        for a, b in pairs.items():
            self.references.match(a, b, f"{self.place} {at}")
            yield from self.compare(old[a], new[b], f"{at}/{token(a)}", f"{seen}/{token(b)}")
        for key in old.keys() - pairs.keys():
            yield Difference("removed", f"{at}/{token(key)}", seen, old[key], ABSENT)
        for key in new.keys() - set(pairs.values()):
            yield Difference("added", at, f"{seen}/{token(key)}", ABSENT, new[key])
        if list(new)[: len(old)] != list(pairs.values()) and _is_reordered(pairs, new):
            yield Difference("member order", at, seen, list(old), list(new))
        yield from self._instants(old, new, pairs, at, seen)

    def _instants(
        self,
        old: dict[str, Any],
        new: dict[str, Any],
        pairs: dict[str, str],
        at: str,
        seen: str,
    ) -> Iterator[Difference]:
        """Times of one object that changed places."""
        shared = [(a, b) for a, b in pairs.items() if unit(old[a]) and unit(old[a]) == unit(new[b])]
        for (a, x), (b, y) in combinations(shared, 2):
            before, after = old[a] - old[b], new[x] - new[y]
            if before * after < 0:
                words = [f"{a} {'before' if d < 0 else 'after'} {b}" for d in (before, after)]
                yield Difference("time order", at, seen, words[0], words[1])

    def _arrays(self, old: list[Any], new: list[Any], at: str, seen: str) -> Iterator[Difference]:
        if old and not new:
            yield Difference("emptied", at, seen, old, new)
            return
        pairs = paired_items(old, new, self.references)
        if moved(pairs):
            yield Difference("item order", at, seen, list(pairs), list(pairs.values()))
        for a, b in pairs.items():
            yield from self.compare(old[a], new[b], f"{at}/{a}", f"{seen}/{b}")
        for index in sorted(set(range(len(old))) - pairs.keys()):
            yield Difference("item removed", f"{at}/{index}", seen, old[index], ABSENT)
        for index in sorted(set(range(len(new))) - set(pairs.values())):
            yield Difference("item added", at, f"{seen}/{index}", ABSENT, new[index])


def _is_reordered(pairs: dict[str, str], new: dict[str, Any]) -> bool:
    found = set(pairs.values())
    return list(pairs.values()) != [key for key in new if key in found]


def _kind_of_retyping(old: Any, new: Any) -> str:
    if new is None:
        return "nulled"
    return "filled" if old is None else "retyped"


def _kind_of_text(match: Match) -> str:
    return {Match.IDENTITY: "identity", Match.UNIT: "unit"}.get(match, "value")
