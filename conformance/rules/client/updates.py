"""How the documents want an entity updated: If-Match with its etag, and a JSON Patch."""

import re
from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.kinds import BY_OPERATION, FLOW_SERVICE_KINDS
from conformance.engine.verdict import Finding, breaks, check
from conformance.rules.client.requests import sent
from conformance.rules.registry import client_rule

UPDATES = tuple(kind.update() for kind in FLOW_SERVICE_KINDS)
OPERATIONS = ("add", "replace", "remove")
_POINTER = re.compile(r"(/([^~/]|~0|~1)*)*")


@client_rule("client.updates.if-match-is-sent")
def if_match_is_sent(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence, *UPDATES):
        value = exchange.request.header("If-Match")
        yield check(exchange, bool(value), "the header If-Match", "no such header")


@client_rule("client.updates.if-match-is-quoted")
def if_match_is_quoted(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence, *UPDATES):
        value = exchange.request.header("If-Match")
        if value:
            fine = len(value.strip('"')) > 0 and value.count('"') in (0, 2)
            yield check(exchange, fine, "an etag, in double quotes or bare", value)


@client_rule("client.updates.if-match-is-the-etag-last-returned")
def if_match_is_the_etag_last_returned(evidence: Evidence) -> Iterator[Finding]:
    known: dict[str, str] = {}
    for exchange in evidence.exchanges:
        value, entity = exchange.request.header("If-Match"), exchange.path.get("id", "")
        asked = exchange.case is None and exchange.operation in UPDATES
        if asked and value and entity in known:
            fine = value.strip('"') == known[entity].strip('"')
            if fine or exchange.status >= 400:  # the service moves etags by itself
                yield check(exchange, fine, f"If-Match: {known[entity]}", value)
        if exchange.response is None or exchange.response.is_success:
            _learn(known, exchange)


def _learn(known: dict[str, str], exchange: Exchange) -> None:
    kind = BY_OPERATION.get(exchange.operation)
    if kind not in FLOW_SERVICE_KINDS:
        return
    if exchange.request.method != "GET":
        known.pop(exchange.path.get("id", ""), None)
    listed = exchange.at("/items")
    for item in [exchange.body, *(listed if isinstance(listed, list) else [])]:
        if isinstance(item, dict) and isinstance(item.get("etag"), str):
            known[str(item.get("id"))] = item["etag"]


def patch_of(exchange: Exchange) -> Any:
    """The operations of an update; one alone stands for a list of one on a connection, as one document has it (X68)."""
    body = exchange.sent
    return [body] if isinstance(body, dict) and exchange.operation == "updateConnection" else body


def operations_of(exchange: Exchange) -> list[dict[str, Any]]:
    """The operations of an update that are objects with an op."""
    patch = patch_of(exchange)
    listed = patch if isinstance(patch, list) else []
    return [o for o in listed if isinstance(o, dict) and isinstance(o.get("op"), str)]


@client_rule("client.updates.body-is-a-json-patch")
def body_is_a_json_patch(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence, *UPDATES):
        patch = patch_of(exchange)
        if patch is ABSENT:
            continue
        if not isinstance(patch, list):
            yield breaks(exchange, "an array of operations", exchange.request.text)
            continue
        wrong = [(i, _lack(operation)) for i, operation in enumerate(patch) if _lack(operation)]
        index, lack = wrong[0] if wrong else (0, "")
        yield check(exchange, not wrong, lack, patch[index] if wrong else "", f"/{index}")


def _lack(operation: Any) -> str:
    """What keeps a value from being an operation, empty when it is one."""
    if not isinstance(operation, dict) or not isinstance(operation.get("op"), str):
        return "an object with op and path"
    path = operation.get("path")
    if not isinstance(path, str) or not _POINTER.fullmatch(path):
        return "a path that is a JSON pointer"
    if operation["op"].lower() in ("add", "replace") and "value" not in operation:
        return "a value"
    return ""


@client_rule("client.updates.operations-are-add-replace-or-remove")
def operations_are_add_replace_or_remove(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence, *UPDATES):
        for index, operation in enumerate(operations_of(exchange)):
            fine = operation["op"].lower() in OPERATIONS
            yield check(exchange, fine, ", ".join(OPERATIONS), operation["op"], f"/{index}/op")
