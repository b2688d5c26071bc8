"""Probes of the Schema Registry, Catalog, Data Prep and the inlet."""

from urllib.parse import urlsplit

from conformance.engine.kinds import CLASS, DATA_SET, FLOW, SCHEMA, SOURCE
from conformance.engine.session import Session
from conformance.rules.probes.changes import change, describe
from conformance.rules.probes.kit import (
    SETTLING_SECONDS,
    STREAMING_FLOW,
    Stored,
    class_body,
    lake,
    make,
    make_data_set,
    schema_body,
    settled,
    spec_of,
    stored,
)
from conformance.rules.probes.registry import probe, put

LOOKUP = "application/vnd.adobe.xed+json"
NO_TEXT = "application/vnd.adobe.xed-notext+json; version=1"
TEXTLESS = SCHEMA.row("read-without-text-has-no-titles")
UNKNOWN_HEX = "0" * 24


@probe(
    "schemas",
    "schema-registry.schemas.*",
    "schema-registry.classes.deleted-*",
    "schema-registry.classes.*read*",
    "schema-registry.classes.delete-*",
)
def schemas(session: Session) -> None:
    tenant = session.take(session.call("getStats", step="read-tenant"), "/tenantId")
    body = schema_body(session, "probe registry")
    created = session.call("createSchema", body=body, step="create-schema")
    name = str(session.take(created, "/meta:altId"))
    several = session.wants(SCHEMA.row("missing-composition-is-refused"))
    if several:
        newer = {**body, "title": session.name("probe newer registry")}
        session.call("createSchema", body=newer, step="create-newer-schema")
    session.call("getSchema", name, step="read-schema")
    session.call("listSchemas", query={"limit": "3", "orderby": "title"}, step="list-schemas")
    row = SCHEMA.row
    put(
        session,
        row("read-without-accept-is-refused"),
        "getSchema",
        name,
        headers={"Accept": "application/json"},
    )
    put(
        session,
        row("read-without-version-is-refused"),
        "getSchema",
        name,
        headers={"Accept": LOOKUP},
    )
    for _ in range(session.world.repeats):
        put(session, TEXTLESS, "getSchema", name, headers={"Accept": NO_TEXT})
    put(session, row("unknown-schema-is-not-found"), "getSchema", f"_{tenant}.schemas.{'0' * 48}")
    put(
        session,
        row("missing-title-is-refused"),
        "createSchema",
        body={k: v for k, v in body.items() if k != "title"},
    )
    without = {**body, "title": session.name("probe no composition")}
    put(
        session,
        row("missing-composition-is-refused"),
        "createSchema",
        body={k: v for k, v in without.items() if k != "allOf"},
    )
    put(session, row("duplicate-title-is-refused"), "createSchema", body=body)
    if session.wants(row("refused-create-stores-nothing")):
        query = {"limit": "20", "orderby": "title", "start": session.name("probe")}
        session.call(
            "listSchemas", query=query, notes={"titled": body["title"]}, step="list-titles"
        )
    _delete(session, SCHEMA.delete(), name)
    put(session, row("deleted-schema-is-gone"), "getSchema", name)
    _class(session, several)


def _class(session: Session, several: bool) -> None:
    body = class_body(session, "probe class")
    created = session.call("createClass", body=body, step="create-class")
    name = str(session.take(created, "/meta:altId"))
    if several:
        newer = {**body, "title": session.name("probe newer class")}
        session.call("createClass", body=newer, step="create-newer-class")
    session.call("getClass", name, step="read-class")
    _delete(session, CLASS.delete(), name)
    put(session, CLASS.row("deleted-class-is-gone"), "getClass", name)


def _delete(session: Session, operation: str, identifier: str) -> None:
    session.call(operation, identifier, step=operation)


@probe("data-sets", "catalog.*", "data-prep.*")
def data_sets(session: Session) -> None:
    half = stored(session)
    session.call("getDataSet", half.data_set, step="read-data-set")
    if session.wants("catalog.data-sets.list-limit-bounds-page"):
        _second_data_set(session, half)
    session.call("listDataSets", query={"limit": "1"}, notes={"limit": 1}, step="list-data-sets")
    put(session, "catalog.data-sets.unknown-data-set-is-not-found", "getDataSet", UNKNOWN_HEX)
    put(session, "catalog.data-sets.zero-limit-is-refused", "listDataSets", query={"limit": "0"})
    put(session, "data-prep.mapping-sets.unknown-mapping-set-is-refused", "getMappingSet", "0" * 32)
    session.call("getMappingSet", half.mapping, step="read-mapping-set")
    if session.wants("data-prep.mapping-sets.list-uses-data-envelope"):
        session.call(
            "listMappingSets", query={"limit": "1", "start": "0"}, step="list-mapping-sets"
        )
    _delete(session, DATA_SET.delete(), half.data_set)
    put(session, "catalog.data-sets.deleted-data-set-is-gone", "getDataSet", half.data_set)


def _second_data_set(session: Session, half: Stored) -> None:
    """A newer dataset beside the first, which is then read again."""
    make_data_set(session, half.schema, "probe second dataset", step="create-second-data-set")
    session.call("getDataSet", half.data_set, step="read-older-data-set")


@probe("inlet", "data-collection.*", also=(FLOW.row("inlet-*"), FLOW.row("update-*")))
def inlet(session: Session) -> None:
    half = lake(session, "json")
    source = {
        "name": session.name("probe webhook"),
        "connectionSpec": spec_of(session, "customer-io"),
        "data": {"format": "json"},
    }
    body = {
        "name": session.name("probe stream"),
        "flowSpec": STREAMING_FLOW,
        "sourceConnectionIds": [make(session, SOURCE, source)],
        "targetConnectionIds": [half.target],
        "transformations": [
            {"name": "Mapping", "params": {"mappingId": half.mapping, "mappingVersion": 0}}
        ],
    }
    flow = make(session, FLOW, body)
    read = settled(session, flow)
    for number in range(1, session.world.repeats):
        read = change(session, FLOW, read, describe(f"Soak {number}"))
    url = str(session.take(read, "/items/0/options/inletUrl"))
    _post(session, urlsplit(url).path.rsplit("/", 1)[-1], flow)


def _post(session: Session, inlet_id: str, flow: str) -> None:
    raw = {
        "data": {"identifiers": {"cio_id": "d9c106000001"}},
        "event_id": "01E4C4CT6YDC7Y5M7FE1GWWPQJ",
    }
    headers = {"x-adobe-flow-id": flow}
    session.poll(
        lambda: session.call(
            "collect", inlet_id, body=raw, headers=headers, case="(opening)", step="wait-for-inlet"
        ),
        lambda exchange: exchange.status == 200,
        SETTLING_SECONDS * 12,
    )
    requirement = "data-collection.inlet.message-is-accepted"
    put(session, requirement, "collect", inlet_id, body=raw, headers=headers)
    batch = {"messages": [raw, raw]}
    for _ in range(session.world.repeats):
        session.call("collect", inlet_id, body=raw, headers=headers, step="post-message")
        session.call("collectBatch", inlet_id, body=batch, headers=headers, step="post-batch")
    put(
        session,
        "data-collection.inlet.unknown-inlet-is-refused",
        "collect",
        "0" * 64,
        body=raw,
        headers=headers,
    )
    large = {**raw, "padding": "x" * 1_100_000}
    put(
        session,
        "data-collection.inlet.oversized-message-is-refused",
        "collect",
        inlet_id,
        body=large,
        headers=headers,
    )
