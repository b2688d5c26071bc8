"""Creates and reads of base, source and target connections and flows."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.kinds import CONNECTION, FLOW, FLOW_SERVICE_KINDS, Kind
from conformance.engine.patch import missing_from
from conformance.engine.verdict import Finding, breaks, check, holds
from conformance.rules.registry import rule_of_kinds

OWN_ROWS = {FLOW.name: {"transformations", "scheduleParams"}, CONNECTION.name: {"auth"}}


@rule_of_kinds("create-returns-etag", *FLOW_SERVICE_KINDS)
def create_returns_etag(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.create()):
        etag = exchange.at("/etag")
        if etag is not ABSENT:  # five creates are printed with an id alone (X12, X28)
            yield check(exchange, isinstance(etag, str) and bool(etag), "an etag", etag, "/etag")


@rule_of_kinds("created-ids-are-distinct", *FLOW_SERVICE_KINDS)
def created_ids_are_distinct(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    seen: dict[str, Exchange] = {}
    for exchange in evidence.successes(kind.create()):
        identifier = exchange.at("/id")
        if isinstance(identifier, str):
            yield check(
                exchange,
                identifier not in seen,
                "an id that no other create returned",
                identifier,
                "/id",
            )
            seen[identifier] = exchange


@rule_of_kinds("read-returns-the-one-asked-for", *FLOW_SERVICE_KINDS)
def read_returns_the_one_asked_for(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.get()):
        if exchange.item is not ABSENT:
            asked = exchange.path["id"]
            yield check(
                exchange,
                exchange.item.get("id") == asked,
                asked,
                exchange.item.get("id"),
                "/items/0/id",
            )


@rule_of_kinds("create-stores-what-was-sent", *FLOW_SERVICE_KINDS)
def create_stores_what_was_sent(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        if timeline.created is None or not isinstance(timeline.created.sent, dict):
            continue
        left_out = OWN_ROWS.get(kind.name, set())
        sent = {k: v for k, v in timeline.created.sent.items() if k not in left_out}
        spec = at(timeline.created.sent, "/auth/specName")
        for read in timeline.fresh_reads():
            shown = spec is not ABSENT and read.at("/items/0/auth") is not ABSENT
            yield from _stored(read, {**sent, "auth": {"specName": spec}} if shown else sent)


def _stored(read: Exchange, sent: Any) -> Iterator[Finding]:
    lost = missing_from(sent, read.item)
    for pointer, expected, actual in lost:
        yield breaks(read, repr(expected), actual, f"/items/0{pointer}")
    if not lost:
        yield holds(read)


@rule_of_kinds("update-date-is-not-before-creation", *FLOW_SERVICE_KINDS)
def update_date_is_not_before_creation(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.get()):
        created, updated = exchange.at("/items/0/createdAt"), exchange.at("/items/0/updatedAt")
        if isinstance(created, int | float) and isinstance(updated, int | float):
            yield check(
                exchange,
                created <= updated,
                f"at least createdAt {created}",
                updated,
                "/items/0/updatedAt",
            )


@rule_of_kinds("organization-and-sandbox-are-named", *FLOW_SERVICE_KINDS)
def organization_and_sandbox_are_named(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.get()):
        if exchange.item is ABSENT:
            continue
        for member, header in (("imsOrgId", "x-gw-ims-org-id"), ("sandboxName", "x-sandbox-name")):
            expected = exchange.request.header(header)
            if expected is not None:
                actual = exchange.item.get(member, ABSENT)
                yield check(exchange, actual == expected, expected, actual, f"/items/0/{member}")


@rule_of_kinds("location-leads-to-the-created", CONNECTION, FLOW)
def location_leads_to_the_created(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.create()):
        location = exchange.response.header("Location") if exchange.response else None
        if location is not None:
            identifier = str(exchange.at("/id"))
            ends = urlsplit(location).path.rstrip("/").endswith(f"/{identifier}")
            yield check(exchange, ends, f"a Location that ends in {identifier}", location)
