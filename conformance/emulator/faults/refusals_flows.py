"""Creates of flows that should be refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from conformance.emulator import entities
from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.faults.deletes import deleted_ids
from conformance.emulator.faults.kinds import FLOW, SERVER_ERROR, SOURCE, keep_deleted
from conformance.emulator.faults.refusals import refused
from conformance.emulator.store import Document, Record

FLOW_SPEC = FLOW.row("missing-flow-spec-is-refused")
UNKNOWN_SPEC = FLOW.row("unknown-flow-spec-is-refused")
STATE = FLOW.row("state-in-create-is-refused")
FOREIGN = FLOW.row("foreign-connection-spec-is-refused")
DELTA = FLOW.row("missing-delta-column-is-refused")
NAMELESS = FLOW.row("transformation-without-name-is-refused")
DELETED = FLOW.row("deleted-source-connection-is-refused")


def accepted(emulator: Emulator, change: Callable[[Emulator, Request, Document], Any]) -> None:
    """Accept wrong creates of flows by changing what was sent."""

    def rewrite(emulator: Emulator, request: Request) -> None:
        if isinstance(request.payload, dict):
            change(emulator, request, request.payload)

    emulator.before("createFlow", rewrite)


def _spec_of(emulator: Emulator, request: Request, document: Document) -> Document:
    # the flow spec that serves the first source connection
    ids: Any = document.get("sourceConnectionIds") or [""]
    source = entities.find(emulator, request, "sourceConnections", str(ids[0]))
    for record in emulator.specs.flow_specs.values():
        served = record.document["sourceConnectionSpecIds"]
        if source is None or source.document["connectionSpec"]["id"] in served:
            return {"id": record.id, "version": record.document["version"]}
    return {}


@fault("flow-without-flow-spec-is-accepted", breaks=[FLOW_SPEC])
def _(emulator: Emulator) -> None:
    """A flow without flowSpec gets the one that serves its source."""

    def fill(emulator: Emulator, request: Request, document: Document) -> None:
        if "flowSpec" not in document:
            document["flowSpec"] = _spec_of(emulator, request, document)

    accepted(emulator, fill)


@fault("flow-without-flow-spec-answers-404", breaks=[FLOW_SPEC])
def _(emulator: Emulator) -> None:
    """A flow without flowSpec is refused with 404."""
    refused(emulator, FLOW, lambda emulator, request, new: "flowSpec" not in new, 404)


@fault("flow-with-unknown-flow-spec-is-accepted", breaks=[UNKNOWN_SPEC])
def _(emulator: Emulator) -> None:
    """A flow with an unknown flow spec gets the one that serves its source."""

    def fill(emulator: Emulator, request: Request, document: Document) -> None:
        if _unknown(emulator, document):
            document["flowSpec"] = _spec_of(emulator, request, document)

    accepted(emulator, fill)


def _unknown(emulator: Emulator, document: Document) -> bool:
    spec: Any = document.get("flowSpec")
    identifier = spec.get("id") if isinstance(spec, dict) else None
    return isinstance(identifier, str) and not emulator.specs.flow_spec(identifier)


@fault("flow-with-unknown-flow-spec-answers-500", breaks=[UNKNOWN_SPEC, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A flow with an unknown flow spec is answered 500."""
    refused(emulator, FLOW, lambda emulator, request, new: _unknown(emulator, new), 500)


@fault("flow-from-deleted-source-is-accepted", breaks=[DELETED])
def _(emulator: Emulator) -> None:
    """Flows can still be made from source connections that were deleted."""
    keep_deleted(emulator, SOURCE, lambda request: request.operation == "createFlow")


@fault("flow-from-deleted-source-answers-500", breaks=[DELETED, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A flow from a source connection that was deleted is answered 500."""
    gone = deleted_ids(emulator)

    def deleted(emulator: Emulator, request: Request, document: Document) -> bool:
        return not gone.isdisjoint(document.get("sourceConnectionIds", []))

    refused(emulator, FLOW, deleted, 500)


@fault("flow-takes-foreign-connection-specs", breaks=[FOREIGN])
def _(emulator: Emulator) -> None:
    """A flow may join connections that its flow spec does not list."""
    emulator.policy.check_pairing = lambda emulator, spec, sources, targets: None


@fault("flow-takes-foreign-target-specs", breaks=[FOREIGN])
def _(emulator: Emulator) -> None:
    """A flow may lead to connections that its flow spec does not list."""
    usual = emulator.policy.check_pairing

    def check(
        emulator: Emulator, spec: Document, sources: list[Record], targets: list[Record]
    ) -> None:
        usual(emulator, spec, sources, [])

    emulator.policy.check_pairing = check


@fault("flow-takes-a-state", breaks=[STATE])
def _(emulator: Emulator) -> None:
    """The state in a create is passed over."""
    accepted(emulator, lambda emulator, request, document: document.pop("state", None))


@fault("flow-with-state-answers-409", breaks=[STATE])
def _(emulator: Emulator) -> None:
    """A flow created with a state is refused with 409."""
    refused(emulator, FLOW, lambda emulator, request, new: "state" in new, 409)


@fault("flow-needs-no-delta-column", breaks=[DELTA])
def _(emulator: Emulator) -> None:
    """A Copy transformation may lack its deltaColumn."""
    usual = emulator.policy.check_transformations

    def check(emulator: Emulator, spec: Document, transformations: Any) -> None:
        judged = copy.deepcopy(transformations)
        for one in judged if isinstance(judged, list) else []:
            if isinstance(one, dict) and one.get("name") == "Copy":
                one.setdefault("params", {}).setdefault("deltaColumn", {"name": "any"})
        usual(emulator, spec, judged)

    emulator.policy.check_transformations = check


@fault("nameless-transformation-is-accepted", breaks=[NAMELESS])
def _(emulator: Emulator) -> None:
    """A transformation without a name is told from its params."""

    def name(emulator: Emulator, request: Request, document: Document) -> None:
        for one in document.get("transformations") or []:
            if isinstance(one, dict) and "name" not in one:
                one["name"] = "Mapping" if "mappingId" in one.get("params", {}) else "Copy"

    accepted(emulator, name)


@fault("wrong-transformation-answers-500", breaks=[DELTA, NAMELESS, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A flow whose transformations are not as they must be is answered 500."""
    usual = emulator.policy.check_transformations

    def check(emulator: Emulator, spec: Document, transformations: Any) -> None:
        try:
            usual(emulator, spec, transformations)
        except RefusalError as refusal:
            refusal.status = 500
            raise

    emulator.policy.check_transformations = check
