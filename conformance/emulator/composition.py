"""How classes and schemas are composed, and the document the registry makes of them."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from conformance.emulator import entities, validation
from conformance.emulator.errors import bad_value
from conformance.emulator.exchange import Request
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

XDM = "https://ns.adobe.com/xdm/"
ADHOC = XDM + "data/adhoc"
BEHAVIOURS = (XDM + "data/record", XDM + "data/time-series", ADHOC)
GLOBAL_CLASSES = {
    XDM + "context/profile": (XDM + "common/auditable", XDM + "data/record"),
    XDM + "context/experienceevent": (XDM + "data/time-series",),
}
GLOBAL_CLASS = re.compile(re.escape(XDM) + r"classes/[^/]+")
NAMESPACE_PROPERTY = "_adhoc"
LOCAL = "#/"
GLOBAL_LIBRARY = "1.10.4.2"  # S3:237


def references(payload: Document) -> list[str]:
    """The distinct `$ref` values of `allOf`, in order."""
    refs = (one["$ref"] for one in payload["allOf"] if "$ref" in one)
    return list(dict.fromkeys(ref for ref in refs if not str(ref).startswith(LOCAL)))


def check_body(emulator: Emulator, request: Request, payload: Document) -> None:
    """What classes and schemas share: type, title, allOf with references that exist."""
    if payload.get("type") != "object":
        raise bad_value("type must be object")
    validation.text(payload, "title")
    validation.text(payload, "description", required=False)
    parts = payload.get("allOf")
    if not isinstance(parts, list) or not parts:
        raise bad_value("allOf must be an array with at least one element")
    for part in parts:
        if not isinstance(part, dict):
            raise bad_value("The elements of allOf must be objects")
        if str(part.get("$ref", "")).startswith(LOCAL):
            _check_local(payload, part["$ref"])
        elif "$ref" in part:
            emulator.policy.check_schema_reference(emulator, request, part["$ref"])
    emulator.policy.check_title(emulator, request, payload["title"])


def _check_local(payload: Document, reference: str) -> None:
    node: Any = payload
    for key in reference.removeprefix(LOCAL).split("/"):
        node = node.get(key) if isinstance(node, dict) else None
    if not isinstance(node, dict):
        raise bad_value(f"{reference} leads nowhere")


def check_title(emulator: Emulator, request: Request, title: str) -> None:
    """Titles are unique among the tenant's resources (facts:254)."""
    for kind in ("schemas", "classes"):
        for record in entities.visible_records(emulator, request, kind):
            if record.document["title"] == title:
                raise bad_value("Title must be unique")


def check_schema(emulator: Emulator, request: Request, payload: Document) -> None:
    """A schema extends exactly one class (facts:251)."""
    check_body(emulator, request, payload)
    classes = [ref for ref in references(payload) if _is_class(emulator, request, ref)]
    if len(classes) != 1:
        raise bad_value("allOf must refer to exactly one class")
    if payload.get("meta:class", classes[0]) != classes[0]:
        raise bad_value("meta:class must be the class that allOf refers to")


def check_class(emulator: Emulator, request: Request, payload: Document) -> None:
    """A class extends one behaviour and keeps its own fields under the tenant's name."""
    check_body(emulator, request, payload)
    behaviours = [ref for ref in references(payload) if ref in BEHAVIOURS]
    if len(behaviours) != 1:
        raise bad_value("allOf must refer to exactly one behaviour")
    allowed = {f"_{request.owner.tenant_id}"}
    if behaviours == [ADHOC]:
        allowed = {NAMESPACE_PROPERTY}
    for part in payload["allOf"]:
        properties = validation.mapping(part, "properties", required=False)
        if not properties.keys() <= allowed:
            raise bad_value(f"Custom fields must be defined under {min(allowed)}")


