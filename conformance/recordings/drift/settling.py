"""What changes by itself while an entity settles: two recordings may catch it at different moments."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from conformance.engine.exchange import Exchange, token


class Settling:
    """The places that moved while an entity changed its state by itself, and the reads before that."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self._places: dict[str, set[str]] = defaultdict(set)
        self._early: set[str] = set()
        last: dict[str, Exchange] = {}
        for exchange in exchanges:
            url = exchange.request.url
            if exchange.request.method != "GET":
                last = {u: e for u, e in last.items() if "?" not in u and not u.startswith(url)}
            elif exchange.response and exchange.response.is_success:
                if url in last:
                    self._compare(last[url], exchange)
                last[url] = exchange

    def _compare(self, before: Exchange, after: Exchange) -> None:
        old, new = dict(leaves(before.body)), dict(leaves(after.body))
        places = {place for place in old.keys() & new.keys() if old[place] != new[place]}
        if any(place.endswith("/state") for place in places):
            self._early.add(before.id)
            self._places[before.request.url] |= places

    def places(self, exchange: Exchange) -> set[str]:
        """The places of an exchange's entity that moved by themselves."""
        return self._places.get(exchange.request.url, set())

    def is_early(self, exchange: Exchange) -> bool:
        """Whether the same was read again before anything was written."""
        return exchange.id in self._early


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Pointer and value of everything in a JSON value that holds nothing else."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{at}/{token(key)}")
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{at}/{index}")
    else:
        yield at, value
