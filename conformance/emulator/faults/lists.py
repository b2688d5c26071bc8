"""Lists that hold too much, too little, or in the wrong envelope."""

from __future__ import annotations

from typing import Any

from conformance.emulator import entities
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, crowded, only_if, status
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import (
    CONNECTION,
    FLOW,
    READS,
    SIDES,
    SOURCE,
    TARGET,
    Kind,
    family,
    keep_deleted,
)

ENVELOPE = "list-uses-items-envelope"
CONTAINS = "list-contains-the-created"
EXCLUDES = "list-filter-excludes-others"
LEAVES = "deleted-one-leaves-the-list"


def filtered(request: Request, response: Response, emulator: Emulator) -> bool:
    """Whether this is a whole list filtered by name, neither a page of it nor a count."""
    if request.argument("limit") or request.argument("continuationToken"):
        return False
    if not isinstance(response.payload, dict) or "items" not in response.payload:
        return False
    return any("name" in text for text in request.arguments("property"))


@family("{}-list-is-a-bare-array", ENVELOPE, kinds=SIDES)
def _(emulator: Emulator, kind: Kind) -> None:
    """A list is answered as an array."""
    emulator.after(kind.list, body(lambda payload: payload.get("items", payload)))


@family("{}-list-calls-its-items-results", ENVELOPE, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A list has its entities in results."""

    def renamed(payload: Any) -> Any:
        return {("results" if name == "items" else name): payload[name] for name in payload}

    emulator.after(kind.list, body(renamed))


@family("{}-list-answers-206", READS, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A list is answered 206."""
    emulator.after(kind.list, status(206))


@family("empty-{}-list-answers-204", READS, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A list that matches nothing is answered 204."""

    def nothing(request: Request, response: Response, emulator: Emulator) -> bool:
        return bool(response.payload.get("items") == [])

    emulator.after(kind.list, only_if(nothing, lambda *answer: Response(204)))


@family("{}-list-by-name-lacks-the-newest", CONTAINS, kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A list filtered by name lacks the newest entity of the kind."""

    def lose(request: Request, response: Response, emulator: Emulator) -> Response:
        newest = next(entities.visible_records(emulator, request, kind.name), None)
        items = response.payload["items"]
        response.payload["items"] = [one for one in items if not newest or one["id"] != newest.id]
        return response

    emulator.after(kind.list, only_if(filtered, lose))


@family("{}-list-shows-new-ones-late", CONTAINS, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A list filtered by name shows an entity fifty milliseconds after its creation."""

    def lose(request: Request, response: Response, emulator: Emulator) -> Response:
        limit = emulator.clock.millis() - 50
        items = response.payload["items"]
        response.payload["items"] = [one for one in items if one["createdAt"] < limit]
        return response

    emulator.after(kind.list, only_if(filtered, lose))


@family("{}-list-by-name-ignores-the-filter", EXCLUDES, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A filter by name lets every entity through."""

    def ignore(emulator: Emulator, request: Request) -> None:
        if not request.argument("count"):
            request.query = [(name, text) for name, text in request.query if name != "property"]

    emulator.before(kind.list, ignore)


@family("{}-list-by-name-adds-the-newest", EXCLUDES, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A filter by name lets the newest entity of the kind through as well."""

    def widen(request: Request, response: Response, emulator: Emulator) -> Response:
        newest = next(entities.visible_records(emulator, request, kind.name))
        items = response.payload["items"]
        if all(one["id"] != newest.id for one in items):
            items.append(emulator.policy.present(emulator, request, newest))
        return response

    emulator.after(kind.list, only_if(filtered, crowded(kind.name, 2, widen)))


def _begin(emulator: Emulator, kind: Kind) -> Any:
    def widen(request: Request, response: Response, emulator: Emulator) -> Response:
        wanted = [text.partition("==")[2].strip('"') for text in request.arguments("property")]
        shown = {one["id"] for one in response.payload["items"]}
        for record in entities.visible_records(emulator, request, kind.name):
            name = record.document.get("name", "")
            if record.id not in shown and any(name.startswith(text) for text in wanted):
                response.payload["items"].append(emulator.policy.present(emulator, request, record))
        return response

    return widen


@family("{}-list-by-name-matches-beginnings", EXCLUDES, kinds=(TARGET, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A filter by name lets through what begins with that name."""
    emulator.after(kind.list, only_if(filtered, _begin(emulator, kind)))


@family("deleted-{}-is-still-listed", LEAVES, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A deleted entity is still listed."""
    keep_deleted(
        emulator,
        kind,
        lambda request: request.operation == kind.list and not request.argument("count"),
    )


@family("deleted-{}-is-listed-by-name", LEAVES, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A deleted entity is listed where the list is filtered by name."""
    keep_deleted(
        emulator,
        kind,
        lambda request: request.operation == kind.list and bool(request.argument("property")),
    )
