"""Faults of looking classes and schemas up and of deleting them, one for each of the two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator import entities
from conformance.emulator.alterations import asked, fail, refuse
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import body, every, replace, status
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.registry_tools import KINDS, digits_of
from conformance.emulator.store import Record

SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"
TEXTLESS = "schema-registry.schemas.read-without-text-has-no-titles"
LAWFUL = "schema-registry.answers.lawful-reads-succeed"


def _newest_one(kind: str) -> After:
    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        for record in entities.visible_records(emulator, request, kind):
            if record is not request.record:
                response.payload |= {
                    "$id": record.document["$id"],
                    "meta:altId": record.document["meta:altId"],
                    "title": record.document["title"],
                }
                break
        return response

    return change


def _lingering(kind: str, emulator: Emulator, seconds: float) -> None:
    removed: dict[str, tuple[Record, float]] = {}
    usual_remove, usual_visible = emulator.policy.remove, emulator.policy.visible

    def remove(emulator: Emulator, request: Request, record: Record) -> None:
        removed[record.id] = (record, emulator.clock.now())
        if record.kind != kind:
            usual_remove(emulator, request, record)

    def visible(emulator: Emulator, request: Request, record: Record) -> bool:
        gone = removed.get(record.id)
        if gone is None or record.kind != kind or request.operation == f"get{KINDS[kind]}":
            fresh = gone is None or emulator.clock.now() - gone[1] < seconds
            return fresh and usual_visible(emulator, request, record)
        return False

    emulator.policy.remove = remove
    emulator.policy.visible = visible


def _reading(kind: str, name: str) -> None:
    one = name.lower()
    readable = f"schema-registry.{kind}.created-{one}-is-readable"

    @fault(f"{one}-is-read-with-the-newest-title", breaks=[readable])
    def _(emulator: Emulator) -> None:
        """A lookup answers the newest one of all once there are two."""
        emulator.after(f"get{name}", _newest_one(kind))

    shows = f"schema-registry.{kind}.read-shows-what-was-created"

    @fault(f"{one}-is-read-with-a-part-less", breaks=[shows])
    def _(emulator: Emulator) -> None:
        """A lookup leaves out the last part of the composition."""
        emulator.after(f"get{name}", replace("/allOf", lambda old: old[:-1]))

    @fault(f"{one}-is-read-with-its-description-in-capitals", breaks=[shows])
    def _(emulator: Emulator) -> None:
        """A lookup shows the description in capitals."""
        emulator.after(f"get{name}", replace("/description", str.upper))

    @fault(f"{one}-is-read-with-other-identifier", breaks=[readable])
    def _(emulator: Emulator) -> None:
        """A lookup answers an $id whose last digit differs."""
        change: Callable[[Any], Any] = lambda old: old[:-1] + ("0" if old[-1] != "0" else "1")  # noqa: E731
        emulator.after(f"get{name}", replace("/$id", change))

    @fault(f"{one}-is-not-found-when-looked-up", breaks=[readable, LAWFUL])
    def _(emulator: Emulator) -> None:
        """Every lookup answers 404."""
        problem = {"type": "/placeholder/type/uri", "status": 404, "title": "NotFoundError"}
        lost = body(lambda old: problem | {"detail": "No such resource"})
        emulator.after(f"get{name}", lost)
        emulator.after(f"get{name}", status(404))

    @fault(f"every-second-{one}-lookup-fails", breaks=[readable, LAWFUL])
    def _(emulator: Emulator) -> None:
        """One lookup in two makes the registry fail."""
        emulator.after(f"get{name}", every(2, fail))


def _deleting(kind: str, name: str) -> None:
    one, row = name.lower(), f"schema-registry.{kind}."
    gone = f"{row}deleted-{one}-is-gone"

    @fault(f"{one}-delete-answers-200", breaks=[f"{row}delete-answers-no-content"])
    def _(emulator: Emulator) -> None:
        """A delete answers 200 with an empty object."""

        def tell(request: Request, response: Response, emulator: Emulator) -> Response:
            return Response(200, {})

        emulator.after(f"delete{name}", tell)

    @fault(f"deleted-{one}-is-still-read", breaks=[gone])
    def _(emulator: Emulator) -> None:
        """A delete is answered 204 and forgotten."""
        _lingering(kind, emulator, 1e9)

    @fault(f"deleted-{one}-is-read-for-a-fifth-second", breaks=[gone])
    def _(emulator: Emulator) -> None:
        """A lookup is answered from a cache until a fifth of a second after the delete."""
        _lingering(kind, emulator, 0.2)

    @fault(f"deleted-{one}-answers-410", breaks=[gone])
    def _(emulator: Emulator) -> None:
        """What was deleted is answered Gone."""
        again = asked(_was_deleted(emulator, name), refuse(410))
        emulator.after(f"get{name}", again, when="error")

    @fault(f"deleted-{one}-answers-server-error", breaks=[gone, SERVER_ERROR])
    def _(emulator: Emulator) -> None:
        """A lookup after the delete makes the registry fail."""
        again = asked(_was_deleted(emulator, name), fail)
        emulator.after(f"get{name}", again, when="error")


def _was_deleted(emulator: Emulator, name: str) -> Callable[[Request], bool]:
    deleted: set[str] = set()

    def note(request: Request, response: Response, emulator: Emulator) -> None:
        deleted.add(digits_of(request))

    emulator.note(f"delete{name}", note)
    return lambda request: digits_of(request) in deleted


for _kind, _name in KINDS.items():
    _reading(_kind, _name)
    _deleting(_kind, _name)


@fault("schema-without-text-keeps-its-title", breaks=[TEXTLESS])
def _(emulator: Emulator) -> None:
    """The form without texts has the title."""
    _with_text(emulator, "title")


@fault("schema-without-text-keeps-its-description", breaks=[TEXTLESS])
def _(emulator: Emulator) -> None:
    """The form without texts has the description."""
    _with_text(emulator, "description")


def _with_text(emulator: Emulator, name: str) -> None:
    def show(request: Request, response: Response, emulator: Emulator) -> Response:
        stored = request.record.document if request.record else {}
        if "notext" in request.headers.get("accept", "") and name in stored:
            response.payload[name] = stored[name]
        return response

    emulator.after("getSchema", show)
