"""What the documents say about the addresses of requests, and about what a request refers to."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import Exchange, at
from conformance.engine.kinds import BY_OPERATION, FLOW_SERVICE_KINDS
from conformance.engine.verdict import Finding, check
from conformance.rules.client.requests import query, sent
from conformance.rules.registry import client_rule

REFERENCES = ("/baseConnectionId", "/sourceConnectionIds", "/targetConnectionIds")
LISTS = tuple(kind.list() for kind in FLOW_SERVICE_KINDS)
MOST_DATA_SETS = 100
_SECRET = re.compile(r"<secret:(?!api_key|x-api-key|client_id)|%3Csecret%3A", re.IGNORECASE)


@client_rule("client.lists.limit-and-count-are-not-combined")
def limit_and_count_are_not_combined(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence, *LISTS):
        given = query(exchange)
        counts = "true" in (value.lower() for value in given.get("count", []))
        if "limit" in given or counts:
            fine = not (counts and "limit" in given)
            yield check(exchange, fine, "limit or count=true", "both", "?limit&count")


@client_rule("client.lists.data-set-limit-is-from-one-to-a-hundred")
def data_set_limit(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence, "listDataSets"):
        for limit in query(exchange).get("limit", []):
            fine = limit.isdecimal() and 1 <= int(limit) <= MOST_DATA_SETS
            yield check(exchange, fine, f"from 1 to {MOST_DATA_SETS}", limit, "?limit")


@client_rule("client.explores.object-type-is-given")
def object_type_is_given(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence, "exploreConnection"):
        given = any(query(exchange).get("objectType", []))
        yield check(exchange, given, "objectType in the query", "none", "?objectType")


@client_rule("client.explores.source-params-are-base-sixty-four")
def source_params_are_base_sixty_four(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence, "exploreConnection"):
        for value in query(exchange).get("sourceParams", []):
            fine = _is_encoded_object(value)
            yield check(exchange, fine, "base64 of a JSON object", value, "?sourceParams")


def _is_encoded_object(text: str) -> bool:
    try:
        decoded = json.loads(base64.b64decode(text.replace(" ", "+"), validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(decoded, dict)


@client_rule("client.references.deleted-ones-are-not-used")
def deleted_ones_are_not_used(evidence: Evidence) -> Iterator[Finding]:
    deleted: set[str] = set()
    for exchange in evidence.exchanges:
        kind = BY_OPERATION.get(exchange.operation)
        if kind and exchange.operation == kind.delete() and 200 <= exchange.status < 300:
            deleted.add(exchange.path["id"])
        if deleted and exchange.case is None and _references(exchange):
            used = sorted(deleted & set(_references(exchange)))
            yield check(exchange, not used, "only entities that exist", f"deleted: {used}")


def _references(exchange: Exchange) -> list[str]:
    if not exchange.operation.startswith("create"):
        return []
    named = (at(exchange.sent, pointer) for pointer in REFERENCES)
    listed = (value if isinstance(value, list) else [value] for value in named)
    return [name for names in listed for name in names if isinstance(name, str)]


@client_rule("client.addresses.no-secret-is-in-the-address")
def no_secret_is_in_the_address(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence):
        if exchange.operation == "fetchToken":  # documented there (facts:115)
            continue
        parts = urlsplit(exchange.request.url)
        carried = [p for p in (parts.query, parts.netloc.rpartition("@")[0]) if _SECRET.search(p)]
        yield check(exchange, not carried, "no secret in the address", "; ".join(carried))
