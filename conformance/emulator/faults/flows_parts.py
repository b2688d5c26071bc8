"""Transformations and actions of flows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.creates_stored import in_reads
from conformance.emulator.faults.kinds import FLOW, SERVER_ERROR
from conformance.emulator.flows import ACTIONS
from conformance.emulator.store import Document, Record

ECHOED = FLOW.row("transformations-are-echoed")
STORES = FLOW.row("update-stores-the-change")
GENERAL = FLOW.row("destination-transformation-is-general")
ACTION = FLOW.row("disable-and-enable-change-the-state")
UNKNOWN = FLOW.row("unknown-action-is-refused")


def shown(emulator: Emulator, change: Callable[[list[Any]], Any]) -> None:
    """Show other transformations of flows that were never updated."""
    in_reads(emulator, FLOW, lambda document: change(document.get("transformations") or []))


@fault("flow-reverses-transformations", breaks=[ECHOED, STORES])
def _(emulator: Emulator) -> None:
    """Transformations are shown in the opposite order."""
    shown(emulator, lambda transformations: transformations.reverse())


@fault("flow-shows-one-transformation", breaks=[ECHOED])
def _(emulator: Emulator) -> None:
    """Only the first transformation is shown."""
    shown(emulator, lambda transformations: transformations.__delitem__(slice(1, None)))


@fault("flow-forgets-the-mapping-version", breaks=[ECHOED, STORES])
def _(emulator: Emulator) -> None:
    """The mappingVersion of a transformation is not shown."""

    def forget(transformations: list[Any]) -> None:
        for one in transformations:
            one["params"].pop("mappingVersion", None)

    shown(emulator, forget)


@fault("flow-shows-upper-case-mapping-id", breaks=[ECHOED, STORES])
def _(emulator: Emulator) -> None:
    """The mappingId of a transformation is shown in capitals."""

    def capitals(transformations: list[Any]) -> None:
        for one in transformations:
            if "mappingId" in one["params"]:
                one["params"]["mappingId"] = one["params"]["mappingId"].upper()

    shown(emulator, capitals)


@fault("destination-transformation-is-renamed", breaks=[GENERAL, ECHOED])
def _(emulator: Emulator) -> None:
    """The transformation of a destination flow is called ProfileTransform."""

    def rename(transformations: list[Any]) -> None:
        for one in transformations:
            if one["name"] == "GeneralTransform":
                one["name"] = "ProfileTransform"

    shown(emulator, rename)


def _acted(emulator: Emulator, change: Callable[[str, Document], Any]) -> None:
    def after(request: Request, response: Response, emulator: Emulator) -> Response:
        assert request.record is not None
        change((request.argument("op") or "").lower(), request.record.document)
        return response

    def check(emulator: Emulator, record: Record, op: str) -> None:
        if op not in ACTIONS:
            usual(emulator, record, op)

    usual = emulator.policy.check_action
    emulator.policy.check_action = check
    emulator.after("actOnFlow", after)


@fault("flow-enable-leaves-it-disabled", breaks=[ACTION])
def _(emulator: Emulator) -> None:
    """A flow that was disabled once stays so."""
    _acted(emulator, lambda op, document: document.update(state="disabled"))


@fault("flow-disable-leaves-it-disabling", breaks=[ACTION])
def _(emulator: Emulator) -> None:
    """A disabled flow stays in the state disabling."""

    def change(op: str, document: Document) -> None:
        if op == "disable":
            document["state"] = "disabling"

    _acted(emulator, change)


@fault("flow-disable-leaves-it-enabled", breaks=[ACTION])
def _(emulator: Emulator) -> None:
    """The action disable changes lastOperation but not the state."""

    def change(op: str, document: Document) -> None:
        if op == "disable":
            document["state"] = "enabled"

    _acted(emulator, change)


@fault("unknown-flow-action-succeeds", breaks=[UNKNOWN])
def _(emulator: Emulator) -> None:
    """An unknown action is answered 200 and does nothing."""

    def accept(request: Request, response: Response, emulator: Emulator) -> Response:
        record = request.record
        if record is None or (request.argument("op") or "").lower() in ACTIONS:
            return response
        return Response(200, {"id": record.id, "etag": record.document["etag"]})

    emulator.after("actOnFlow", accept, when="error")


@fault("unknown-flow-action-answers-500", breaks=[UNKNOWN, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """An unknown action is answered 500."""

    def check(emulator: Emulator, record: Record, op: str) -> None:
        if op not in ACTIONS:
            raise RefusalError(500, "The action failed")
        usual(emulator, record, op)

    usual = emulator.policy.check_action
    emulator.policy.check_action = check
