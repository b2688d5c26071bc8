"""Flows: creation, enabling, actions, and the document clients read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.emulator import entities, inlet, runs, validation
from conformance.emulator.errors import bad_value, flow_refusal
from conformance.emulator.exchange import Request, Response
from conformance.emulator.flowrules import mapping_params
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

FIELDS = (
    "name",
    "description",
    "flowSpec",
    "sourceConnectionIds",
    "targetConnectionIds",
    "scheduleParams",
    "transformations",
    "labels",
)
MUTABLE = frozenset(("name", "description", "scheduleParams", "transformations", "labels"))
INLET_HOST = "https://dcs.adobedc.net/collection/"
ACTIONS = {"enable": "enabled", "disable": "disabled"}
PROVIDER_ACTIONS = ("finalize", "finalize_update")


def check_new(emulator: Emulator, request: Request, document: Document) -> None:
    """A create may not set the state and must refer to existing things (1410, 1413)."""
    if "state" in document:
        raise bad_value("state cannot be set when a flow is created", "1410-400")
    validation.text(document, "name")
    emulator.policy.check_flow_spec(emulator, document.get("flowSpec"))
    for name in ("sourceConnectionIds", "targetConnectionIds"):
        if not isinstance(document.get(name), list) or not document[name]:
            raise bad_value(f"{name} must be an array with at least one id")


def check(emulator: Emulator, request: Request, document: Document) -> None:
    """What must hold after a create and after every update."""
    policy = emulator.policy
    validation.text(document, "name")
    validation.text(document, "description", required=False)
    spec = emulator.specs.flow_spec(document["flowSpec"]["id"])
    sources, targets = _sides(emulator, request, document)
    policy.check_pairing(emulator, spec, sources, targets)
    transformations = document.get("transformations")
    if transformations is not None:
        policy.check_transformations(emulator, spec, transformations)
    for params in mapping_params(transformations):
        policy.check_mapping(emulator, request, params, targets)
    policy.check_schedule(emulator, spec, document.get("scheduleParams"))
    if request.record is not None:
        policy.check_start_kept(emulator, request.record.document, document)


def _sides(
    emulator: Emulator, request: Request, document: Document
) -> tuple[list[Record], list[Record]]:
    def resolve(kind: str, ids: list[Any]) -> list[Record]:
        check = emulator.policy.check_reference
        return [check(emulator, request, kind, identifier) for identifier in ids]

    return (
        resolve("sourceConnections", document["sourceConnectionIds"]),
        resolve("targetConnections", document["targetConnectionIds"]),
    )


def complete(emulator: Emulator, request: Request, record: Record) -> None:
    """Add what the service knows about a new flow (S1:352) and have it enabled soon."""
    document = record.document
    spec = emulator.specs.flow_spec(document["flowSpec"]["id"])
    document["flowSpec"].setdefault("version", spec["version"])
    _seed_selectors(document, spec)
    document["inheritedAttributes"] = _inherited(emulator, request, document, spec)
    if spec.get("attributes", {}).get("isSourceFlow") and _is_streaming(spec):
        record.extra["inlet"] = inlet.open_inlet(emulator, record)
        document["options"] = {"inletUrl": INLET_HOST + record.extra["inlet"]}
    document |= {
        "state": "initializing",
        "runs": f"/runs?property=flowId=={record.id}",
        "providerRefId": emulator.ids.uuid(),
        "lastOperation": {"started": 0, "updated": 0, "operation": "create"},
    }
    emulator.policy.start(emulator, record)


def _is_streaming(spec: Document) -> bool:
    return bool(spec.get("attributes", {}).get("frequency") == "streaming")


def _seed_selectors(document: Document, spec: Document) -> None:
    # S2:362 creates without transformations what S2:422 then adds selectors to (facts:290)
    names = [one["name"] for one in spec.get("transformationSpecs", [])]
    if "GeneralTransform" in names and not document.get("transformations"):
        params: Document = {
            name: {"selectors": []} for name in ("profileSelectors", "segmentSelectors")
        }
        document["transformations"] = [{"name": "GeneralTransform", "params": params}]


def _inherited(
    emulator: Emulator, request: Request, document: Document, spec: Document
) -> Document:
    sources, targets = _sides(emulator, request, document)
    is_destination = spec.get("attributes", {}).get("isDestinationFlow", False)
    return {
        "properties": {"isDestinationFlow" if is_destination else "isSourceFlow": True},
        "sourceConnections": [_summary(record) for record in sources],
        "targetConnections": [_summary(record) for record in targets],
    }


def _summary(record: Record) -> Document:
    summary = {"id": record.id, "connectionSpec": dict(record.document["connectionSpec"])}
    inherited: Any = record.document.get("inheritedAttributes", {})
    return summary | {key: dict(value) for key, value in inherited.items()}


def start(emulator: Emulator, record: Record) -> None:
    """Leave a new flow initializing and enable it a moment later (S1:323, S1:376)."""

    def still_wanted() -> bool:
        return emulator.store.holds(record) and record.document["state"] == "initializing"

    at = record.document["createdAt"] + round(emulator.settle * 1000)
    emulator.agenda.at(at, lambda at: emulator.policy.enable(emulator, record, at), still_wanted)


def enable(emulator: Emulator, record: Record, at: int) -> None:
    """Finish the creation of a flow: enabled, with a new etag (facts:72)."""
    record.document["state"] = "enabled"
    record.document["lastOperation"] = {"started": 0, "updated": 0, "operation": "enable"}
    entities.stamp(emulator, record, at)
    runs.plan(emulator, record, at)


KIND = entities.Kind(
    name="flows",
    fields=FIELDS,
    mutable=MUTABLE,
    check_new=check_new,
    check=check,
    complete=complete,
)


def delete(emulator: Emulator, request: Request) -> Response:
    """Remove a flow together with its runs and its inlet."""
    response = entities.delete(emulator, request, "flows")
    record = request.record
    if record is not None and not emulator.store.holds(record):
        emulator.inlets.pop(record.extra.get("inlet", ""), None)
        runs.forget(emulator, record)
    return response


def act(emulator: Emulator, request: Request) -> Response:
    """Enable or disable a flow."""
    record = entities.addressed(emulator, request, "flows")
    if "if-match" in request.headers:
        emulator.policy.check_precondition(emulator, request, record)
    op = (request.argument("op") or "").lower()
    emulator.policy.check_action(emulator, record, op)
    record.document["state"] = ACTIONS[op]
    record.document["lastOperation"] = {"started": 0, "updated": 0, "operation": op}
    entities.stamp(emulator, record, emulator.clock.millis())
    if op == "enable":
        runs.plan(emulator, record, emulator.clock.millis())
    return Response(200, entities.identity(record))


def check_action(emulator: Emulator, record: Record, op: str) -> None:
    """Only enable and disable are for clients, and only when they change something (1422-400)."""
    if op in PROVIDER_ACTIONS:
        raise flow_refusal("1402-400", "The operation is for providers only", record.id)
    if op not in ACTIONS or record.document["state"] == ACTIONS[op]:
        raise flow_refusal("1422-400", "The action is not applicable to the flow", record.id)
    if op == "enable" and record.document["state"] == "initializing":
        raise flow_refusal("1422-400", "The flow is being enabled already", record.id)
