"""Catalog datasets, Data Prep mapping sets, the inlet and the token service."""

from collections.abc import Iterator

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.kinds import DATA_SET, MAPPING_SET
from conformance.engine.patch import missing_from
from conformance.engine.verdict import Finding, check
from conformance.rules.registry import rule


@rule("catalog.data-sets.identifier-is-assigned-by-service")
def identifier_is_assigned_by_service(evidence: Evidence) -> Iterator[Finding]:
    seen: set[str] = set()
    for exchange in evidence.successes("createDataSet"):
        identifier = str(exchange.at("/0"))
        yield check(
            exchange,
            identifier not in seen,
            "an id that no other create returned",
            identifier,
            "/0",
        )
        seen.add(identifier)


def _data_set_reads(evidence: Evidence) -> Iterator[tuple[Exchange, Exchange, str]]:
    for timeline in evidence.timelines(DATA_SET):
        for event in timeline.events:
            if (
                event.operation == "getDataSet"
                and event.case is None
                and "properties" not in event.notes
                and event.response
                and timeline.created
            ):
                yield timeline.created, event, timeline.id


@rule("catalog.data-sets.created-data-set-is-readable")
def created_data_set_is_readable(evidence: Evidence) -> Iterator[Finding]:
    for _, read, identifier in _data_set_reads(evidence):
        fine = read.status == 200 and isinstance(read.at(f"/{identifier}"), dict)
        yield check(
            read, fine, f"200 and an object under {identifier}", read.status, f"/{identifier}"
        )


@rule("catalog.data-sets.name-is-stored")
def name_is_stored(evidence: Evidence) -> Iterator[Finding]:
    for created, read, identifier in _data_set_reads(evidence):
        expected, actual = at(created.sent, "/name"), read.at(f"/{identifier}/name")
        if expected is ABSENT:
            continue
        yield check(read, actual == expected, repr(expected), actual, f"/{identifier}/name")


@rule("catalog.data-sets.schema-reference-is-stored")
def schema_reference_is_stored(evidence: Evidence) -> Iterator[Finding]:
    for created, read, identifier in _data_set_reads(evidence):
        expected, actual = at(created.sent, "/schemaRef/id"), read.at(f"/{identifier}/schemaRef/id")
        if expected is ABSENT:
            continue
        yield check(read, actual == expected, repr(expected), actual, f"/{identifier}/schemaRef/id")


@rule("catalog.data-sets.tags-are-stored")
def tags_are_stored(evidence: Evidence) -> Iterator[Finding]:
    for created, read, identifier in _data_set_reads(evidence):
        sent, shown = at(created.sent, "/tags"), read.at(f"/{identifier}/tags")
        if sent is not ABSENT:
            lost = missing_from(sent, shown)
            yield check(read, not lost, repr(sent), shown, f"/{identifier}/tags")


