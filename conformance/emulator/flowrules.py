"""What a flow must satisfy: matching specs, transformations, mapping and schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.emulator import entities, validation
from conformance.emulator.errors import bad_value
from conformance.emulator.exchange import Request
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

_INTEGER = {"type": "integer"}


def check_pairing(
    emulator: Emulator, flow_spec: Document, sources: list[Record], targets: list[Record]
) -> None:
    """The flow spec must serve the connection specs on both sides (facts:164)."""
    for side, records in (("source", sources), ("target", targets)):
        served = flow_spec.get(f"{side}ConnectionSpecIds")
        for record in records:
            if served is not None and record.document["connectionSpec"]["id"] not in served:
                raise bad_value(f"The flow spec does not serve the {side} connection's spec")


def check_transformations(emulator: Emulator, flow_spec: Document, transformations: Any) -> None:
    """Every transformation must be one the flow spec offers, with parameters it admits."""
    if not isinstance(transformations, list):
        raise bad_value("transformations must be an array")
    offered = {one["name"]: one["spec"] for one in flow_spec.get("transformationSpecs", [])}
    for index, one in enumerate(transformations):
        where = f"transformations/{index}"
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            raise bad_value(f"{where} must have a name")
        if one["name"] not in offered:
            raise bad_value(f"{where}/name is not offered by the flow spec")
        if not isinstance(one.get("params"), dict):
            raise bad_value(f"{where}/params must be an object")
        validation.check(offered[one["name"]], one["params"], f"{where}/params")


def mapping_params(transformations: Any) -> list[Document]:
    """The parameters of the Mapping transformations of a flow."""
    return [one["params"] for one in transformations or [] if one["name"] == "Mapping"]


def check_mapping(
    emulator: Emulator, request: Request, params: Document, targets: list[Record]
) -> None:
    """A mapping must exist in the version named, and fit the data set (1412, 1419, 1425)."""
    identifier = params.get("mappingId")
    record = (
        entities.find(emulator, request, "mappingSets", identifier)
        if isinstance(identifier, str)
        else None
    )
    if record is None:
        raise bad_value("mappingId does not name a mapping set", "1419-400")
    if str(params.get("mappingVersion", 0)) != str(record.document["version"]):
        raise bad_value("mappingVersion is not a version of the mapping set", "1412-400")
    for target in targets:
        emulator.policy.check_schemas_agree(emulator, request, record, target)


def check_schemas_agree(
    emulator: Emulator, request: Request, mapping_set: Record, target: Record
) -> None:
    """The mapping's output schema must be the schema of the data set (1425-400)."""
    params: Any = target.document.get("params") or {}
    data_set = entities.find(emulator, request, "dataSets", str(params.get("dataSetId")))
    if data_set is None:
        return
    schema: Any = data_set.document.get("schemaRef")
    if schema and schema["id"] != mapping_set.extra["schema"]:
        raise bad_value("The mapping's schema is not the schema of the data set", "1425-400")


def check_schedule(emulator: Emulator, flow_spec: Document, schedule: Any) -> None:
    """The schedule must satisfy the schedule spec of the flow spec, when it has one."""
    spec = flow_spec.get("scheduleSpec")
    if schedule is not None and not isinstance(schedule, dict):
        raise bad_value("scheduleParams must be an object")
    if spec is None:
        return
    if schedule is None:
        raise bad_value("scheduleParams is required by the flow spec")
    validation.check(spec["spec"], schedule, "scheduleParams")


def check_start_kept(emulator: Emulator, before: Document, after: Document) -> None:
    """A start time that has passed cannot be changed any more (facts:229)."""
    old, new = start_of(before), start_of(after)
    if old is not None and old != new and old * 1000 <= emulator.clock.millis():
        raise bad_value("startTime has passed and cannot be changed")


def start_of(document: Document) -> int | None:
    """The start of a schedule in epoch seconds; the documents send it as text too."""
    start = validation.coerce((document.get("scheduleParams") or {}).get("startTime"), _INTEGER)
    return start if isinstance(start, int) else None
