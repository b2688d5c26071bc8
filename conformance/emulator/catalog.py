"""Catalog data sets (facts:258)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from conformance.emulator import entities, validation
from conformance.emulator.errors import RefusalError, bad_value
from conformance.emulator.exchange import Request, Response
from conformance.emulator.gateway import required_object
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

FORMATS = ("", "csv", "text", "parquet", "json", "sequencefile", "avro")
FIELDS = ("name", "description", "schemaRef", "tags", "enableErrorDiagnostics", "fileDescription")
CONTENT_TYPE = re.compile(
    r"application/vnd\.adobe\.xed(-full)?(-notext)?(-desc)?\+json; ?version=\d+(\.\d+)?"
)
PROPERTY = re.compile(r"(?P<path>[^=~!<>]+)(?P<operator>==?|=~|~|!=)(?P<value>.*)", re.DOTALL)
DEFAULT_LIMIT = 20


def create(emulator: Emulator, request: Request) -> Response:
    """Keep a new data set and answer its reference."""
    payload = required_object(request)
    emulator.policy.check_data_set(emulator, request, payload)
    identifier, now = emulator.policy.new_data_set_id(emulator), emulator.clock.millis()
    owner = request.owner
    document: Document = {
        **{name: copy.deepcopy(payload[name]) for name in FIELDS if name in payload},
        "version": "1.0.0",
        "imsOrg": owner.org_id,
        "sandboxId": owner.sandboxes[request.sandbox],
        "created": now,
        "updated": now,
        "createdClient": owner.client_id,
        "createdUser": owner.user_id,
        "updatedUser": owner.user_id,
        "viewId": emulator.ids.data_set(),
        "files": f"@/dataSetFiles?dataSetId={identifier}",
        "observableSchema": {},
    }
    request.record = Record("dataSets", identifier, owner.org_id, request.sandbox, document)
    emulator.store.add(request.record)
    return Response(201, [reference(identifier)])


def new_id(emulator: Emulator) -> str:
    """A data set id of 24 hexadecimal digits (facts:54)."""
    return emulator.ids.data_set()


def reference(identifier: str) -> str:
    """How Catalog writes the reference to a data set (S0:274)."""
    return f"@/dataSets/{identifier}"


def check_data_set(emulator: Emulator, request: Request, payload: Document) -> None:
    """Types of all members, and a schema that exists."""
    validation.text(payload, "name", required=False)
    validation.text(payload, "description", required=False)
    tags = validation.mapping(payload, "tags", required=False)
    if not all(isinstance(values, list) for values in tags.values()):
        raise bad_value("tags must hold arrays")
    if not all(isinstance(value, str) for values in tags.values() for value in values):
        raise bad_value("tags must hold arrays of text")
    if not isinstance(payload.get("enableErrorDiagnostics", False), bool):
        raise bad_value("enableErrorDiagnostics must be true or false")
    file = validation.mapping(payload, "fileDescription", required=False)
    if file.get("format", "") not in FORMATS:
        raise bad_value("fileDescription.format is not known")
    schema = validation.mapping(payload, "schemaRef", required=False)
    if "schemaRef" in payload:
        emulator.policy.check_schema_reference(emulator, request, schema.get("id"))
        content_type = schema.get("contentType")
        if content_type is not None and not CONTENT_TYPE.fullmatch(str(content_type)):
            raise bad_value("schemaRef.contentType is not a schema media type")


def read(emulator: Emulator, request: Request) -> Response:
    """One data set, keyed by its id."""
    record = entities.addressed(emulator, request, "dataSets")
    return Response(200, {record.id: _chosen(record, request)})


def delete(emulator: Emulator, request: Request) -> Response:
    """Remove a data set; the answer repeats its reference (facts:259)."""
    record = entities.addressed(emulator, request, "dataSets")
    emulator.policy.remove(emulator, request, record)
    return Response(200, [reference(record.id)])


def list_all(emulator: Emulator, request: Request) -> Response:
    """Data sets of this sandbox keyed by id (facts:87)."""
    limit = _number(request, "limit", DEFAULT_LIMIT, 1, 100)
    start = _number(request, "start", 0, 0, 10**9)
    records = _filtered(request, entities.visible_records(emulator, request, "dataSets"))
    records = _ordered(request, records)[start : start + limit]
    return Response(200, {record.id: _chosen(record, request) for record in records})


def _chosen(record: Record, request: Request) -> Document:
    document = copy.deepcopy(record.document)
    names = request.argument("properties")
    if not names:
        return document
    return {name: document[name] for name in names.split(",") if name in document}


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.argument(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise RefusalError(400, f"{name} must be an integer from {least} to {most}")
    return int(text)


def _filtered(request: Request, records: Iterable[Record]) -> list[Record]:
    chosen = list(records)
    name = request.argument("name")
    if name is not None:
        chosen = [record for record in chosen if record.document.get("name") == name]
    for text in request.arguments("property"):
        chosen = [record for record in chosen if _admits(record.document, text)]
    return chosen


def _admits(document: Document, text: str) -> bool:
    match = PROPERTY.fullmatch(text)
    value: Any = document
    for step in (match["path"] if match else text).split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if match is None:
        return value is not None
    found = "" if value is None else str(value)
    if "~" in match["operator"]:
        return _matches(match["value"], found)
    return (found == match["value"]) is (match["operator"] != "!=")


def _matches(pattern: str, text: str) -> bool:
    try:
        return jsonschema_rs.is_valid({"pattern": pattern}, text)
    except ValueError:
        raise RefusalError(400, "The property filter is not a regular expression") from None


def _ordered(request: Request, records: list[Record]) -> list[Record]:
    orderby = request.argument("orderBy")
    if orderby is None:
        return records
    direction, _, names = orderby.rpartition(":")
    for name in reversed(names.split(",")):
        records = sorted(
            records,
            key=lambda record: _key(record.document.get(name)),
            reverse=direction == "desc",
        )
    return records


def _key(value: Any) -> tuple[int, str]:
    return (value, "") if type(value) is int else (0, str(value))
