"""References from one resource to another, and deletions that would break them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.emulator import entities
from conformance.emulator.errors import bad_value, flow_refusal
from conformance.emulator.exchange import Request
from conformance.emulator.store import Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

FLOW_SIDES = {
    "sourceConnections": "sourceConnectionIds",
    "targetConnections": "targetConnectionIds",
}
VENDOR_NAMESPACES = ("https://ns.adobe.com/xdm/", "https://ns.adobe.com/experience/")
LIVE = ("enabled", "initializing")


def check_reference(emulator: Emulator, request: Request, kind: str, identifier: Any) -> Record:
    """The record that a body refers to; it must exist in the same sandbox."""
    record = (
        entities.find(emulator, request, kind, identifier) if isinstance(identifier, str) else None
    )
    if record is None:
        raise bad_value(f"The request refers to a resource that {kind} does not hold")
    return record


def check_schema_reference(emulator: Emulator, request: Request, identifier: Any) -> None:
    """A schema of this tenant must exist; those of the vendor are taken for granted."""
    if not isinstance(identifier, str) or not identifier.startswith("https://ns.adobe.com/"):
        raise bad_value("A schema reference must be the $id of a schema")
    if identifier.startswith(VENDOR_NAMESPACES):
        return
    if not identifier.startswith(request.owner.namespace) or not any(
        entities.find(emulator, request, kind, identifier) for kind in ("schemas", "classes")
    ):
        raise bad_value("The request refers to a schema that does not exist")


def check_delete(emulator: Emulator, request: Request, record: Record) -> None:
    """A resource that flows rely on stays (1418-400, 1447-400)."""
    if record.kind == "connections" and _flows_over(emulator, request, record):
        raise flow_refusal("1418-400", "Flows still use the base connection", record.id)
    if record.kind in FLOW_SIDES and any(
        flow.document["state"] in LIVE for flow in flows_using(emulator, request, record)
    ):
        raise flow_refusal("1447-400", "Active flows still refer to the resource", record.id)


def flows_using(emulator: Emulator, request: Request, side: Record) -> list[Record]:
    """The flows that name a source or target connection."""
    name = FLOW_SIDES[side.kind]
    flows = entities.visible_records(emulator, request, "flows")
    return [flow for flow in flows if side.id in flow.document[name]]


def _flows_over(emulator: Emulator, request: Request, base: Record) -> bool:
    return any(
        flows_using(emulator, request, side)
        for kind in FLOW_SIDES
        for side in entities.visible_records(emulator, request, kind)
        if side.document.get("baseConnectionId") == base.id
    )
