"""What the bodies of creates hold."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from conformance.engine.contract import Contract, load_contract
from conformance.engine.data import contracts_root
from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange, at, token
from conformance.engine.verdict import Finding, breaks, check, holds
from conformance.rules.client.requests import is_draft, sent, with_body
from conformance.rules.registry import client_rule

# Only what all documents ask for in words or send themselves: where they differ, the member stands nowhere.
REQUIRED = {
    "createConnection": ("/connectionSpec/id",),
    "createSourceConnection": ("/name", "/connectionSpec/id"),
    "createTargetConnection": ("/connectionSpec/id",),
    "createFlow": ("/name", "/flowSpec/id", "/sourceConnectionIds", "/targetConnectionIds"),
    "createSchema": ("/title", "/allOf/0"),
    "createClass": ("/title", "/allOf/0"),
}
EXPECTED = {
    "createConnection": ("/name", "/connectionSpec/version"),
    "createSourceConnection": ("/connectionSpec/version",),
    "createTargetConnection": ("/name", "/connectionSpec/version"),
    "createDataSet": ("/schemaRef/id",),
}
TABLE_FLOW = "14518937-270c-4525-bdec-c2ba7cce3860"  # of CRM and databases, which need it (flow-service.yaml:1360)
TYPED = (*REQUIRED, "createDataSet", "createMappingSet")
JSON_TYPES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    dict: "object",
    list: "array",
    type(None): "null",
}


@cache
def contract() -> Contract:
    """The contract, read once."""
    return load_contract(contracts_root())


def _creates(evidence: Evidence, *operations: str) -> Iterator[Exchange]:
    for exchange in sent(evidence, *operations):
        if exchange.sent is not ABSENT and not is_draft(exchange):
            yield exchange


@client_rule("client.bodies.body-is-json")
def body_is_json(evidence: Evidence) -> Iterator[Finding]:
    for exchange in with_body(evidence):
        smile = "smile" in (exchange.request.header("Content-Type") or "")
        if not smile:
            fine = exchange.sent is not ABSENT and not exchange.request.is_marked
            yield check(exchange, fine, "one valid JSON text", exchange.request.text)


def _present(exchange: Exchange, pointers: tuple[str, ...]) -> Iterator[Finding]:
    lost = [p for p in pointers if at(exchange.sent, p) in (ABSENT, None, "", [])]
    for pointer in lost:
        yield breaks(exchange, "present", "absent", pointer)
    if not lost:
        yield holds(exchange)


@client_rule("client.bodies.required-members-are-sent")
def required_members_are_sent(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _creates(evidence, *REQUIRED):
        yield from _present(exchange, REQUIRED[exchange.operation])


@client_rule("client.bodies.expected-members-are-sent")
def expected_members_are_sent(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _creates(evidence, *EXPECTED):
        yield from _present(exchange, EXPECTED[exchange.operation])


@client_rule("client.bodies.members-have-documented-types")
def members_have_documented_types(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _creates(evidence, *TYPED):
        schema = contract()[exchange.operation].request_schema
        wrong = list(mistyped(schema, exchange.sent))
        for pointer, expected, actual in wrong:
            yield breaks(exchange, expected, actual, pointer)
        if not wrong:
            yield holds(exchange)


def mistyped(schema: Any, value: Any, pointer: str = "") -> Iterator[tuple[str, str, Any]]:
    """Where a value has another JSON type than its schema says, whatever else the schema asks for."""
    if not isinstance(schema, dict):
        return
    wanted = schema.get("type", [])
    names = [wanted] if isinstance(wanted, str) else wanted
    if value is None and pointer:
        return  # two pages print null where another sends nothing (X150)
    if names and names != ["null"] and not _is_one_of(value, names):
        yield pointer, f"of type {' or '.join(names)}", value
        return
    for part in schema.get("allOf", ()):
        yield from mistyped(part, value, pointer)
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from mistyped(inner, value[name], f"{pointer}/{token(name)}")
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from mistyped(schema.get("items"), element, f"{pointer}/{index}")


def _is_one_of(value: Any, names: list[str]) -> bool:
    return JSON_TYPES[type(value)] in names or (type(value) is int and "number" in names)


@client_rule("client.bodies.state-is-not-sent")
def state_is_not_sent(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _creates(evidence, "createFlow"):
        state = at(exchange.sent, "/state")
        yield check(exchange, state is ABSENT, "no state", state, "/state")


@client_rule("client.bodies.copy-names-its-delta-column")
def copy_names_its_delta_column(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _creates(evidence, "createFlow"):
        listed = at(exchange.sent, "/transformations")
        for index, part in enumerate(listed if isinstance(listed, list) else []):
            if at(part, "/name") == "Copy" and at(exchange.sent, "/flowSpec/id") == TABLE_FLOW:
                place = f"/transformations/{index}/params/deltaColumn/name"
                column = at(part, "/params/deltaColumn/name")
                yield check(exchange, isinstance(column, str), "a column", column, place)
