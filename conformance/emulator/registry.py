"""Schema Registry: classes, schemas, statistics (facts:239)."""

from __future__ import annotations

import copy
import operator
import re
from typing import TYPE_CHECKING, Any

from conformance.emulator import composition, entities
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.gateway import required_object
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

# the vendor's file lists xed and xdm forms alike (schema-registry.yaml:4442)
VERSION = r"(?P<version> *; *version=\"?(?P<major>[0-9]+)(\.[0-9]+)*\"?)?"
LISTED = re.compile(
    r"application/vnd\.adobe\.(xed|xdm)(?P<short>-id)?(-full|-notext|-deprecated)*\+json" + VERSION,
    re.IGNORECASE,
)
LOOKED_UP = re.compile(
    r"application/vnd\.adobe\.(xed|xdm)(?P<full>-full)?(?P<notext>-notext)?(-desc|-deprecated)?\+json"
    + VERSION,
    re.IGNORECASE,
)
SHORT = ("title", "$id", "meta:altId", "version")
MOST_LISTED = 300
NUMBER = re.compile(r"[0-9]{1,4}")


def create(emulator: Emulator, request: Request, kind: str) -> Response:
    """Keep a new class or schema and answer all of it."""
    payload = required_object(request)
    policy = emulator.policy
    check = policy.check_schema if kind == "schemas" else policy.check_class
    check(emulator, request, payload)
    request.record = composition.compose(emulator, request, kind, payload)
    emulator.store.add(request.record)
    return Response(201, copy.deepcopy(request.record.document))


def new_schema_digits(emulator: Emulator) -> str:
    """The digits that end an `$id`: of 48 the leading zeros are dropped (recorded:9)."""
    return emulator.ids.hex(48).lstrip("0")


def addressed(emulator: Emulator, request: Request, kind: str) -> Record:
    """The resource named by its `$id` or `meta:altId`."""
    identifier = request.params["id"]
    parts = identifier.split(".")
    if identifier.startswith("_") and len(parts) == 3:
        identifier = f"https://ns.adobe.com/{parts[0][1:]}/{parts[1]}/{parts[2]}"
    record = entities.find(emulator, request, kind, identifier)
    if record is None:
        raise RefusalError(404, "The requested resource is not found", code="XDM-1012-404")
    request.record = record
    return record


def read(emulator: Emulator, request: Request, kind: str) -> Response:
    """One class or schema in the format that Accept asks for."""
    match = emulator.policy.check_accept(emulator, request, LOOKED_UP)
    record = addressed(emulator, request, kind)
    emulator.policy.check_version(emulator, match)
    document = copy.deepcopy(record.document)
    if match["full"]:
        document["properties"] = _properties(emulator, request, document)
        del document["allOf"]
    return Response(200, _without_text(document) if match["notext"] else document)


def check_accept(emulator: Emulator, request: Request, wanted: re.Pattern[str]) -> re.Match[str]:
    """Accept must name one of the registry's own media types (facts:98)."""
    for text in request.headers.get("accept", "").split(","):
        match = wanted.fullmatch(text.strip())
        if match is not None:
            return match
    raise RefusalError(400, "The supplied Accept header is not valid", code="XDM-1006-400")


def check_version(emulator: Emulator, match: re.Match[str]) -> None:
    """A lookup must name a version that exists (facts:98)."""
    if not match["version"]:
        message = "The supplied Accept header is not valid: a version must be specified"
        raise RefusalError(400, message, code="XDM-1007-400")
    if match["major"] != "1":
        raise RefusalError(406, "The resource has no such version")


def _properties(emulator: Emulator, request: Request, document: Document) -> Document:
    merged: Document = {}
    for part in document["allOf"]:
        inherited = entities.find(emulator, request, "classes", part.get("$ref", ""))
        if inherited is not None:
            merged |= _properties(emulator, request, copy.deepcopy(inherited.document))
        merged |= part.get("properties") or {}
    return merged


def _without_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_text(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without_text(member)
        for name, member in value.items()
        if name not in ("title", "description") or not isinstance(member, str)
    }


def delete(emulator: Emulator, request: Request, kind: str) -> Response:
    """Remove a class or schema."""
    emulator.policy.remove(emulator, request, addressed(emulator, request, kind))
    return Response(204)


def list_all(emulator: Emulator, request: Request, kind: str) -> Response:
    """Classes or schemas of this sandbox (facts:88)."""
    match = emulator.policy.check_accept(emulator, request, LISTED)
    records = _page(request, list(entities.visible_records(emulator, request, kind)))
    results = [_shortened(record) if match["short"] else record.document for record in records]
    order = request.argument("orderby")
    return Response(
        200,
        {
            "results": copy.deepcopy(results),
            "_page": {"orderby": order or "updated", "next": None, "count": len(results)},
            "_links": {
                "next": None,
                f"global_{kind}": {"href": f"/data/foundation/schemaregistry/global/{kind}"},
            },
        },
    )


def _shortened(record: Record) -> Document:
    return {name: record.document[name] for name in SHORT}


def _page(request: Request, records: list[Record]) -> list[Record]:
    order, limit = request.argument("orderby"), request.argument("limit")
    start = request.argument("start")
    if order is None and (limit is not None or start is not None):
        raise RefusalError(400, "limit and start need orderby")
    if limit is not None and not NUMBER.fullmatch(limit):
        raise RefusalError(400, "limit must be a number")
    name = (order or "").lstrip("+-").strip()
    if name:
        descending = str(order).startswith("-")
        records.sort(key=lambda record: str(record.document.get(name, "")), reverse=descending)
    if start is not None:
        beyond = operator.lt if str(order).startswith("-") else operator.gt
        records = [r for r in records if beyond(str(r.document.get(name, "")), start)]
    return records[: min(int(limit or MOST_LISTED), MOST_LISTED)]


def stats(emulator: Emulator, request: Request) -> Response:
    """The tenant id and how much the registry holds (schema-registry.yaml:1838)."""
    schemas = list(entities.visible_records(emulator, request, "schemas"))
    classes = list(entities.visible_records(emulator, request, "classes"))
    recent = [_shortened(record) for record in [*schemas, *classes][:10]]
    counts = {"schemas": len(schemas), "mixins": 0, "datatypes": 0, "classes": len(classes)}
    payload = {
        "imsOrg": request.owner.org_id,
        "tenantId": request.owner.tenant_id,
        "counts": counts | {"unions": 0},
        "recentlyCreatedResources": recent,
        "recentlyUpdatedResources": recent,
        "classUsage": _usage(schemas),
    }
    return Response(200, copy.deepcopy(payload))


def _usage(schemas: list[Record]) -> list[Document]:
    users: dict[str, list[Record]] = {}
    for record in schemas:
        users.setdefault(record.document["meta:class"], []).append(record)
    return [
        {
            "$id": identifier,
            "title": identifier.rsplit("/", 1)[-1],
            "numberOfSchemas": len(records),
            "schemas": [{name: record.document[name] for name in SHORT} for record in records[:10]],
        }
        for identifier, records in users.items()
    ]
