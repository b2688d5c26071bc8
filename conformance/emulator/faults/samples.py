"""One fault of each flavour: an answer, a policy, a rare call, a race, a leak between sandboxes."""

from __future__ import annotations

from conformance.emulator.app import Emulator
from conformance.emulator.changes import drop, every, replace
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.store import Record


@fault("create-flow-without-etag", breaks=["flow-service.flows.create-returns-etag"])
def _(emulator: Emulator) -> None:
    """Creating a flow answers no etag."""
    emulator.after("createFlow", drop("/etag"))


@fault("patch-loses-second-operation", breaks=["flow-service.flows.patch-applies-all-operations"])
def _(emulator: Emulator) -> None:
    """The second operation of a JSON Patch is forgotten."""
    usual = emulator.policy.apply_patch
    emulator.policy.apply_patch = lambda emulator, document, operations: usual(
        emulator, document, operations[:1] + operations[2:]
    )


@fault("every-third-flow-lowercased", breaks=["flow-service.flows.get-echoes-name"])
def _(emulator: Emulator) -> None:
    """One answer in three spells the flow's name in lower case."""
    emulator.after("getFlow", every(3, replace("/items/0/name", str.lower)))


@fault("patch-race", breaks=["flow-service.flows.one-of-two-writers-wins"])
def _(emulator: Emulator) -> None:
    """Two writers with one etag can both win when a few milliseconds apart."""

    def window(emulator: Emulator, request: Request, record: Record) -> None:
        emulator.open_window(0.02)

    emulator.concurrent = True
    emulator.policy.between_check_and_set = window


@fault("sandboxes-share-flows", breaks=["flow-service.flows.other-sandbox-sees-nothing"])
def _(emulator: Emulator) -> None:
    """Flows can be read from every sandbox of the organisation."""
    usual = emulator.policy.visible

    def visible(emulator: Emulator, request: Request, record: Record) -> bool:
        own = record.kind == "flows" and record.org_id == request.owner.org_id
        return usual(emulator, request, record) or (own and emulator.store.holds(record))

    emulator.policy.visible = visible
