"""Connection specs and flow specs: what can be connected, and how a flow must look."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.query import arguments, filtered_by
from conformance.engine.verdict import Finding, check
from conformance.rules.registry import rule

STREAMING_DESTINATIONS = {
    "86043421-563b-46ec-8e6c-e23184711bf6": ("Amazon Kinesis", "Aws Kinesis"),
    "bf9f5905-92b7-48bf-bf20-455bc6b60a4e": ("Azure Event Hubs", "Azure EventHub"),
}
TABLE_SPEC = {
    "id": "14518937-270c-4525-bdec-c2ba7cce3860",
    "providerId": "0ed90a81-07f4-4586-8190-b40eccef1c5a",
    "version": "1.0",
}
SAMPLES = (
    ({"startTime": 1567411548, "frequency": "minute", "interval": 15}, True),
    ({"startTime": 1567411548, "frequency": "minute", "interval": 14}, False),
    ({"startTime": 1567411548, "frequency": "day", "interval": 15}, True),
    ({"startTime": 1567411548, "frequency": "day", "interval": 0}, False),
    ({"frequency": "day", "interval": 15}, False),
    ({"startTime": 1567411548, "interval": 15}, False),
    ({"startTime": 1567411548, "frequency": "fortnight", "interval": 15}, False),
)


def _items(exchange: Exchange) -> list[Any]:
    items = exchange.at("/items")
    return [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []


@rule("flow-service.connection-specs.list-offers-the-connector")
def list_offers_the_connector(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("listConnectionSpecs"):
        if arguments(exchange.request.url) or exchange.at("/_links/next") not in (ABSENT, None):
            continue
        offered = {item.get("id"): item.get("name") for item in _items(exchange)}
        for identifier, names in STREAMING_DESTINATIONS.items():
            yield check(
                exchange,
                offered.get(identifier) in names,
                f"{identifier} named {' or '.join(names)}",
                offered.get(identifier),
                "/items",
            )


def _filtered(evidence: Evidence, operation: str, member: str) -> Iterator[tuple[Exchange, str]]:
    for exchange in evidence.successes(operation):
        found, given = filtered_by(exchange.request.url, member), arguments(exchange.request.url)
        if (
            len(found) == 1 == len(given["property"])
            and "," not in found[0]
            and set(given) == {"property"}
        ):
            yield exchange, found[0]


@rule("flow-service.connection-specs.filter-by-id-returns-that-spec")
def filter_by_id(evidence: Evidence) -> Iterator[Finding]:
    for exchange, wanted in _filtered(evidence, "listConnectionSpecs", "id"):
        ids = [item.get("id") for item in _items(exchange)]
        yield check(exchange, ids == [wanted], repr([wanted]), ids, "/items")


@rule("flow-service.flow-specs.filter-by-name-returns-that-spec")
def filter_by_name(evidence: Evidence) -> Iterator[Finding]:
    for exchange, wanted in _filtered(evidence, "listFlowSpecs", "name"):
        names = [item.get("name") for item in _items(exchange)]
        yield check(
            exchange,
            bool(names) and set(names) == {wanted},
            f"only items named {wanted}",
            names,
            "/items",
        )


def _table_specs(evidence: Evidence) -> Iterator[tuple[Exchange, dict[str, Any]]]:
    for exchange, wanted in _filtered(evidence, "listFlowSpecs", "name"):
        if wanted == "CRMToAEP":
            for item in _items(exchange)[:1]:
                yield exchange, item


@rule("flow-service.flow-specs.table-spec-has-documented-identity")
def table_spec_has_documented_identity(evidence: Evidence) -> Iterator[Finding]:
    for exchange, item in _table_specs(evidence):
        for member, expected in TABLE_SPEC.items():
            yield check(
                exchange,
                item.get(member) == expected,
                expected,
                item.get(member),
                f"/items/0/{member}",
            )


@rule("flow-service.flow-specs.transformations-are-described")
def transformations_are_described(evidence: Evidence) -> Iterator[Finding]:
    for exchange, item in _table_specs(evidence):
        listed = item.get("transformationSpecs", item.get("transformationSpec"))
        named = (
            {t.get("name"): t.get("spec") for t in listed if isinstance(t, dict)}
            if isinstance(listed, list)
            else {}
        )
        copy, mapping = named.get("Copy"), named.get("Mapping")
        required = at(copy, "/required"), at(copy, "/properties/deltaColumn/required")
        yield check(
            exchange,
            required == (["deltaColumn"], ["name"]),
            "Copy to require deltaColumn with name",
            copy,
            "/items/0/transformationSpecs",
        )
        types = [at(mapping, f"/properties/{p}/type") for p in ("mappingId", "mappingVersion")]
        yield check(
            exchange,
            types == ["string", "string"],
            "Mapping with mappingId and mappingVersion",
            mapping,
            "/items/0/transformationSpecs",
        )


@rule("flow-service.flow-specs.schedule-is-described")
def schedule_is_described(evidence: Evidence) -> Iterator[Finding]:
    for exchange, item in _table_specs(evidence):
        spec = at(item, "/scheduleSpec/spec")
        if spec is ABSENT:
            yield check(exchange, False, "a schedule spec", spec, "/items/0/scheduleSpec/spec")
            continue
        wrong = [sample for sample, fits in SAMPLES if accepts(spec, sample) != fits]
        yield check(
            exchange,
            not wrong,
            "the documented bounds",
            f"wrong about {wrong}",
            "/items/0/scheduleSpec/spec",
        )


def accepts(spec: Any, sample: dict[str, Any]) -> bool | None:
    """Whether a schema of the target admits a sample; None when it is no schema."""
    try:
        return bool(jsonschema_rs.validator_for(spec).is_valid(sample))
    except (ValueError, jsonschema_rs.ValidationError):
        return None


@rule("flow-service.connection-specs.read-returns-requested-spec")
def connection_spec_read(evidence: Evidence) -> Iterator[Finding]:
    yield from _read_alone(evidence, "getConnectionSpec")


@rule("flow-service.flow-specs.read-returns-requested-spec")
def flow_spec_read(evidence: Evidence) -> Iterator[Finding]:
    yield from _read_alone(evidence, "getFlowSpec")


@rule("flow-service.runs.run-is-readable")
def run_is_readable(evidence: Evidence) -> Iterator[Finding]:
    yield from _read_alone(evidence, "getRun")


def _read_alone(evidence: Evidence, operation: str) -> Iterator[Finding]:
    for exchange in evidence.answered(operation):
        if exchange.case is None:
            ids = [item.get("id") for item in _items(exchange)]
            yield check(
                exchange,
                ids == [exchange.path["id"]],
                f"[{exchange.path['id']!r}]",
                ids or exchange.status,
                "/items",
            )