def _is_class(emulator: Emulator, request: Request, reference: str) -> bool:
    if reference in GLOBAL_CLASSES or GLOBAL_CLASS.fullmatch(reference):
        return True
    return entities.find(emulator, request, "classes", reference) is not None


def compose(emulator: Emulator, request: Request, kind: str, payload: Document) -> Record:
    """The stored form of a new class or schema (S0:171)."""
    owner, digits = request.owner, emulator.policy.new_schema_digits(emulator)
    identifier, refs = f"{owner.namespace}{kind}/{digits}", references(payload)
    parent = _parent(emulator, request, kind, refs)
    document: Document = {
        "$id": identifier,
        "meta:altId": f"_{owner.tenant_id}.{kind}.{digits}",
        "meta:resourceType": kind,
        "version": "1.0",
        "title": payload["title"],
        "type": "object",
        **({"description": payload["description"]} if "description" in payload else {}),
        "allOf": [_decorated(part) for part in payload["allOf"]],
        **({"definitions": payload["definitions"]} if "definitions" in payload else {}),
        "refs": [*(ref for ref in refs if ref != parent), parent],
        "imsOrg": owner.org_id,
        "meta:extensible": kind == "classes",
        "meta:abstract": kind == "classes",
        "meta:extends": _extended(emulator, request, refs),
        "meta:xdmType": "object",
        "meta:registryMetadata": _metadata(emulator, request),
    }
    if kind == "schemas":
        document["meta:class"] = parent
    document |= {
        "meta:containerId": "tenant",
        "meta:sandboxId": owner.sandboxes[request.sandbox],
        "meta:sandboxType": "production" if request.sandbox == "prod" else "development",
        "meta:tenantNamespace": f"_{owner.tenant_id}",
    }
    _name_data_set(emulator, request, kind, document, parent)
    return Record(kind, identifier, owner.org_id, request.sandbox, document)


def _parent(emulator: Emulator, request: Request, kind: str, refs: list[str]) -> str:
    if kind == "classes":
        return next(ref for ref in refs if ref in BEHAVIOURS)
    return next(ref for ref in refs if _is_class(emulator, request, ref))


def _decorated(part: Document) -> Document:
    return {**copy.deepcopy(part), "type": "object", "meta:xdmType": "object"}


def _extended(emulator: Emulator, request: Request, refs: list[str]) -> list[str]:
    extended = dict.fromkeys(refs)
    for ref in refs:
        record = entities.find(emulator, request, "classes", ref)
        inherited: Any = record.document["meta:extends"] if record else GLOBAL_CLASSES.get(ref, ())
        extended |= dict.fromkeys(inherited)
    return list(extended)


def _metadata(emulator: Emulator, request: Request) -> Document:
    now, owner = emulator.clock.millis(), request.owner
    return {
        "repo:createdDate": now,
        "repo:lastModifiedDate": now,
        "xdm:createdClientId": owner.client_id,
        "xdm:lastModifiedClientId": owner.client_id,
        "xdm:createdUserId": owner.user_id,
        "xdm:lastModifiedUserId": owner.user_id,
        "eTag": emulator.ids.hex(64),
        "meta:globalLibVersion": GLOBAL_LIBRARY,
    }


def _name_data_set(
    emulator: Emulator, request: Request, kind: str, document: Document, parent: str
) -> None:
    # facts:252, ad hoc fields move under a generated name that the schema repeats
    if kind == "classes" and parent == ADHOC:
        name = f"_{emulator.policy.new_namespace_digits(emulator)}"
        for part in document["allOf"]:
            if NAMESPACE_PROPERTY in (part.get("properties") or {}):
                part["properties"][name] = part["properties"].pop(NAMESPACE_PROPERTY)
        document["meta:datasetNamespace"] = name
    elif kind == "schemas":
        record = entities.find(emulator, request, "classes", parent)
        if record is not None and "meta:datasetNamespace" in record.document:
            document["meta:datasetNamespace"] = record.document["meta:datasetNamespace"]
