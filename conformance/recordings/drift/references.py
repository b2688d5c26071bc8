"""References: ids, etags, prefixes and times are compared by what they stand for, not by their text."""

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

_ID = (
    r"(?P<id><secret:[^>]*>|\baepc-[0-9a-f]{6}\b|\b\d{13}:\d+:\d+\b"
    r"|(?i:\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b)"
    r"|(?<![0-9A-Za-z])(?=[A-Fa-f]*[0-9])[0-9A-Fa-f]{24,64}(?![0-9A-Za-z])"
    r"|(?<![\w-])(?=(?:[\w-]*[0-9]){4})(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{24,}={0,2}(?![\w-]))"
)
_INSTANT = (
    r"(?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?P<fraction>\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)"
    r"|(?P<local>\b\d\d-\d\d-\d{4} \d\d:\d\d:\d\d\b)"
    r"|(?P<http>\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT)"
    r"|(?<![\w.])(?P<epoch>[1-3]\d{9}(?:\d{3}){0,3})(?![\w.])"
)
_TOKEN = re.compile(f"{_ID}|{_INSTANT}")
_HEX = re.compile(r"(?i)[0-9a-f-]+")
_UNITS = {10: "seconds", 13: "milliseconds", 16: "microseconds", 19: "nanoseconds"}
_SHORTEST_NAME = 3

Part = tuple[str, str]


class Match(Enum):
    """How a new value stands to the old one."""

    SAME = "same"
    IDENTITY = "identity"
    UNIT = "unit"
    OTHER = "other"


def unit(number: Any) -> str | None:
    """The unit in which a number counts the time since 1970, if it can be such a time (2001 to 2096)."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    digits = str(int(number))
    return _UNITS.get(len(digits)) if digits[0] in "123" else None


@lru_cache(maxsize=50_000)
def parts(text: str) -> tuple[Part, ...]:
    """A text cut into kind and value: plain text, ids, times."""
    found: list[Part] = []
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() > end:
            found.append(("text", text[end : match.start()]))
        found.append((_kind(match), match.group()))
        end = match.end()
    return (*found, ("text", text[end:])) if end < len(text) else tuple(found)


def _kind(match: re.Match[str]) -> str:
    if match["id"]:
        return "id"
    if match["epoch"]:
        return f"time in {_UNITS[len(match['epoch'])]}"
    return next(f"time as {name}" for name in ("fraction", "iso", "local", "http") if match[name])


def ids(text: str) -> list[str]:
    """The ids in a text."""
    return [value for kind, value in parts(text) if kind == "id"]


def lengths(text: str) -> list[int]:
    """How long the hexadecimal ids in a text are."""
    return [len(value) for value in ids(text) if _HEX.fullmatch(value)]


def shape(text: str) -> str:
    """The text with one mark for each id and the kind of each time."""
    return "".join(value if kind == "text" else f"{{{kind}}}" for kind, value in parts(text))


@dataclass
class References:
    """Which old id each new id stands for, and what the client called otherwise, as far as is known."""

    new_of: dict[str, str] = field(default_factory=dict)
    old_of: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)

    def match(self, old: str, new: str, place: str = "") -> Match:
        """Compare two texts; ids that are both new here are the same from now on."""
        found = self._compare(old, new)
        if found is Match.OTHER and self.sent:
            found = self._compare(self.translated(old), new)
        if found is Match.SAME:
            self._bind(old, new, place)
        return found

    def known(self, old: str, new: str) -> bool:
        """Whether two texts are the same by what is known already."""
        pairs = list(zip(ids(old), ids(new), strict=False))
        return all(self.new_of.get(a) == b for a, b in pairs) and self.possible(old, new)

    def possible(self, old: str, new: str) -> bool:
        """Whether two texts may be the same."""
        return Match.SAME in (self._compare(old, new), self._compare(self.translated(old), new))

    def name(self, old: str, new: str) -> None:
        """Remember that the client says `new` where it said `old`."""
        if min(len(old), len(new)) >= _SHORTEST_NAME and old != new:
            self.sent.setdefault(old, new)

    def translated(self, text: str) -> str:
        """The old text with the names that the client uses now."""
        for old in sorted(self.sent, key=len, reverse=True):
            if old in text:
                text = text.replace(old, self.sent[old])
        return text

    def _compare(self, old: str, new: str) -> Match:
        before, after = parts(old), parts(new)
        if old == new and all(kind != "id" for kind, _ in before):
            return Match.SAME
        if len(before) != len(after):
            return Match.OTHER
        found = {self._part(a, b) for a, b in zip(before, after, strict=True)}
        worst = (Match.OTHER, Match.UNIT, Match.IDENTITY)
        return next((match for match in worst if match in found), Match.SAME)

    def _part(self, old: Part, new: Part) -> Match:
        if old[0] != new[0]:
            return Match.UNIT if old[0][:4] == new[0][:4] == "time" else Match.OTHER
        if old[0] == "text":
            return Match.SAME if old == new else Match.OTHER
        if old[0] == "id":
            bound = self.new_of.get(old[1], new[1]), self.old_of.get(new[1], old[1])
            return Match.SAME if bound == (new[1], old[1]) else Match.IDENTITY
        return Match.SAME

    def _bind(self, old: str, new: str, place: str) -> None:
        for a, b in zip(ids(old), ids(new), strict=False):
            if a not in self.new_of:
                self.new_of[a], self.old_of[b], self.first[a] = b, a, place
