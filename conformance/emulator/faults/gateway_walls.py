"""Walls between sandboxes that some calls pass."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.store import Record

CHANGED = "gateway.sandbox.entities-are-not-changed-from-another"
RESOURCES = "gateway.sandbox.resources-stay-in-their-sandbox"
REFERENCES = "gateway.sandbox.references-stay-in-their-sandbox"


def _pass(
    emulator: Emulator, operation: str, kind: str, when: Callable[[Request], bool] = bool
) -> None:
    usual = emulator.policy.visible

    def visible(emulator: Emulator, request: Request, record: Record) -> bool:
        own = record.org_id == request.owner.org_id and emulator.store.holds(record)
        passes = request.operation == operation and record.kind == kind and when(request)
        return usual(emulator, request, record) or (own and passes)

    emulator.policy.visible = visible


@fault("connection-is-updated-from-other-sandbox", breaks=[CHANGED])
def _(emulator: Emulator) -> None:
    """A base connection is updated from every sandbox."""
    _pass(emulator, "updateConnection", "connections")


@fault("connection-is-deleted-from-other-sandbox", breaks=[CHANGED])
def _(emulator: Emulator) -> None:
    """A base connection is deleted from every sandbox."""
    _pass(emulator, "deleteConnection", "connections")


@fault("data-set-is-read-from-other-sandbox", breaks=[RESOURCES])
def _(emulator: Emulator) -> None:
    """A dataset is read from every sandbox."""
    _pass(emulator, "getDataSet", "dataSets")


@fault("mapping-set-is-read-from-other-sandbox", breaks=[RESOURCES])
def _(emulator: Emulator) -> None:
    """A mapping set is read from every sandbox."""
    _pass(emulator, "getMappingSet", "mappingSets")


@fault("schema-is-read-from-other-sandbox", breaks=[RESOURCES])
def _(emulator: Emulator) -> None:
    """A schema is read from every sandbox by its meta:altId."""
    _pass(emulator, "getSchema", "schemas", lambda request: request.params["id"].startswith("_"))


@fault("flow-takes-source-of-other-sandbox", breaks=[REFERENCES])
def _(emulator: Emulator) -> None:
    """A flow may start from a source connection of another sandbox."""
    _pass(emulator, "createFlow", "sourceConnections")
