"""Deletes, and entities that were never there or are there no more."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator import entities
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import body, empty, only_if, status
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import (
    CONNECTION,
    FLOW,
    SOURCE,
    TARGET,
    Kind,
    family,
    keep_deleted,
)
from conformance.emulator.store import Record

NO_CONTENT = "delete-answers-no-content"
GONE = "deleted-one-is-gone"


def deleted_ids(emulator: Emulator) -> set[str]:
    """The ids of everything deleted from now on."""
    usual = emulator.policy.remove
    gone: set[str] = set()

    def remove(emulator: Emulator, request: Request, record: Record) -> None:
        gone.add(record.id)
        usual(emulator, request, record)

    emulator.watch("remove", remove)
    return gone


def refused_as(code: int) -> After:
    """Give a refusal another status, in its body too."""

    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        response.payload = response.payload | {"status": code}
        return status(code)(request, response, emulator)

    return change


def was_deleted(emulator: Emulator, operation: str, change: After) -> None:
    """Change the answers about entities that were deleted."""
    gone = deleted_ids(emulator)

    def deleted(request: Request, response: Response, emulator: Emulator) -> bool:
        return response.status == 404 and request.params["id"] in gone

    emulator.after(operation, only_if(deleted, change), when="error")


def _answer(make: Callable[[Request], Response]) -> After:
    return lambda request, response, emulator: make(request)


NOTHING = _answer(lambda request: Response(200, {"items": []}))


@family("{}-delete-answers-200", NO_CONTENT, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A delete is answered 200 without a body."""
    emulator.after(kind.delete, empty(200))


@family("{}-delete-answers-202-with-a-body", NO_CONTENT, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A delete is answered 202 with the id in a body."""
    emulator.after(
        kind.delete, _answer(lambda request: Response(202, {"id": request.params["id"]}))
    )


@family("deleted-{}-is-still-read", GONE, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A deleted entity can be read as before."""
    keep_deleted(emulator, kind, lambda request: request.operation == kind.get)


@family("deleted-{}-is-read-for-fifty-milliseconds", GONE, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A deleted entity can be read for another twentieth of a second."""
    usual = emulator.policy.remove
    deleted: dict[str, tuple[float, Record]] = {}

    def remove(emulator: Emulator, request: Request, record: Record) -> None:
        deleted[record.id] = (emulator.clock.now(), record)
        usual(emulator, request, record)

    def cached(request: Request, response: Response, emulator: Emulator) -> Response:
        at, record = deleted.get(request.params["id"], (0.0, None))
        if record is None or response.status != 404 or emulator.clock.now() - at > 0.05:
            return response
        return Response(200, {"items": [emulator.policy.present(emulator, request, record)]})

    emulator.watch("remove", remove)
    emulator.after(kind.get, cached, when="error")


@family("deleted-{}-answers-410", GONE, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A deleted entity is answered 410 when it is read."""
    was_deleted(emulator, kind.get, refused_as(410))


@family("deleted-{}-is-read-as-an-empty-list", GONE, kinds=(CONNECTION,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read of a deleted entity is answered 200 with no items."""
    was_deleted(emulator, kind.get, NOTHING)


@family("deleted-{}-is-shown-as-deleted", GONE, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A deleted entity can be read, in the state disabled."""
    keep_deleted(emulator, kind, lambda request: request.operation == kind.get)
    usual = emulator.policy.present

    def present(emulator: Emulator, request: Request, record: Record) -> dict[str, object]:
        document = usual(emulator, request, record)
        return document | ({"state": "disabled"} if "deletedAt" in record.extra else {})

    emulator.policy.present = present


@family("{}-delete-deletes-nothing", GONE, "deleted-one-leaves-the-list", kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A delete is answered 204 and nothing else happens."""
    usual = emulator.policy.remove

    def remove(emulator: Emulator, request: Request, record: Record) -> None:
        if record.kind != kind.name:
            usual(emulator, request, record)

    emulator.policy.remove = remove


@family("{}-delete-answers-200-when-crowded", NO_CONTENT, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A delete is answered 200 with an empty object while others of the kind remain."""

    def others(request: Request, response: Response, emulator: Emulator) -> bool:
        return any(entities.visible_records(emulator, request, kind.name))

    emulator.after(kind.delete, only_if(others, body({})))
    emulator.after(kind.delete, only_if(others, status(200)))
