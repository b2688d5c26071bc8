"""A judgement as a person reads it in a terminal."""

from collections import Counter
from collections.abc import Iterator

from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.verdict import BLOCKED, FAIL, Finding, contrast
from conformance.recordings.judgement import CLIENT, Judged, Judgement, place
from conformance.recordings.traffic import LOST
from conformance.report.text import brief, exchange_lines

FINDINGS_SHOWN = 2
OTHERS_SHOWN = 5
PLACES_SHOWN = 12
SKIPPED_SHOWN = 20


def lines(judgement: Judgement) -> Iterator[str]:
    """Each broken requirement with its exchanges, then what was not judged, then the sentence about all."""
    for one in judgement.red():
        yield from [*broken(one), ""]
    for one in judgement.judged:
        if one.verdict.verdict == BLOCKED:
            yield f"blocked  {one.verdict.requirement.id}: {brief(one.verdict.message)}"
    yield from _others(judgement)
    yield from _lost(judgement)
    yield from _skipped(judgement)
    for refused in judgement.refused:
        yield f"not judged  {refused}"
    for name in sorted(set(judgement.unreadable)):
        yield f"not judged  {name}: its rule cannot read bodies of this form"
    yield judgement.sentence()


def broken(one: Judged) -> Iterator[str]:
    """Statement, place in the documents, expected and actual, the interactions and the exchange."""
    verdict, row = one.verdict, one.verdict.requirement
    does = "breaks" if verdict.verdict == FAIL else "does not meet"
    yield f"{one.side} {does} {row.id}"
    yield f"{row.level} {row.statement}"
    yield f"documents: {', '.join(row.source)} ({row.basis})"
    if row.accepts:
        yield f"accepted: {'; '.join(row.accepts)}"
    for finding in verdict.broken[:FINDINGS_SHOWN]:
        yield from _finding(finding, one.side)
    rest = verdict.broken[FINDINGS_SHOWN:]
    if rest:
        places = list(dict.fromkeys(place(finding.exchange.id) for finding in rest))
        more = " …" if len(places) > PLACES_SHOWN else ""
        yield f"and {len(rest)} more of {verdict.observed}: {', '.join(places[:PLACES_SHOWN])}{more}"


def _finding(finding: Finding, side: str) -> Iterator[str]:
    message = "the request" if side == CLIENT else "the answer"
    where = f"{finding.pointer} of {message}" if finding.pointer else message
    expected, actual = contrast(finding, 300)
    actual = "(absent)" if finding.actual is ABSENT else actual
    yield f"expected: {expected}"
    yield f"actual:   {actual}  (at {where})"
    yield f"{place(finding.exchange.id)}, {_called(finding.exchange)}:"
    yield from exchange_lines(finding.exchange)


def _called(exchange: Exchange) -> str:
    step, operation = exchange.step, exchange.operation
    return operation if step == operation else f"step {step}, {operation}"


def _lost(judgement: Judgement) -> Iterator[str]:
    """How many bodies the recorder dropped."""
    exchanges = [exchange for t in judgement.traffics for exchange in t.journey.exchanges]
    lost = sum(len(exchange.notes.get(LOST, ())) for exchange in exchanges)
    if lost:
        yield f"{lost} bodies are not in the recording or cannot be unpacked, and are not judged"


def _skipped(judgement: Judgement) -> Iterator[str]:
    """The entries that could not be read, by file and place."""
    for traffic in judgement.traffics:
        if traffic.skipped:
            number = len(traffic.skipped)
            told = f"{number} entries" if number > 1 else "1 entry"
            yield f"skipped {told} of {traffic.name} that cannot be read:"
        for one in traffic.skipped[:SKIPPED_SHOWN]:
            yield f"  entry {one.entry}: {brief(one.reason)}"
        if len(traffic.skipped) > SKIPPED_SHOWN:
            yield f"  … and {len(traffic.skipped) - SKIPPED_SHOWN} more"


def _others(judgement: Judgement) -> Iterator[str]:
    counted = Counter(other for traffic in judgement.traffics for other in traffic.others)
    if not counted:
        return
    total = sum(counted.values())
    yield f"{total} requests call no documented operation and are not judged:"
    for address, number in counted.most_common(OTHERS_SHOWN):
        yield f"  {brief(address)}" + (f" ({number} times)" if number > 1 else "")
    if len(counted) > OTHERS_SHOWN:
        yield f"  … and {len(counted) - OTHERS_SHOWN} other addresses"
