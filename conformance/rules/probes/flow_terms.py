"""What a flow's mapping set and schedule must be, and an account whose only flow is disabled (full profile)."""

from typing import Any

from conformance.engine.kinds import CONNECTION, FLOW
from conformance.engine.session import Session
from conformance.rules.probes.changes import change
from conformance.rules.probes.creates import put_lawful_flow, schedule
from conformance.rules.probes.flow_updates import act
from conformance.rules.probes.kit import (
    etag_of,
    lake,
    make,
    mapping_body,
    read_one,
    schema_body,
    settled,
    table_flow,
    table_source,
)
from conformance.rules.probes.lists import expect_none_named
from conformance.rules.probes.registry import probe, put
from conformance.rules.probes.updates import SEEN_EVERYWHERE

LATER = "1567411549"
ROWS = ("same-etag-*", "*mapping-*", "negative-*", "each-frequency-*", "change-of-passed-*")
MAPPING = "/transformations/1/params/mappingId"


@probe(
    "flow-terms",
    *(FLOW.row(row) for row in ROWS),
    also=(CONNECTION.row("connection-in-use-*"), FLOW.row("refused-create-*"), *SEEN_EVERYWHERE),
)
def flow_terms(session: Session) -> None:
    source, half = table_source(session), lake(session)
    body = table_flow(session, "probe terms", source, half, schedule())
    flow = make(session, FLOW, body)
    refused = {**body, "name": session.name("refused terms")}
    other = _other_mapping(session)
    for statement, params in (
        ("unknown-mapping-is-refused", {"mappingId": "0" * 32, "mappingVersion": "0"}),
        ("unknown-mapping-version-is-refused", {"mappingId": half.mapping, "mappingVersion": "1"}),
        ("unknown-mapping-version-is-refused", {"mappingId": half.mapping, "mappingVersion": 1}),
        ("mapping-of-another-schema-is-refused", {"mappingId": other, "mappingVersion": "0"}),
    ):
        wrong = [body["transformations"][0], {"name": "Mapping", "params": params}]
        put(session, FLOW.row(statement), "createFlow", body={**refused, "transformations": wrong})
    _schedules(session, body, refused)
    expect_none_named(session, FLOW, refused["name"])
    _updates(session, flow, other)
    _disabled(session)


def _other_mapping(session: Session) -> str:
    """A mapping set for a schema that is not the dataset's."""
    created = session.call("createSchema", body=schema_body(session, "probe foreign schema"))
    body = mapping_body(str(session.take(created, "/$id")))
    return str(session.take(session.call("createMappingSet", body=body), "/id"))


def _schedules(session: Session, body: dict[str, Any], refused: dict[str, Any]) -> None:
    for unit in ("hour", "day", "week"):
        timing = schedule(frequency=unit)
        tried = {**body, "name": session.name(f"probe every {unit}"), "scheduleParams": timing}
        put_lawful_flow(session, "each-frequency-is-accepted", tried)
        wrong = {**refused, "scheduleParams": {**timing, "interval": "-15"}}
        put(session, FLOW.row("negative-interval-is-refused"), "createFlow", body=wrong)


def _updates(session: Session, flow: str, other: str) -> None:
    for statement, path, value in (
        ("change-of-passed-start-time-is-refused", "/scheduleParams/startTime", LATER),
        ("mapping-of-another-schema-is-refused", MAPPING, other),
    ):
        patch = [{"op": "replace", "path": path, "value": value}]
        headers = {"If-Match": etag_of(session, settled(session, flow))}
        put(session, FLOW.row(statement), "updateFlow", flow, body=patch, headers=headers)
    read = settled(session, flow)
    frequency = "/scheduleParams/frequency"
    for unit in ("hour", "minute") * (session.world.repeats - 1):
        read = change(session, FLOW, read, [{"op": "replace", "path": frequency, "value": unit}])


def _disabled(session: Session) -> None:
    """Rename and disable one flow beside the others, then these; delete the account."""
    flows = [c.id for c in session.created if c.resource == "flow" and not c.deleted]
    for made in flows:
        settled(session, made)
    renamed = [{"op": "replace", "path": "/name", "value": session.name("renamed terms")}]
    change(session, FLOW, settled(session, flows[0]), renamed)
    act(session, flows[0], "disable", "disabled")
    reads = [read_one(session, FLOW, made) for made in flows[1:]]
    for read in reads:
        if read.at("/items/0/state") == "enabled":
            act(session, read.path["id"], "disable", "disabled")
    account = next(c.id for c in session.created if c.resource == "connection")
    put(session, CONNECTION.row("connection-in-use-is-not-deleted"), "deleteConnection", account)
