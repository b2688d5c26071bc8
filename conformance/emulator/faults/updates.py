"""Updates that are answered wrongly or give wrong etags."""

from __future__ import annotations

from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, drop, empty, every, only_if, replace, status
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import CONNECTION, FLOW, SOURCE, TARGET, Kind, family
from conformance.emulator.store import Record

SUCCESS = "update-answers-success"
RETURNS = "update-returns-identifier-and-etag"
CHANGES = "update-changes-etag"


@family("{}-update-answers-201", SUCCESS, kinds=(CONNECTION,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A valid update is answered 201."""
    emulator.after(kind.update, status(201))


@family("{}-update-answers-204", SUCCESS, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A valid update is answered 204."""
    emulator.after(kind.update, empty(204))


@family("{}-update-answers-202", SUCCESS, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A valid update is answered 202, as only updates of flows may be."""
    emulator.after(kind.update, empty(202))


@family("{}-second-update-answers-206", SUCCESS, kinds=(TARGET, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """Every second update of an entity is answered 206."""

    def second(request: Request, response: Response, emulator: Emulator) -> bool:
        return request.record is not None and request.record.updates % 2 == 0

    emulator.after(kind.update, only_if(second, status(206)))


@family("{}-update-answers-the-old-etag", RETURNS, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update is answered with the etag from before it."""

    def old(request: Request, response: Response, emulator: Emulator) -> Response:
        return replace("/etag", request.headers["if-match"])(request, response, emulator)

    emulator.after(kind.update, old)


@family("{}-update-answers-without-id", RETURNS, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update is answered with the etag alone."""
    emulator.after(kind.update, drop("/id"))


@family("{}-update-answers-without-etag", RETURNS, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """One update in three is answered with the id alone."""
    emulator.after(kind.update, every(3, drop("/etag")))


@family("{}-update-answers-an-empty-object", RETURNS, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update is answered 200 with an empty object."""
    emulator.after(kind.update, body({}))


@family("{}-update-keeps-the-etag", CHANGES, kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update leaves the etag as it was."""
    usual = emulator.policy.new_etag

    def new_etag(emulator: Emulator, record: Record | None) -> str:
        if record is not None and record.kind == kind.name and record.updates:
            return str(record.document["etag"])
        return usual(emulator, record)

    emulator.policy.new_etag = new_etag


@family("{}-second-update-keeps-the-etag", CHANGES, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """Every second update of an entity leaves the etag as it was."""
    usual = emulator.policy.new_etag

    def new_etag(emulator: Emulator, record: Record | None) -> str:
        again = record is not None and record.kind == kind.name and record.updates % 2 == 0
        if record is not None and again and record.updates:
            return str(record.document["etag"])
        return usual(emulator, record)

    emulator.policy.new_etag = new_etag


@family("{}-etag-returns-after-two-updates", "etag-never-returns")
def _(emulator: Emulator, kind: Kind) -> None:
    """After two updates an entity has the etag from before them."""
    usual = emulator.policy.new_etag

    def new_etag(emulator: Emulator, record: Record | None) -> str:
        if record is None or record.kind != kind.name or not record.updates:
            return usual(emulator, record)
        former = record.extra.pop("formerEtag", None)
        if former is None:
            record.extra["formerEtag"] = record.document["etag"]
        return former or usual(emulator, record)

    emulator.policy.new_etag = new_etag
