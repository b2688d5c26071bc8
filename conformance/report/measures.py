"""What results.json says of each operation over the whole run: how often, with which answers, how fast."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from conformance.engine.exchange import Exchange


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that a share (0 to 1) of some ordered values does not exceed: the nearest rank."""
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def operations(exchanges: Iterable[Exchange]) -> dict[str, dict[str, Any]]:
    """Requests, answers by status (0: none) and latency percentiles of each operation by its id."""
    grouped: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        grouped[exchange.operation].append(exchange)
    return {name: _measured(found) for name, found in sorted(grouped.items()) if name}


def _measured(found: list[Exchange]) -> dict[str, Any]:
    statuses: dict[str, int] = defaultdict(int)
    for exchange in found:
        statuses[str(exchange.status)] += 1
    times = sorted(e.seconds for e in found if e.response)
    return {
        "requests": len(found),
        "statuses": dict(sorted(statuses.items())),
        **({"seconds": _percentiles(times)} if times else {}),
    }


def _percentiles(times: list[float]) -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    return {name: round(percentile(times, share), 4) for name, share in shares.items()}
