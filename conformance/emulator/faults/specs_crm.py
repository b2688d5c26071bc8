"""Faults of the flow spec CRMToAEP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.app import After, Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.seams import Apply
from conformance.emulator.store import Document

IDENTITY = "flow-service.flow-specs.table-spec-has-documented-identity"
TRANSFORMATIONS = "flow-service.flow-specs.transformations-are-described"
SCHEDULE = "flow-service.flow-specs.schedule-is-described"
Edit = Callable[[Document], Any]


def _minute(spec: Document) -> Document:
    rules: Document = spec["scheduleSpec"]["spec"]["else"]
    return rules


def _transformation(spec: Document, name: str) -> Document:
    described = {one["name"]: one["spec"] for one in spec["transformationSpecs"]}
    rules: Document = described[name]
    return rules


def _without(spec: Document, name: str) -> list[Document]:
    return [one for one in spec["transformationSpecs"] if one["name"] != name]


OTHER = "0ed90a81-07f4-4586-8190-b40eccef1c5b"
EDITS: dict[str, tuple[str, Edit]] = {
    "provider-differs": (IDENTITY, lambda spec: spec.update(providerId=OTHER)),
    "lacks-copy": (
        TRANSFORMATIONS,
        lambda spec: spec.update(transformationSpecs=_without(spec, "Copy")),
    ),
    "copy-needs-no-delta-column": (
        TRANSFORMATIONS,
        lambda spec: _transformation(spec, "Copy").pop("required"),
    ),
    "delta-column-needs-no-name": (
        TRANSFORMATIONS,
        lambda spec: _transformation(spec, "Copy")["properties"]["deltaColumn"].pop("required"),
    ),
    "mapping-lacks-its-version": (
        TRANSFORMATIONS,
        lambda spec: _transformation(spec, "Mapping")["properties"].pop("mappingVersion"),
    ),
    "lacks-schedule": (SCHEDULE, lambda spec: spec.pop("scheduleSpec")),
    "schedule-needs-no-start-time": (
        SCHEDULE,
        lambda spec: spec["scheduleSpec"]["spec"].update(required=["frequency"]),
    ),
    "minutes-may-be-fourteen": (
        SCHEDULE,
        lambda spec: _minute(spec)["then"]["properties"]["interval"].update(minimum=14),
    ),
    "hours-may-be-none": (
        SCHEDULE,
        lambda spec: _minute(spec)["else"]["properties"]["interval"].update(minimum=0),
    ),
    "minutes-must-be-above-fifteen": (
        SCHEDULE,
        lambda spec: _minute(spec)["then"]["properties"]["interval"].update(minimum=16),
    ),
}


def _edited(edit: Edit) -> After:
    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        for item in response.payload["items"]:
            if item.get("name") == "CRMToAEP":
                edit(item)
        return response

    return change


def _showing(edit: Edit) -> Apply:
    def apply(emulator: Emulator) -> None:
        emulator.after("listFlowSpecs", _edited(edit))

    return apply


for _title, (_requirement, _edit) in EDITS.items():
    _apply = _showing(_edit)
    _apply.__doc__ = f"The listed CRMToAEP: {_title.replace('-', ' ')}."
    fault(f"crm-spec-{_title}", breaks=[_requirement])(_apply)


@fault("crm-spec-version-is-two", breaks=[IDENTITY])
def _(emulator: Emulator) -> None:
    """CRMToAEP is offered, and taken, at version 2.0 only."""
    for record in emulator.specs.flow_specs.values():
        if record.document["name"] == "CRMToAEP":
            record.document["version"] = "2.0"
