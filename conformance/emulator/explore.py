"""What a source offers to a client that explores it (S4:55, facts:147)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from conformance.emulator import entities
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response, decode
from conformance.emulator.store import Document

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

TEXT: Document = {"type": "string"}
FLAG: Document = {"type": "boolean"}
WHOLE: Document = {"type": "integer", "minimum": -9007199254740992, "maximum": 9007199254740991}
ANY: Document = {}


def _fields(**types: Document) -> Document:
    return types


def _object(properties: Document) -> Document:
    return {"type": "object", "properties": properties}


# facts:521, fields of a charge whose types are not given
UNTYPED = [
    "application",
    "application_fee",
    "application_fee_amount",
    "calculated_statement_descriptor",
    "destination",
    "dispute",
    "failure_balance_transaction",
    "failure_code",
    "failure_message",
    "fraud_details",
    "on_behalf_of",
    "order",
    "radar_options",
    "receipt_email",
    "receipt_number",
    "review",
    "shipping",
    "source",
    "source_transfer",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
]
COMMON = _fields(id=TEXT, object=TEXT, created=WHOLE, livemode=FLAG, metadata=ANY)
CARD = dict.fromkeys(["fingerprint", "funding", "last4", "network"], TEXT) | _fields(
    brand=TEXT, country=TEXT, exp_month=WHOLE, exp_year=WHOLE
)
ADDRESS = dict.fromkeys(["city", "country", "line1", "line2", "postal_code", "state"], ANY)
CHARGE = (
    COMMON
    | dict.fromkeys(UNTYPED, ANY)
    | _fields(
        amount=WHOLE,
        amount_captured=WHOLE,
        amount_refunded=WHOLE,
        balance_transaction=TEXT,
        billing_details=_object(_fields(address=_object(ADDRESS), email=ANY, name=ANY, phone=ANY)),
        captured=FLAG,
        currency=TEXT,
        customer=TEXT,
        description=ANY,
        disputed=FLAG,
        invoice=ANY,
        outcome=_object(
            _fields(
                network_status=TEXT,
                risk_level=TEXT,
                risk_score=WHOLE,
                seller_message=TEXT,
                reason=ANY,
                type=TEXT,
            )
        ),
        paid=FLAG,
        payment_intent=TEXT,
        payment_method=TEXT,
        payment_method_details=_object(
            _fields(
                type=TEXT,
                card=_object(CARD),
            )
        ),
        receipt_url=TEXT,
        refunded=FLAG,
        status=TEXT,
    )
)
RESOURCES = {
    "charges": CHARGE,
    "refunds": COMMON | _fields(amount=WHOLE, charge=TEXT, currency=TEXT, status=TEXT),
    "subscriptions": COMMON | _fields(customer=TEXT, items=ANY, start_date=WHOLE, status=TEXT),
    "balance_transactions": COMMON | _fields(amount=WHOLE, fee=WHOLE, net=WHOLE, type=TEXT),
    "customers": COMMON | _fields(email=TEXT, name=TEXT, phone=ANY, address=ANY),
    "prices": COMMON | _fields(active=FLAG, currency=TEXT, product=TEXT, unit_amount=WHOLE),
}
SAMPLES: dict[str, Any] = {"string": "sample", "boolean": True, "integer": 1}


def explore(emulator: Emulator, request: Request) -> Response:
    """Describe the root, a table or a REST resource of a source."""
    record = entities.addressed(emulator, request, "connections")
    spec_id = record.document["connectionSpec"]["id"]
    spec = emulator.specs.connection_spec(spec_id)
    if emulator.specs.role(spec_id) != "source":
        raise RefusalError(400, "The connection spec cannot be explored")
    offered = spec.get("exploreSpec", {}).get("requestSpec", {})
    kinds = offered.get("properties", {}).get("objectType", {}).get("enum", ["root", "table"])
    kind = (request.argument("objectType") or "").lower()
    if kind not in kinds:
        raise RefusalError(400, "objectType is not one that the source can be explored by")
    if kind == "rest":
        return _rest(request, spec, offered.get("required", []))
    tables = emulator.specs.connectors[spec_id].get("inputs", {})
    return _tables(request, kind, tables)


def _rest(request: Request, spec: Document, required: list[str]) -> Response:
    if any(not request.argument(name) for name in required):
        raise RefusalError(400, f"The query parameters {', '.join(required)} are required")
    if request.argument("object") != "json" or request.argument("fileType") != "json":
        raise RefusalError(400, "object and fileType must be json")
    if request.argument("preview") not in ("true", "false"):
        raise RefusalError(400, "preview must be true or false")
    fields = RESOURCES[_resource(request, spec)]
    payload: Document = {"format": "hierarchical", "schema": _object({"data": _object(fields)})}
    if request.argument("preview") == "true":
        payload["data"] = [{"data": _sample(fields)}]
    return Response(200, payload)


def _resource(request: Request, spec: Document) -> str:
    rule = spec.get("sourceSpec", {}).get("spec", {}).get("properties", {}).get("resourcePath", {})
    try:
        decoded = decode(base64.b64decode(request.argument("sourceParams") or "", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise RefusalError(400, "sourceParams must be base64 of a JSON object") from None
    resource = decoded.get("resourcePath") if isinstance(decoded, dict) else None
    if resource not in rule.get("enum", []) or resource not in RESOURCES:
        raise RefusalError(400, "sourceParams does not name a resource path of the source")
    return str(resource)


def _sample(fields: Document) -> Document:
    return {
        name: _sample(rule["properties"]) if "properties" in rule else SAMPLES.get(rule.get("type"))
        for name, rule in fields.items()
    }


def _tables(request: Request, kind: str, inputs: Document) -> Response:
    path = inputs.get("sourceConnection", {}).get("params", {}).get("path", "")
    if kind == "root":
        flags = {"canPreview": True, "canFetchSchema": True}
        return Response(200, [{"type": "table", "name": path, "path": path, **flags}])
    if request.argument("object") != path:
        raise RefusalError(400, "object does not name a table of the source")
    fields = inputs.get("adHocClass", {}).get("fields", {})
    columns = [_column(name, rule) for name, rule in fields.items()]
    return Response(200, {"format": "flat", "schema": {"columns": columns}})


def _column(name: str, rule: Document) -> Document:
    is_date = rule.get("format") == "date-time"
    xdm = {"type": rule["type"], "meta:xdmType": "date-time" if is_date else rule["type"]}
    return {"name": name, "type": rule["type"].title(), "xdm": xdm}
