"""Writes that touch a neighbour or the rest of an entity, and reads of another one."""

from __future__ import annotations

from itertools import count

from jsonpointer import JsonPointer

from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import CONNECTION, FLOW, SOURCE, TARGET, Kind, family
from conformance.emulator.store import Document, Record


@family(
    "{}-update-renames-a-neighbour",
    "same-etag-means-same-content",
    "create-stores-what-was-sent",
    kinds=(CONNECTION, FLOW),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """An update of the name renames the newest other entity too, under its old etag."""
    usual = emulator.policy.commit

    def commit(emulator: Emulator, request: Request, record: Record, document: Document) -> None:
        renamed = record.document.get("name") != document.get("name")
        usual(emulator, request, record, document)
        if record.kind == kind.name and renamed:
            others = (r for r in emulator.store.newest_first(kind.name) if r is not record)
            other = next((r for r in others if r.sandbox == record.sandbox), None)
            if other is not None:
                other.document["name"] = document["name"]

    emulator.policy.commit = commit


@family(
    "{}-read-names-another-maker-each-time",
    "same-etag-means-same-content",
    "update-leaves-the-rest-alone",
    "refused-request-changes-nothing",
    kinds=(SOURCE, TARGET),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """createdBy is another with every read."""
    makers = count(1)

    def rename(request: Request, response: Response, emulator: Emulator) -> Response:
        response.payload["items"][0]["createdBy"] = f"maker{next(makers)}@AdobeID"
        return response

    emulator.after(kind.get, rename)


@fault("disable-disables-a-neighbour", breaks=["flow-service.flows.same-etag-means-same-content"])
def _(emulator: Emulator) -> None:
    """The newest other flow is disabled with the one that was meant."""

    def spread(request: Request, response: Response, emulator: Emulator) -> Response:
        others = emulator.store.newest_first("flows")
        other = next((r for r in others if r.id != request.params["id"]), None)
        if request.argument("op") == "disable" and other is not None:
            other.document["state"] = "disabled"
        return response

    emulator.after("actOnFlow", spread)


@fault(
    "rename-loses-the-credentials", breaks=["flow-service.connections.update-leaves-the-rest-alone"]
)
def _(emulator: Emulator) -> None:
    """A base connection that is renamed shows no auth any more."""
    usual, present = emulator.policy.commit, emulator.policy.present

    def commit(emulator: Emulator, request: Request, record: Record, document: Document) -> None:
        record.extra["renamed"] = record.document["name"] != document["name"]
        usual(emulator, request, record, document)

    def shown(emulator: Emulator, request: Request, record: Record) -> Document:
        document = present(emulator, request, record)
        if record.kind == "connections" and record.extra.get("renamed"):
            document.pop("auth", None)
        return document

    emulator.policy.commit = commit
    emulator.policy.present = shown


@fault(
    "replace-merges-objects",
    breaks=[
        "flow-service.flows.patch-replaces-a-whole-object",
        "flow-service.flows.update-stores-the-change",
    ],
)
def _(emulator: Emulator) -> None:
    """A replaced object keeps the members that the new one lacks."""
    usual = emulator.policy.apply_patch

    def patch(emulator: Emulator, document: Document, operations: list[Document]) -> Document:
        patched = usual(emulator, document, operations)
        for one in operations:
            pointer = JsonPointer(one["path"])
            old = pointer.resolve(document, None)
            new = pointer.resolve(patched, None)
            if one["op"] == "replace" and isinstance(old, dict) and isinstance(new, dict):
                merged = _merged(old, new)
                new.clear()
                new |= merged
        return patched

    emulator.policy.apply_patch = patch


def _merged(old: Document, new: Document) -> Document:
    both = old | new
    for name in old.keys() & new.keys():
        if isinstance(old[name], dict) and isinstance(new[name], dict):
            both[name] = _merged(old[name], new[name])
    return both


@fault(
    "flow-spec-is-always-the-table-one",
    breaks=["flow-service.flow-specs.read-returns-requested-spec"],
)
def _(emulator: Emulator) -> None:
    """Whatever flow spec is asked for, that of tables is answered."""

    def table(emulator: Emulator, request: Request) -> None:
        request.params["id"] = "14518937-270c-4525-bdec-c2ba7cce3860"

    emulator.before("getFlowSpec", table)
