"""Which exchange of the new recording answers to which of the old one."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from urllib.parse import urlsplit

from conformance.engine.exchange import Exchange
from conformance.recordings.drift.references import shape

RETRIED = (429, 503)  # the client was asked to come again, and did

Key = tuple[str, ...]


@dataclass(frozen=True)
class Turn:
    """One step, however often it was asked in a row: a poll counts once, by its last answer."""

    key: Key
    exchanges: tuple[Exchange, ...]

    @property
    def last(self) -> Exchange:
        return self.exchanges[-1]


@dataclass(frozen=True)
class Pair:
    """A turn of the old recording and the same one of the new; one of them is missing when it has no partner.

    `ends` says that nothing of the journey follows in the new recording.
    """

    old: Turn | None
    new: Turn | None
    ends: bool = False


def align(old: list[Exchange], new: list[Exchange]) -> list[Pair]:
    """The turns of a journey side by side, in the old order."""
    before, after = turns(old), turns(new)
    matcher = SequenceMatcher(None, [t.key for t in before], [t.key for t in after], autojunk=False)
    found: list[Pair] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            found += map(Pair, before[a:b], after[c:d])
        else:
            ends = d == len(after)
            found += [Pair(turn, None, ends) for turn in before[a:b]]
            found += [Pair(None, turn) for turn in after[c:d]]
    return found


def turns(exchanges: list[Exchange]) -> list[Turn]:
    """The exchanges with repeats of one request in a row put together."""
    return list(_turns(exchanges))


def _turns(exchanges: list[Exchange]) -> Iterator[Turn]:
    for (key, *_), repeated in groupby(exchanges, _request):
        *earlier, last = repeated
        final = [exchange for exchange in earlier if exchange.status not in RETRIED]
        yield Turn(key, (*final, last))


def _request(exchange: Exchange) -> tuple[Key, str, str, str]:
    asked = exchange.request
    return _key(exchange), asked.method, asked.url, asked.text


def _key(exchange: Exchange) -> Key:
    place = shape(urlsplit(exchange.request.url).path) if not exchange.operation else ""
    return exchange.step, exchange.operation, exchange.case or "", exchange.request.method, place
