"""Base connections, source connections and target connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.emulator import entities, validation
from conformance.emulator.errors import bad_value
from conformance.emulator.exchange import Request, Response
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

MUTABLE = frozenset(("name", "description", "params", "labels", "tags"))
FIELDS = ("name", "description", "providerId", "connectionSpec")
SIDE_FIELDS = (*FIELDS, "baseConnectionId", "data", "params")


def check_new_connection(emulator: Emulator, request: Request, document: Document) -> None:
    """A base connection has a name and a known connection spec."""
    validation.text(document, "name")
    emulator.policy.check_spec(emulator, document.get("connectionSpec"))


def check_connection(emulator: Emulator, request: Request, document: Document) -> None:
    """Name and credentials must hold after a create and after every update."""
    validation.text(document, "name")
    validation.text(document, "description", required=False)
    spec = emulator.specs.connection_spec(document["connectionSpec"]["id"])
    emulator.policy.check_auth(emulator, spec, document.get("auth"))


def check_new_side(emulator: Emulator, request: Request, document: Document) -> None:
    """Source and target connections have a known spec."""
    emulator.policy.check_spec(emulator, document.get("connectionSpec"))


def check_source(emulator: Emulator, request: Request, document: Document) -> None:
    """A source connection: name, data format, parameters, references (S1:58, S4:106)."""
    validation.text(document, "name")
    data = validation.mapping(document, "data")
    validation.text(data, "format")
    emulator.policy.check_format(emulator, document["connectionSpec"]["id"], data["format"])
    _check_side(emulator, request, document, "sourceSpec", data)


def check_target(emulator: Emulator, request: Request, document: Document) -> None:
    """A target connection: parameters and references (S1:142, S2:320)."""
    validation.text(document, "name", required=False)
    data = validation.mapping(document, "data", required=False)
    validation.text(data, "format", required=False)
    identifier = document["connectionSpec"]["id"]
    # destinations.yaml and S2:320 make the base connection of a destination mandatory
    if emulator.specs.role(identifier) == "destination" and not document.get("baseConnectionId"):
        raise bad_value("baseConnectionId is required for a destination")
    _check_side(emulator, request, document, "targetSpec", data)
    data_set = validation.mapping(document, "params", required=False).get("dataSetId")
    if data_set is not None:
        emulator.policy.check_reference(emulator, request, "dataSets", data_set)


def _check_side(
    emulator: Emulator, request: Request, document: Document, part: str, data: Document
) -> None:
    policy = emulator.policy
    validation.text(document, "description", required=False)
    base = document.get("baseConnectionId")
    if base is not None:
        policy.check_reference(emulator, request, "connections", base)
    schema = validation.mapping(data, "schema", required=False)
    if schema:
        policy.check_schema_reference(emulator, request, schema.get("id"))
    spec = emulator.specs.connection_spec(document["connectionSpec"]["id"])
    policy.check_params(emulator, spec, part, document.get("params"))


def check_params(emulator: Emulator, spec: Document, part: str, params: Any) -> None:
    """Parameters must follow the source or target part of the connection spec."""
    if params is not None and not isinstance(params, dict):
        raise bad_value("params must be an object")
    if part in spec:
        validation.check(spec[part]["spec"], params or {}, "params")


def check_format(emulator: Emulator, spec_id: str, data_format: str) -> None:
    """Only `json` where the documents say that nothing else is supported (S1:73, S4:124)."""
    connector = emulator.specs.connectors.get(spec_id, {})
    json_only = connector.get("role") == "source" and connector.get("formats") == ["json"]
    if json_only and data_format != "json":
        raise bad_value("data.format must be json for this source")


def _complete_side(emulator: Emulator, request: Request, record: Record) -> None:
    base = record.document.get("baseConnectionId")
    connection = emulator.store.get("connections", base) if base else None
    if connection is not None:
        summary = {"id": connection.id, "connectionSpec": connection.document["connectionSpec"]}
        record.document["inheritedAttributes"] = {"baseConnection": summary}


BASE = entities.Kind(
    name="connections",
    fields=(*FIELDS, "auth"),
    mutable=MUTABLE | {"auth"},
    check_new=check_new_connection,
    check=check_connection,
)
SOURCE = entities.Kind(
    name="sourceConnections",
    fields=SIDE_FIELDS,
    mutable=MUTABLE | {"data"},
    check_new=check_new_side,
    check=check_source,
    complete=_complete_side,
)
TARGET = entities.Kind(
    name="targetConnections",
    fields=SIDE_FIELDS,
    mutable=MUTABLE | {"data"},
    check_new=check_new_side,
    check=check_target,
    complete=_complete_side,
)


def test(emulator: Emulator, request: Request) -> Response:
    """Whether the stored credentials work."""
    entities.addressed(emulator, request, "connections")
    return Response(200, {"result": True})
