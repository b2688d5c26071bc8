"""Updates that are answered well but leave the wrong thing behind."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator import entities
from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import CONNECTION, FLOW, SOURCE, TARGET, Kind, family
from conformance.emulator.store import Document, Record

STORES = "update-stores-the-change"
LEAVES = "update-leaves-the-rest-alone"
LONG = {FLOW: ("long-and-foreign-text-is-kept",)}
# before, after, the paths that the patch names
Change = Callable[[Document, Document, set[str]], None]


def at_commit(emulator: Emulator, kind: Kind, change: Change) -> None:
    """Change a patched document just before it is stored."""
    usual = emulator.policy.commit

    def commit(emulator: Emulator, request: Request, record: Record, document: Document) -> None:
        if record.kind == kind.name:
            change(record.document, document, {one["path"] for one in request.payload})
        usual(emulator, request, record, document)

    emulator.policy.commit = commit


@family(
    "{}-update-is-not-stored",
    STORES,
    also={
        FLOW: (
            "patch-replaces-a-value",
            "patch-applies-operations-in-order",
            *LONG[FLOW],
        )
    },
    kinds=(CONNECTION, FLOW),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """An update of name or description changes the etag but not the text."""

    def keep(before: Document, after: Document, paths: set[str]) -> None:
        for name in ("name", "description"):
            if f"/{name}" in paths and name in before:
                after[name] = before[name]

    at_commit(emulator, kind, keep)


@family("{}-read-after-update-is-stale", STORES, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """The first read after an update shows the old name and description, with the new etag."""

    def remember(before: Document, after: Document, paths: set[str]) -> None:
        stale[before["id"]] = {name: before.get(name) for name in ("name", "description")}

    def old(request: Request, response: Response, emulator: Emulator) -> Response:
        shown = stale.pop(request.params["id"], {})
        response.payload["items"][0] |= {name: old for name, old in shown.items() if old}
        return response

    stale: dict[str, Document] = {}
    at_commit(emulator, kind, remember)
    emulator.after(kind.get, old)


@family("{}-update-renames-a-neighbour", LEAVES, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update that does not name the name takes it from the newest entity of the kind."""
    usual = emulator.policy.commit

    def commit(emulator: Emulator, request: Request, record: Record, document: Document) -> None:
        newest = next(entities.visible_records(emulator, request, kind.name))
        if record.kind == kind.name and all(one["path"] != "/name" for one in request.payload):
            document["name"] = newest.document["name"] + " (copy)"
        usual(emulator, request, record, document)

    emulator.policy.commit = commit


@family("{}-update-lowers-the-name", LEAVES, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update of something else puts the name in lower case."""

    def lower(before: Document, after: Document, paths: set[str]) -> None:
        if "/name" not in paths:
            after["name"] = after["name"].lower() + "."

    at_commit(emulator, kind, lower)


@family("{}-update-loses-the-description", LEAVES, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update of something else takes the description away."""

    def lose(before: Document, after: Document, paths: set[str]) -> None:
        if "/description" not in paths:
            after.pop("description", None)

    at_commit(emulator, kind, lose)


@family("{}-update-moves-the-creation", LEAVES, kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update moves createdAt by a second."""

    def move(before: Document, after: Document, paths: set[str]) -> None:
        after["createdAt"] -= 1000

    at_commit(emulator, kind, move)


@family("{}-update-resets-the-spec-version", LEAVES, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update writes version 2.0 into the connection spec."""

    def reset(before: Document, after: Document, paths: set[str]) -> None:
        after["connectionSpec"] = after["connectionSpec"] | {"version": "2.0"}

    at_commit(emulator, kind, reset)


@family("{}-update-swaps-transformations", LEAVES, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update of something else puts the transformations into the opposite order."""

    def swap(before: Document, after: Document, paths: set[str]) -> None:
        if not any(path.startswith("/transformations") for path in paths):
            after["transformations"] = after.get("transformations", [])[::-1]

    at_commit(emulator, kind, swap)


@family("{}-update-disables-it", LEAVES, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update leaves the entity disabled."""

    def disable(before: Document, after: Document, paths: set[str]) -> None:
        after["state"] = "disabled"

    at_commit(emulator, kind, disable)
