"""Creates of flows that lack a side, or whose side does not exist."""

from __future__ import annotations

from typing import Any

from conformance.emulator import entities
from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import FLOW, SERVER_ERROR
from conformance.emulator.faults.refusals import refused
from conformance.emulator.faults.refusals_flows import accepted
from conformance.emulator.store import Document

SIDE_NAMES = {"source": "sourceConnections", "target": "targetConnections"}


def _register_sides(side: str, kind: str) -> None:
    name = f"{side}ConnectionIds"
    missing = FLOW.row(f"missing-{side}-connection-is-refused")
    unknown = FLOW.row(f"unknown-{side}-connection-is-refused")
    deleted = [FLOW.row("deleted-source-connection-is-refused")] if side == "source" else []

    def newest(emulator: Emulator, request: Request, spec: Any) -> list[str]:
        served = emulator.specs.flow_spec(spec.get("id", "")).get(f"{side}ConnectionSpecIds", [])
        for record in entities.visible_records(emulator, request, kind):
            if record.document["connectionSpec"]["id"] in served:
                return [record.id]
        return []

    def there(emulator: Emulator, request: Request, ids: Any) -> bool:
        return all(entities.find(emulator, request, kind, str(one)) for one in ids)

    @fault(f"flow-without-{side}-is-accepted", breaks=[missing])
    def _(emulator: Emulator) -> None:
        """A flow that lacks a side gets the newest connection for it."""

        def fill(emulator: Emulator, request: Request, document: Document) -> None:
            if not document.get(name):
                document[name] = newest(emulator, request, document.get("flowSpec", {}))

        accepted(emulator, fill)

    @fault(f"flow-without-{side}-answers-500", breaks=[missing, SERVER_ERROR])
    def _(emulator: Emulator) -> None:
        """A flow that lacks a side is answered 500."""
        refused(emulator, FLOW, lambda emulator, request, new: not new.get(name), 500)

    @fault(f"flow-with-unknown-{side}-is-accepted", breaks=[unknown])
    def _(emulator: Emulator) -> None:
        """A flow with an unknown connection gets the newest one in its place."""

        def fill(emulator: Emulator, request: Request, document: Document) -> None:
            if not there(emulator, request, document.get(name, [])):
                document[name] = newest(emulator, request, document.get("flowSpec", {}))

        accepted(emulator, fill)

    @fault(f"flow-with-unknown-{side}-answers-409", breaks=[unknown, *deleted])
    def _(emulator: Emulator) -> None:
        """A flow with an unknown connection is refused with 409."""
        refused(
            emulator,
            FLOW,
            lambda emulator, request, new: not there(emulator, request, new.get(name, [])),
            409,
        )


for _side, _kind in SIDE_NAMES.items():
    _register_sides(_side, _kind)
