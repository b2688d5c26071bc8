"""Data Prep mapping sets (facts:263)."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from conformance.emulator import entities, validation
from conformance.emulator.errors import RefusalError, bad_value
from conformance.emulator.exchange import Request, Response
from conformance.emulator.gateway import required_object
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

# facts:268, each member of a mapping has an older and a newer spelling
SPELLINGS = (("sourceAttribute", "source"), ("destinationXdmPath", "destination"))
IDENTITY = ("id", "version", "createdDate", "modifiedDate", "createdBy", "modifiedBy")
NUMBER = re.compile(r"[0-9]{1,9}")


def create(emulator: Emulator, request: Request) -> Response:
    """Keep a new mapping set and answer its details; the status is 200 (facts:342)."""
    payload = required_object(request)
    emulator.policy.check_mapping_set(emulator, request, payload)
    identifier, user = emulator.policy.new_mapping_set_id(emulator), request.owner.user_id
    now = emulator.clock.millis()
    stamps = {"createdDate": now, "modifiedDate": now, "createdBy": user, "modifiedBy": user}
    kept = {name: value for name, value in payload.items() if name not in IDENTITY}
    document = {"id": identifier, "version": 0, **stamps, **copy.deepcopy(kept)}
    record = Record("mappingSets", identifier, request.owner.org_id, request.sandbox, document)
    record.extra["schema"] = output_schema(payload)
    request.record = emulator.store.add(record)
    return Response(200, {name: document[name] for name in IDENTITY})


def new_id(emulator: Emulator) -> str:
    """A mapping set id of 32 hexadecimal digits (facts:56)."""
    return emulator.ids.hex(32)


def output_schema(payload: Document) -> Any:
    """The `$id` of the schema mapped to, in either spelling (facts:267)."""
    output = validation.mapping(payload, "outputSchema", required=False)
    reference = validation.mapping(output, "schemaRef", required=False)
    return reference.get("id", payload.get("xdmSchema"))


def check_mapping_set(emulator: Emulator, request: Request, payload: Document) -> None:
    """An output schema that exists and mappings with a source and a destination."""
    emulator.policy.check_schema_reference(emulator, request, output_schema(payload))
    mappings = payload.get("mappings")
    if not isinstance(mappings, list):
        raise bad_value("mappings must be an array")
    for index, one in enumerate(mappings):
        emulator.policy.check_mapping_item(emulator, index, one)


def check_mapping_item(emulator: Emulator, index: int, item: Any) -> None:
    """One mapping names what it reads and what it writes."""
    if not isinstance(item, dict):
        raise bad_value(f"mappings/{index} must be an object")
    for older, newer in SPELLINGS:
        value = item.get(newer, item.get(older))
        if not isinstance(value, str) or not value:
            raise bad_value(f"mappings/{index} must have {newer} or {older}")
    if not isinstance(item.get("identity", False), bool | None):
        raise bad_value(f"mappings/{index}/identity must be a boolean")


def read(emulator: Emulator, request: Request) -> Response:
    """One mapping set with all its mappings."""
    record = entities.addressed(emulator, request, "mappingSets")
    version = request.argument("version")
    if version is not None and not NUMBER.fullmatch(version):
        raise RefusalError(400, "version must be an integer")
    if version is not None and int(version) != record.document["version"]:
        raise RefusalError(404, "The mapping set has no such version")
    return Response(200, copy.deepcopy(record.document))


def list_all(emulator: Emulator, request: Request) -> Response:
    """Mapping sets of this sandbox, page by page (facts:89)."""
    limit, start = _number(request, "limit", 10, 1), _number(request, "start", 0, 0)
    records = list(entities.visible_records(emulator, request, "mappingSets"))
    name = request.argument("name")
    if name is not None:
        records = [record for record in records if record.document.get("name") == name]
    records = _ordered(records, request.argument("orderBy"))
    page = records[start : start + limit]
    links = {"next": {"href": _href(start + limit, limit)}} if start + limit < len(records) else {}
    data = [copy.deepcopy(record.document) for record in page]
    return Response(
        200, {"data": data, "_page": {"count": len(page), "limit": limit}, "_links": links}
    )


def _href(start: int, limit: int) -> str:
    return f"/mappingSets?start={start}&limit={limit}"


def _number(request: Request, name: str, default: int, least: int) -> int:
    text = request.argument(name)
    if text is None:
        return default
    if not NUMBER.fullmatch(text) or int(text) < least:
        raise RefusalError(400, f"{name} must be an integer of at least {least}")
    return int(text)


def _ordered(records: list[Record], orderby: str | None) -> list[Record]:
    name = (orderby or "").strip().lstrip("+-")
    if name not in ("createdDate", "updatedDate", "modifiedDate", "lastUpdateDate"):
        return records
    field = "createdDate" if name == "createdDate" else "modifiedDate"
    descending = str(orderby).strip().startswith("-")
    return sorted(records, key=lambda record: int(record.document[field]), reverse=descending)
