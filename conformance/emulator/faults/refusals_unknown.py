"""Identifiers that no entity ever had, and answers that do not say so."""

from __future__ import annotations

from conformance.emulator import entities
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import empty, only_if
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.deletes import NOTHING, deleted_ids, refused_as
from conformance.emulator.faults.kinds import (
    CONNECTION,
    FLOW,
    SERVER_ERROR,
    SOURCE,
    TARGET,
    Kind,
    family,
)
from conformance.emulator.routing import ENTITIES

UNKNOWN = "unknown-identifier-is-not-found"
UNKNOWN_UPDATE = "update-of-unknown-identifier-is-not-found"
UNKNOWN_DELETE = "delete-of-unknown-identifier-is-not-found"


def never_there(emulator: Emulator, operation: str, change: After) -> None:
    """Change the answers about ids that no entity ever had."""
    gone = deleted_ids(emulator)

    def unknown(request: Request, response: Response, emulator: Emulator) -> bool:
        identifier = request.params["id"]
        exists = any(emulator.store.get(name, identifier) for name in ENTITIES)
        return response.status == 404 and identifier not in gone and not exists

    emulator.after(operation, only_if(unknown, change), when="error")


@family("unknown-{}-is-read-as-an-empty-list", UNKNOWN, kinds=(TARGET, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read of an unknown id is answered 200 with no items."""
    never_there(emulator, kind.get, NOTHING)


@family("unknown-{}-answers-400", UNKNOWN, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read of an unknown id is refused with 400."""
    never_there(emulator, kind.get, refused_as(400))


@family("unknown-{}-answers-500", UNKNOWN, SERVER_ERROR, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read of an unknown id is answered 500."""
    never_there(emulator, kind.get, refused_as(500))


@family("unknown-{}-is-read-as-the-newest", UNKNOWN, kinds=(CONNECTION,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A read of an unknown id is answered with the newest entity of the kind."""

    def newest(request: Request, response: Response, emulator: Emulator) -> Response:
        record = next(entities.visible_records(emulator, request, kind.name), None)
        if record is None:
            return response
        return Response(200, {"items": [emulator.policy.present(emulator, request, record)]})

    never_there(emulator, kind.get, newest)


@family("update-of-unknown-{}-succeeds", UNKNOWN_UPDATE)
def _(emulator: Emulator, kind: Kind) -> None:
    """An update of an unknown id is answered 200 with an id and an etag."""

    def accept(request: Request, response: Response, emulator: Emulator) -> Response:
        identifier = request.params["id"]
        return Response(200, {"id": identifier, "etag": emulator.policy.new_etag(emulator, None)})

    never_there(emulator, kind.update, accept)


@family("update-of-unknown-{}-answers-400", UNKNOWN_UPDATE, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update of an unknown id is refused with 400."""
    never_there(emulator, kind.update, refused_as(400))


@family("delete-of-unknown-{}-succeeds", UNKNOWN_DELETE, kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A delete of an id that no entity ever had is answered 204."""
    never_there(emulator, kind.delete, empty(204))


@family("delete-of-unknown-{}-answers-410", UNKNOWN_DELETE, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A delete of an unknown id is refused with 410."""
    never_there(emulator, kind.delete, refused_as(410))