@rule("catalog.data-sets.list-is-keyed-by-identifier")
def list_is_keyed_by_identifier(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("listDataSets"):
        is_map = isinstance(exchange.body, dict)
        fine = is_map and all(k and isinstance(one, dict) for k, one in exchange.body.items())
        yield check(exchange, fine, "an object of datasets, each under its id", exchange.body)


@rule("catalog.data-sets.list-limit-bounds-page")
def list_limit_bounds_page(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("listDataSets"):
        if "limit" in exchange.notes and isinstance(exchange.body, dict):
            limit = exchange.notes["limit"]
            yield check(
                exchange,
                len(exchange.body) <= limit,
                f"at most {limit} datasets",
                len(exchange.body),
            )


@rule("catalog.data-sets.delete-returns-reference")
def delete_returns_reference(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("deleteDataSet"):
        if exchange.case is None:
            expected = f"@/datasets/{exchange.path['id']}"
            first = str(exchange.at("/0")).lower()
            fine = exchange.status == 200 and first == expected and len(exchange.body) == 1
            yield check(
                exchange, fine, f"200 and [{expected!r}]", f"{exchange.status} {exchange.body}"
            )


@rule("data-prep.mapping-sets.created-ids-are-distinct")
def created_ids_are_distinct(evidence: Evidence) -> Iterator[Finding]:
    seen: set[str] = set()
    for exchange in evidence.successes("createMappingSet"):
        identifier = str(exchange.at("/id"))
        yield check(exchange, identifier not in seen, "an id of its own", identifier, "/id")
        seen.add(identifier)


@rule("data-prep.mapping-sets.dates-agree-on-create")
def dates_agree_on_create(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("createMappingSet"):
        created, modified = exchange.at("/createdDate"), exchange.at("/modifiedDate")
        if ABSENT in (created, modified):
            continue
        yield check(exchange, created == modified, repr(created), modified, "/modifiedDate")


def _mapping_set_reads(evidence: Evidence) -> Iterator[tuple[Exchange, Exchange]]:
    for timeline in evidence.timelines(MAPPING_SET):
        for event in timeline.events:
            if (
                event.operation == "getMappingSet"
                and event.case is None
                and event.response
                and timeline.created
            ):
                yield timeline.created, event


@rule("data-prep.mapping-sets.created-mapping-set-is-readable")
def created_mapping_set_is_readable(evidence: Evidence) -> Iterator[Finding]:
    for created, read in _mapping_set_reads(evidence):
        expected = created.at("/id")
        yield check(
            read,
            read.status == 200 and read.at("/id") == expected,
            f"200 and {expected}",
            read.at("/id"),
            "/id",
        )


@rule("data-prep.mapping-sets.read-shows-what-was-created")
def mapping_set_shows_what_was_created(evidence: Evidence) -> Iterator[Finding]:
    for created, read in _mapping_set_reads(evidence):
        version, sent = created.at("/version"), at(created.sent, "/outputSchema")
        if ABSENT not in (version, read.at("/version")):
            fine = read.at("/version") == version
            yield check(read, fine, repr(version), read.at("/version"), "/version")
        if ABSENT not in (sent, read.at("/outputSchema")):
            lost = missing_from(sent, read.at("/outputSchema"))
            yield check(read, not lost, repr(sent), read.at("/outputSchema"), "/outputSchema")
        name, shown = at(created.sent, "/name"), read.at("/name")
        if isinstance(name, str) and isinstance(shown, str):
            yield check(read, shown == name, repr(name), shown, "/name")


@rule("data-prep.mapping-sets.mappings-are-stored")
def mappings_are_stored(evidence: Evidence) -> Iterator[Finding]:
    for created, read in _mapping_set_reads(evidence):
        items = read.at("/mappings")
        if read.status != 200 or not isinstance(items, list):
            continue
        sent = at(created.sent, "/mappings") or []
        expected = {_destination(item) for item in sent}
        actual = {_destination(item) for item in items}
        yield check(
            read,
            expected <= actual,
            repr(sorted(map(str, expected))),
            sorted(map(str, actual)),
            "/mappings",
        )


def _destination(item: object) -> object:
    found = at(item, "/destinationXdmPath")
    return at(item, "/destination") if found in (ABSENT, None, "") else found


@rule("data-collection.inlet.batch-answers-multi-status")
def batch_answers_multi_status(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("collectBatch"):
        responses, sent = exchange.at("/responses"), at(exchange.sent, "/messages")
        told = responses if isinstance(responses, list) else []
        ids = [str(one) for r in told if (one := at(r, "/xactionId")) is not ABSENT]
        fine = exchange.status == 207 and len(told) == len(sent) and len(ids) == len(set(ids))
        expected = f"207 with {len(sent)} responses, each id once"
        yield check(exchange, fine, expected, responses, "/responses")


@rule("data-collection.inlet.receipt-names-the-inlet-posted-to")
def receipt_names_the_inlet(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("collect"):
        named = next(
            (v for k in ("inletId", "inletID") if (v := exchange.at(f"/{k}")) is not ABSENT), ABSENT
        )
        if exchange.status == 200:
            yield check(
                exchange,
                named == exchange.path["inletId"],
                exchange.path["inletId"],
                named,
                "/inletId",
            )


@rule("ims.token.issued-token-is-accepted")
def issued_token_is_accepted(evidence: Evidence) -> Iterator[Finding]:
    yield from _accepted(evidence, "issued")


@rule("ims.token.earlier-token-stays-valid")
def earlier_token_stays_valid(evidence: Evidence) -> Iterator[Finding]:
    yield from _accepted(evidence, "earlier")


def _accepted(evidence: Evidence, note: str) -> Iterator[Finding]:
    issued = {e.journey for e in evidence.successes("fetchToken")}
    for exchange in evidence.answered():
        if exchange.journey in issued and note in exchange.notes:
            yield check(
                exchange,
                exchange.status not in (401, 403),
                "the token to be accepted",
                exchange.status,
            )
