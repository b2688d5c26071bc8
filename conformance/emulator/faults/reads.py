"""Reads by id that break the envelope, the identity, the etag or the version."""

from __future__ import annotations

import uuid

from conformance.emulator import entities
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, crowded, drop, every, header, replace, updated
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import (
    CONNECTION,
    FLOW,
    SOURCE,
    TARGET,
    Kind,
    family,
    leave_behind,
)
from conformance.emulator.store import Record

ONE_ITEM = "read-returns-one-item"
ASKED_FOR = "read-returns-the-one-asked-for"
ETAG = "read-carries-etag"
STABLE = "etag-is-stable-on-reads"
SETTLED = {FLOW: ("enabled-flow-has-settled-etag",)}


def another(identifier: str) -> str:
    """The same other id for an id every time."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, identifier))


@family("{}-read-without-envelope", ONE_ITEM, kinds=(CONNECTION,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read answers the entity itself, outside any list."""
    emulator.after(kind.get, body(lambda payload: payload["items"][0]))


@family("{}-read-answers-the-entity-twice", ONE_ITEM, kinds=(TARGET, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read answers the entity twice in items."""
    emulator.after(kind.get, body(lambda payload: {"items": payload["items"] * 2}))


@family("{}-read-adds-a-neighbour", ONE_ITEM, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """Once two exist, a read answers all of them, the one asked for first."""

    def neighbours(request: Request, response: Response, emulator: Emulator) -> Response:
        records = entities.visible_records(emulator, request, kind.name)
        others = [one for one in records if one is not request.record][:1]
        shown = [emulator.policy.present(emulator, request, one) for one in others]
        response.payload["items"] += shown
        return response

    emulator.after(kind.get, crowded(kind.name, 2, neighbours))


@family("{}-read-shows-another-id", ASKED_FOR, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read shows an id that was not asked for."""
    emulator.after(kind.get, replace("/items/0/id", another))


@family("one-{}-read-in-twenty-shows-another-id", ASKED_FOR, kinds=(CONNECTION,))
def _(emulator: Emulator, kind: Kind) -> None:
    """One read in twenty shows an id that was not asked for."""
    change = replace("/items/0/id", another)
    emulator.after(kind.get, every(20, change))


@family("{}-read-shows-the-others-id-when-crowded", ASKED_FOR, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """Once two exist, a read shows the id of the other."""

    def other(request: Request, response: Response, emulator: Emulator) -> Response:
        for record in entities.visible_records(emulator, request, kind.name):
            if record is not request.record:
                response.payload["items"][0]["id"] = record.id
        return response

    emulator.after(kind.get, crowded(kind.name, 2, other))


@family("{}-read-without-etag", ETAG, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read shows no etag."""
    emulator.after(kind.get, drop("/items/*/etag"))


@family("{}-read-has-its-etag-in-a-header", ETAG, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read carries the etag as a response header only."""

    def moved(request: Request, response: Response, emulator: Emulator) -> Response:
        return header("ETag", response.payload["items"][0].pop("etag"))(request, response, emulator)

    emulator.after(kind.get, moved)


@family("{}-read-without-etag-after-an-update", ETAG, kinds=(TARGET, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read shows no etag once the entity was updated."""
    emulator.after(kind.get, updated(1, drop("/items/*/etag")))


@family("{}-read-etag-is-weak", ETAG, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read shows the etag with the prefix of weak etags."""
    emulator.after(kind.get, replace("/items/0/etag", lambda etag: f"W/{etag}"))


@family("{}-version-is-unquoted", "version-equals-etag", kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """version lacks the quotes that the etag has."""
    emulator.after(kind.get, replace("/items/0/version", lambda etag: etag.strip('"')))


@family("{}-version-stays-after-an-update", "version-equals-etag", kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """version still shows the etag from before the last update."""
    leave_behind(emulator, kind, "version")


def _bump(emulator: Emulator, record: Record) -> None:
    etag = emulator.policy.new_etag(emulator, record)
    record.document |= {"version": etag, "etag": etag}


@family(
    "{}-read-changes-the-etag",
    STABLE,
    "update-returns-identifier-and-etag",
    also=SETTLED,
    kinds=(CONNECTION, FLOW),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """Every read gives the entity a new etag, which the answer shows already."""

    def bump(request: Request, response: Response, emulator: Emulator) -> Response:
        assert request.record is not None
        _bump(emulator, request.record)
        etag = request.record.document["etag"]
        response.payload["items"][0] |= {"version": etag, "etag": etag}
        return response

    emulator.after(kind.get, bump)


@family(
    "{}-every-second-read-changes-the-etag",
    STABLE,
    "update-returns-identifier-and-etag",
    kinds=(SOURCE, TARGET),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """Every second read of an entity gives it a new etag, which the answer shows already."""

    def bump(request: Request, response: Response, emulator: Emulator) -> Response:
        record = request.record
        assert record is not None
        record.extra["reads"] = record.extra.get("reads", 0) + 1
        if record.extra["reads"] % 2 == 0:
            _bump(emulator, record)
            etag = record.document["etag"]
            response.payload["items"][0] |= {"version": etag, "etag": etag}
        return response

    emulator.after(kind.get, bump)


@family("{}-etag-header-is-unquoted", "etag-header-equals-etag", kinds=(CONNECTION, SOURCE))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read has an ETag header that lacks the quotes."""

    def tell(request: Request, response: Response, emulator: Emulator) -> Response:
        etag = response.payload["items"][0]["etag"].strip('"')
        return header("ETag", etag)(request, response, emulator)

    emulator.after(kind.get, tell)


@family("{}-etag-header-is-of-the-creation", "etag-header-equals-etag", kinds=(TARGET, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read has an ETag header that stays what it was in the first read."""
    first: dict[str, str] = {}

    def tell(request: Request, response: Response, emulator: Emulator) -> Response:
        item = response.payload["items"][0]
        etag = first.setdefault(item["id"], item["etag"])
        return header("ETag", etag)(request, response, emulator)

    emulator.after(kind.get, tell)
