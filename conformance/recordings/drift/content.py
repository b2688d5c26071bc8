"""What a sandbox holds is no behaviour of the target: items of a list that the client never named come and go."""

from collections.abc import Iterable
from typing import Any

from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.kinds import KINDS
from conformance.recordings.drift.comparison import Difference
from conformance.recordings.drift.references import ids

LISTS = frozenset(kind.list() for kind in KINDS.values()) | {"listRuns"}


def named(exchanges: Iterable[Exchange]) -> set[str]:
    """The ids in the requests of a recording."""
    return {
        name
        for exchange in exchanges
        for text in (exchange.request.url, exchange.request.text)
        for name in ids(text)
    }


def is_content(exchange: Exchange, difference: Difference, known: set[str]) -> bool:
    """Whether a difference is only about items of a list that no request names."""
    if exchange.operation not in LISTS:
        return False
    value = difference.old if difference.new is ABSENT else difference.new
    if difference.kind == "emptied":
        return all(_is_foreign(item, known) for item in difference.old)
    if difference.kind in ("item removed", "item added"):
        return _is_foreign(value, known)
    keys = (
        ids(difference.place.rpartition("/")[2]) if difference.kind in ("removed", "added") else []
    )
    return difference.place.count("/") == 1 and bool(keys) and not known.intersection(keys)


def _is_foreign(item: Any, known: set[str]) -> bool:
    name = item.get("id", item.get("$id")) if isinstance(item, dict) else None
    return isinstance(name, str) and not known.intersection(ids(name))
