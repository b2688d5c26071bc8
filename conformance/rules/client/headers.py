"""The headers that the documents ask for."""

import re
from collections.abc import Iterator

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import Exchange
from conformance.engine.verdict import Finding, breaks, check, holds
from conformance.rules.client.requests import WHOLE, sent, to_platform, with_body
from conformance.rules.registry import client_rule

# Recorders often leave credentials out of what they keep: what the gateway missed was not sent (facts:92).
MISSED = {"Authorization": "403010", "x-api-key": "403000", "x-gw-ims-org-id": "400003"}
_BEARER = re.compile(r"bearer +\S", re.IGNORECASE)
_SCHEME = re.compile(r"^\w+ +\S")
_REGISTRY = re.compile(r"^application/vnd\.adobe\.(xed|xdm)[a-z-]*\+json\b", re.IGNORECASE)
_VERSION = re.compile(r"\bversion=\"?[0-9]+", re.IGNORECASE)
SMILE = "application/x-jackson-smile"


def _carried(evidence: Evidence, name: str) -> Iterator[Finding]:
    """Each request carries a header. Where no request of a recording shows it, only the gateway's word counts."""
    asked = to_platform(evidence)
    kept = any(e.request.header(name) for e in asked)
    for exchange in asked:
        if exchange.request.header(name):
            yield holds(exchange)
        elif kept or exchange.notes.get(WHOLE) or _missed(exchange, name):
            yield breaks(exchange, f"the header {name}", "no such header")


def _missed(exchange: Exchange, name: str) -> bool:
    return name in MISSED and str(exchange.at("/error_code")) == MISSED[name]


@client_rule("client.headers.authorization-is-a-bearer-token")
def authorization_is_a_bearer_token(evidence: Evidence) -> Iterator[Finding]:
    for finding in _carried(evidence, "Authorization"):
        value = finding.exchange.request.header("Authorization")
        if value is None or _BEARER.match(value):
            yield finding
        elif _SCHEME.match(value) or finding.exchange.notes.get(WHOLE):
            yield breaks(finding.exchange, "Authorization: Bearer <token>", value)


@client_rule("client.headers.api-key-is-sent")
def api_key_is_sent(evidence: Evidence) -> Iterator[Finding]:
    yield from _carried(evidence, "x-api-key")


@client_rule("client.headers.organization-is-named")
def organization_is_named(evidence: Evidence) -> Iterator[Finding]:
    yield from _carried(evidence, "x-gw-ims-org-id")


@client_rule("client.headers.sandbox-is-named")
def sandbox_is_named(evidence: Evidence) -> Iterator[Finding]:
    for exchange in to_platform(evidence):
        named = exchange.request.header("x-sandbox-name")
        if named is not None:
            yield check(exchange, bool(named.strip()), "the name of a sandbox", repr(named))


@client_rule("client.headers.body-is-declared-as-json")
def body_is_declared_as_json(evidence: Evidence) -> Iterator[Finding]:
    for exchange in with_body(evidence):
        declared = exchange.request.header("Content-Type") or "no such header"
        media = declared.split(";")[0].strip().lower()
        smile = media == SMILE and exchange.operation in ("collect", "collectBatch")
        fine = media == "application/json" or smile
        yield check(exchange, fine, "Content-Type: application/json", declared)


def _accepted(exchange: Exchange) -> list[str]:
    parts = (exchange.request.header("Accept") or "").split(",")
    return [part.strip() for part in parts if _REGISTRY.match(part.strip())]


@client_rule("client.headers.registry-read-names-a-media-type")
def registry_read_names_a_media_type(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence, "getSchema", "getClass", "listSchemas", "listClasses"):
        declared = exchange.request.header("Accept") or "no such header"
        expected = "Accept: application/vnd.adobe.xed+json or another of the registry's media types"
        yield check(exchange, bool(_accepted(exchange)), expected, declared)


@client_rule("client.headers.registry-lookup-names-a-version")
def registry_lookup_names_a_version(evidence: Evidence) -> Iterator[Finding]:
    for exchange in sent(evidence, "getSchema", "getClass"):
        named = _accepted(exchange)
        fine = any(map(_VERSION.search, named))
        if named and (fine or exchange.status >= 400):  # pages print answers to lookups without one
            yield check(exchange, fine, "a version in Accept, such as version=1", named[0])
