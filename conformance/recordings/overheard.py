"""Evidence from traffic that is perhaps not all there is: others may write to the same entities unseen."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from conformance.engine.evidence import Evidence, Timeline
from conformance.engine.exchange import ABSENT, Exchange, Request, Response
from conformance.engine.kinds import FLOW, FLOW_SERVICE_KINDS
from conformance.rules.client.bodies import contract

UNSEEN = "(unseen)"


class Overheard(Evidence):
    """Puts an unseen write into a timeline wherever the etags show that there may have been one.

    Rules that compare two reads then do not compare across it: they speak of an entity that nobody
    else touches, and only an etag that both sides of a comparison share tells that nobody did.
    """

    @cached_property
    def _timelines(self) -> dict[tuple[str, str], Timeline]:
        found = super()._timelines
        for timeline in found.values():
            if timeline.kind in FLOW_SERVICE_KINDS:
                timeline.events = list(_with_gaps(timeline))
        return found


def _with_gaps(timeline: Timeline) -> Iterator[Exchange]:
    etag: str | None = None  # the last one known, None after a write whose outcome is not
    read: Exchange | None = None  # the last event, when it was a read
    if timeline.created is not None:
        etag = None if timeline.kind is FLOW else _etag(timeline.created)
        if _is_beyond_the_documents(timeline.created):
            yield _unseen(timeline.created)
    for event in timeline.events:
        if _is_read(timeline, event):
            if _is_foreign(etag, event.item.get("etag")) and not _is_fault(read, event):
                yield _unseen(event)
            yield event
            etag, read = event.item.get("etag"), event
        elif event.request.method == "GET":
            yield event
        else:
            yield from _write(event, etag)
            etag, read = _etag(event) if event.status < 400 else etag, None


def _write(event: Exchange, etag: str | None) -> Iterator[Exchange]:
    if _is_foreign(etag, event.request.header("If-Match")):
        yield _unseen(event)
    yield event
    if event.status < 400 and _etag(event) is None:
        yield _unseen(event)


def _is_read(timeline: Timeline, event: Exchange) -> bool:
    read = event.operation == timeline.kind.get() and event.is_lawful_success
    return read and event.item is not ABSENT


def _is_foreign(known: str | None, shown: Any) -> bool:
    """Whether an etag is none that the traffic explains."""
    return (
        isinstance(known, str) and isinstance(shown, str) and known.strip('"') != shown.strip('"')
    )


def _is_fault(before: Exchange | None, after: Exchange) -> bool:
    """Whether two reads differ in their etags though nothing was updated between them."""
    if before is None:
        return False
    dates = [read.item.get("updatedAt") for read in (before, after)]
    return isinstance(dates[0], int) and dates[0] == dates[1]


def _etag(event: Exchange) -> str | None:
    base = event.item if event.item is not ABSENT else event.body
    etag = base.get("etag") if isinstance(base, dict) else None
    return etag if isinstance(etag, str) else None


def _unseen(near: Exchange) -> Exchange:
    request = Request({}, "", "PATCH", near.request.url)
    return Exchange(
        near.id, near.journey, UNSEEN, UNSEEN, request, Response({}, "", 200), case=UNSEEN
    )


def _is_beyond_the_documents(created: Exchange) -> bool:
    """Whether a create sends what no document says to be stored: unknown members, or nothing as a value."""
    schema = contract()[created.operation].request_schema or {}
    body = created.sent if isinstance(created.sent, dict) else {}
    return bool(body.keys() - schema.get("properties", {}).keys()) or None in body.values()
