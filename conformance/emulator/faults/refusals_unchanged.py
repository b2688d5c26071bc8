"""Refused updates that leave traces, or whose answer is no JSON."""

from __future__ import annotations

from conformance.emulator import entities
from conformance.emulator.app import Emulator
from conformance.emulator.changes import every, header, raw
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import CONNECTION, FLOW, SOURCE, TARGET, Kind, family
from conformance.emulator.faults.preconditions import supplied
from conformance.emulator.store import Document

KEPT = {"name", "description"}
UNCHANGED = "refused-request-changes-nothing"


@family(
    "{}-refused-update-is-stored",
    UNCHANGED,
    kinds=(CONNECTION, FLOW),
    also={FLOW: ("winning-update-is-stored",)},
)
def _(emulator: Emulator, kind: Kind) -> None:
    """An update with a wrong etag is refused with 412, but its texts are stored."""

    def store(request: Request, response: Response, emulator: Emulator) -> Response:
        if response.status == 412 and request.record is not None:
            for one in request.payload:
                if one["path"] in ("/name", "/description") and one["op"] != "remove":
                    request.record.document[one["path"][1:]] = one["value"]
        return response

    emulator.after(kind.update, store, when="error")


@family("{}-refused-update-changes-the-etag", UNCHANGED, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update that is refused for its body still gives the entity a new etag."""

    def stamp(request: Request, response: Response, emulator: Emulator) -> Response:
        if response.status == 400 and request.record is not None and supplied(request):
            entities.stamp(emulator, request.record, emulator.clock.millis())
        return response

    emulator.after(kind.update, stamp, when="error")


@family("{}-refused-update-touches-the-date", UNCHANGED, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update with a wrong etag is refused, but updatedAt and updatedBy change."""

    def touch(request: Request, response: Response, emulator: Emulator) -> Response:
        if response.status == 412 and request.record is not None:
            request.record.document["updatedAt"] = emulator.clock.millis() + 1
        return response

    emulator.after(kind.update, touch, when="error")


@family(
    "one-{}-refusal-in-three-is-html",
    "gateway.media-type.answers-are-json",
    "gateway.errors.refusals-explain-themselves",
    kinds=(FLOW,),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """One refusal in three of an update is an HTML page."""
    emulator.after(kind.update, every(3, header("Content-Type", "text/html")), when="error")
    emulator.after(kind.update, every(3, raw(b"<html><body>Refused</body></html>")), when="error")


@family(
    "{}-refusal-is-broken-json",
    "gateway.media-type.answers-parse-as-json",
    "gateway.errors.refusals-explain-themselves",
    kinds=(TARGET,),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """A refused update is answered with JSON that lacks its end."""
    emulator.after(kind.update, raw(b'{"title": "Bad request", '), when="error")


@family("refused-{}-create-is-stored", "refused-create-stores-nothing", kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """What a refused create sent is stored under its name all the same."""

    def store(request: Request, response: Response, emulator: Emulator) -> Response:
        if isinstance(request.payload, dict) and isinstance(request.payload.get("name"), str):
            sent = {name: request.payload[name] for name in KEPT & request.payload.keys()}
            sides: Document = (
                {"sourceConnectionIds": [], "targetConnectionIds": []} if kind is FLOW else {}
            )
            new = entities.new_record(emulator, request, kind.name, sent | sides)
            emulator.store.add(new)
        return response

    emulator.after(kind.create, store, when="error")
