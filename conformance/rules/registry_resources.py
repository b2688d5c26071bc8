"""Schema Registry: stats, classes and schemas."""

import re
from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.kinds import CLASS, SCHEMA, Kind
from conformance.engine.verdict import Finding, check
from conformance.rules.registry import rule, rule_of_kinds

BOTH = (CLASS, SCHEMA)
_IDENTIFIER = re.compile(r"^https://ns\.adobe\.com/([^/]+)/(classes|schemas)/([^/]+)$")


@rule("schema-registry.stats.names-organization")
def stats_name_organization(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("getStats"):
        expected, actual = exchange.request.header("x-gw-ims-org-id"), exchange.at("/imsOrg")
        if expected is not None and actual is not ABSENT:
            yield check(exchange, actual == expected, expected, actual, "/imsOrg")


def _tenant(evidence: Evidence, exchange: Exchange) -> Any:
    """The tenant that the stats name which were read last before, or first after."""
    stats = [e for e in evidence.successes("getStats") if e.journey == exchange.journey]
    before = [one for one in stats if _number(one) < _number(exchange)]
    return (before[-1:] or stats)[0].at("/tenantId") if stats else ABSENT


def _number(exchange: Exchange) -> int:
    """How many exchanges its journey had, with this one."""
    return int(exchange.id.rpartition("/")[2])


def _identified(evidence: Evidence, kind: Kind) -> Iterator[tuple[Exchange, str, str]]:
    for exchange in evidence.successes(kind.create()):
        found = _IDENTIFIER.match(str(exchange.at("/$id")))
        if found:
            yield exchange, found[1], found[3]


@rule_of_kinds("identifier-belongs-to-tenant", *BOTH)
def identifier_belongs_to_tenant(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange, tenant, _ in _identified(evidence, kind):
        expected = _tenant(evidence, exchange)
        if expected is not ABSENT:
            yield check(exchange, tenant == expected, f"the tenant {expected}", tenant, "/$id")


@rule_of_kinds("alternate-id-derives-from-identifier", *BOTH)
def alternate_id_derives_from_identifier(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    container = "classes" if kind is CLASS else "schemas"
    for exchange, tenant, name in _identified(evidence, kind):
        expected = f"_{tenant}.{container}.{name}"
        yield check(
            exchange,
            exchange.at("/meta:altId") == expected,
            expected,
            exchange.at("/meta:altId"),
            "/meta:altId",
        )


def _echo(
    evidence: Evidence, kind: Kind, member: str, is_always: bool = False
) -> Iterator[Finding]:
    """What was sent comes back, where the answer shows it or always must."""
    for exchange in evidence.successes(kind.create()):
        expected, actual = at(exchange.sent, member), exchange.at(member)
        if expected is not ABSENT and (is_always or actual is not ABSENT):
            yield check(exchange, actual == expected, repr(expected), actual, member)


@rule_of_kinds("create-echoes-title", *BOTH)
def create_echoes_title(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    yield from _echo(evidence, kind, "/title", is_always=True)


@rule("schema-registry.schemas.create-echoes-description")
def create_echoes_description(evidence: Evidence) -> Iterator[Finding]:
    yield from _echo(evidence, SCHEMA, "/description")


@rule("schema-registry.classes.ad-hoc-fields-move-to-dataset-namespace")
def ad_hoc_fields_move(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("createClass"):
        if at(exchange.sent, "/allOf/1/properties/_adhoc") is ABSENT:
            continue
        namespace = exchange.at("/meta:datasetNamespace")
        fine = (
            isinstance(namespace, str)
            and namespace.startswith("_")
            and namespace not in ("_", "_adhoc")
        )
        yield check(exchange, fine, "_ and an identifier", namespace, "/meta:datasetNamespace")
        yield check(
            exchange,
            _renamed(exchange) is not ABSENT,
            f"properties under {namespace}",
            exchange.at("/allOf"),
            "/allOf",
        )


def _renamed(exchange: Exchange) -> Any:
    namespace = exchange.at("/meta:datasetNamespace")
    parts = exchange.at("/allOf")
    found = (
        [at(part, f"/properties/{namespace}") for part in parts] if isinstance(parts, list) else []
    )
    return next((f for f in found if f is not ABSENT), ABSENT)


@rule("schema-registry.classes.ad-hoc-fields-are-kept")
def ad_hoc_fields_are_kept(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("createClass"):
        fields = at(exchange.sent, "/allOf/1/properties/_adhoc/properties")
        for name, described in (fields or {}).items():
            kept = at(_renamed(exchange), f"/properties/{name}/type")
            yield check(
                exchange,
                kept == described["type"],
                f"{name} of type {described['type']}",
                kept,
                "/allOf",
            )


def _sent_references(exchange: Exchange) -> list[str]:
    return [part["$ref"] for part in at(exchange.sent, "/allOf") or [] if "$ref" in part]


def _returned_references(exchange: Exchange) -> list[str]:
    parts = exchange.at("/allOf")
    return (
        [p["$ref"] for p in parts if isinstance(p, dict) and "$ref" in p]
        if isinstance(parts, list)
        else []
    )


@rule("schema-registry.schemas.refused-create-stores-nothing")
def refused_create_stores_nothing(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("listSchemas"):
        title, results = exchange.notes.get("titled"), exchange.at("/results")
        listed = results if isinstance(results, list) else []
        bearing = [at(r, "/$id") for r in listed if at(r, "/title") == title]
        if title and bearing:
            fine = len(bearing) == 1
            yield check(exchange, fine, f"one schema titled {title}", bearing, "/results")


@rule("schema-registry.schemas.class-references-keep-their-order")
def references_keep_their_order(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("createSchema"):
        expected, actual = _sent_references(exchange), _returned_references(exchange)
        if not expected or exchange.at("/allOf") is ABSENT:
            continue
        yield check(exchange, actual == expected, repr(expected), actual, "/allOf")


@rule("schema-registry.schemas.references-are-distinct")
def references_are_distinct(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("createSchema"):
        refs = exchange.at("/refs")
        if refs is ABSENT or not _sent_references(exchange):
            continue
        fine = isinstance(refs, list) and len(refs) == len(set(map(str, refs)))
        fine = fine and set(refs) == set(_sent_references(exchange))
        yield check(
            exchange, fine, f"each of {sorted(set(_sent_references(exchange)))} once", refs, "/refs"
        )


@rule("schema-registry.schemas.extends-contains-references")
def extends_contains_references(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("createSchema"):
        refs, extends = exchange.at("/refs"), exchange.at("/meta:extends")
        if isinstance(refs, list) and extends is not ABSENT:
            fine = isinstance(extends, list) and all(one in extends for one in refs)
            yield check(exchange, fine, f"every one of {refs}", extends, "/meta:extends")


@rule("schema-registry.schemas.metadata-dates-agree-on-create")
def metadata_dates_agree(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("createSchema"):
        spellings = ("repo:createdDate", "repo:createDate")
        shown = [exchange.at(f"/meta:registryMetadata/{name}") for name in spellings]
        created = next((one for one in shown if one is not ABSENT), ABSENT)
        modified = exchange.at("/meta:registryMetadata/repo:lastModifiedDate")
        if ABSENT in (created, modified):
            continue
        yield check(
            exchange,
            created == modified,
            repr(created),
            modified,
            "/meta:registryMetadata/repo:lastModifiedDate",
        )


@rule("schema-registry.schemas.class-is-echoed")
def class_is_echoed(evidence: Evidence) -> Iterator[Finding]:
    yield from _echo(evidence, SCHEMA, "/meta:class")


@rule("schema-registry.schemas.namespace-derives-from-tenant")
def namespace_derives_from_tenant(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("createSchema"):
        tenant = _tenant(evidence, exchange)
        if tenant is not ABSENT:
            actual = exchange.at("/meta:tenantNamespace")
            if actual is not ABSENT:
                expected = f"_{tenant}"
                yield check(exchange, actual == expected, expected, actual, "/meta:tenantNamespace")


@rule("schema-registry.schemas.organization-is-echoed")
def organization_is_echoed(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("createSchema"):
        expected, actual = exchange.request.header("x-gw-ims-org-id"), exchange.at("/imsOrg")
        if expected is not None and actual is not ABSENT:
            yield check(exchange, actual == expected, expected, actual, "/imsOrg")


@rule("schema-registry.schemas.ad-hoc-schema-has-dataset-namespace")
def ad_hoc_schema_has_dataset_namespace(evidence: Evidence) -> Iterator[Finding]:
    namespaces = {
        e.at("/$id"): e.at("/meta:datasetNamespace") for e in evidence.successes("createClass")
    }
    for exchange in evidence.successes("createSchema"):
        for reference in _sent_references(exchange)[:1]:
            if reference in namespaces:
                expected, actual = namespaces[reference], exchange.at("/meta:datasetNamespace")
                yield check(
                    exchange, actual == expected, str(expected), actual, "/meta:datasetNamespace"
                )
