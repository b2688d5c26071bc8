"""Etags of base, source and target connections and flows: equal everywhere, stable, never used again."""

from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Evidence, Timeline
from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.kinds import FLOW, FLOW_SERVICE_KINDS, TRANSITIONAL, Kind
from conformance.engine.likeness import documented
from conformance.engine.patch import differences
from conformance.engine.verdict import Finding, breaks, check, holds
from conformance.rules.registry import rule_of_kinds

SETTLED = ("enabled", "disabled")


@rule_of_kinds("version-equals-etag", *FLOW_SERVICE_KINDS)
def version_equals_etag(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.get()):
        if exchange.item is not ABSENT:
            etag = exchange.item.get("etag")
            yield check(
                exchange,
                exchange.item.get("version") == etag,
                str(etag),
                exchange.item.get("version"),
                "/items/0/version",
            )


@rule_of_kinds("etag-header-equals-etag", *FLOW_SERVICE_KINDS)
def etag_header_equals_etag(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.get()):
        header = exchange.response.header("ETag") if exchange.response else None
        if header is not None and exchange.item is not ABSENT:
            etag = exchange.item.get("etag")
            yield check(exchange, header == etag, f"the header ETag to be {etag}", header)


@rule_of_kinds("etag-is-stable-on-reads", *FLOW_SERVICE_KINDS)
def etag_is_stable_on_reads(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        for first, second in unchanged_pairs(timeline):
            etag = first.item.get("etag")
            yield check(
                second,
                second.item.get("etag") == etag,
                f"the etag of the read before, {etag}",
                second.item.get("etag"),
                "/items/0/etag",
            )


@rule_of_kinds("same-etag-means-same-content", *FLOW_SERVICE_KINDS)
def same_etag_means_same_content(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        for first, second in unchanged_pairs(timeline):
            if first.item.get("etag") == second.item.get("etag"):
                wrong = differences(_lasting(first), _lasting(second))
                for pointer, expected, actual in wrong:
                    yield breaks(second, repr(expected), actual, f"/items/0{pointer}")
                if not wrong:
                    yield holds(second)


def _lasting(read: Exchange) -> dict[str, Any]:
    """What its own changes alone may alter."""
    of_others = ("lastRunDetails", "inheritedAttributes")
    return {k: v for k, v in documented(read.item).items() if k not in of_others}


def unchanged_pairs(timeline: Timeline) -> Iterator[tuple[Exchange, Exchange]]:
    """Reads with only reads and refusals between them, of an entity that had settled."""
    last: Exchange | None = None
    for event in timeline.events:
        if event in timeline.reads and event.item is not ABSENT:
            if last is not None and settled(timeline.kind, last):
                yield last, event
            last = event
        elif event.request.method != "GET":
            last = None


def settled(kind: Kind, read: Exchange) -> bool:
    """Whether an entity is on its way to no other state (facts:106)."""
    state = read.item.get("state")
    return state in SETTLED or (kind is not FLOW and state not in TRANSITIONAL)


@rule_of_kinds("etag-never-returns", *FLOW_SERVICE_KINDS)
def etag_never_returns(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        spent: dict[str, Exchange] = {}
        current: str | None = None
        for exchange in timeline.reads:
            etag = exchange.item.get("etag") if exchange.item is not ABSENT else None
            if not isinstance(etag, str) or etag == current:
                continue
            if current is not None:
                spent[current] = exchange
                yield check(
                    exchange, etag not in spent, "an etag not used before", etag, "/items/0/etag"
                )
            current = etag
