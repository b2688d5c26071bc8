"""The lawful calls of the data services and the reads of the flow service many times over (full profile)."""

from functools import partial
from typing import Any

from conformance.engine.kinds import CLASS, CONNECTION, DATA_SET, FLOW, SCHEMA, Kind
from conformance.engine.session import Session
from conformance.rules.probes.creates import schedule
from conformance.rules.probes.data_lists import list_schemas
from conformance.rules.probes.flow_updates import act
from conformance.rules.probes.gateway import client_form
from conformance.rules.probes.kit import (
    DESTINATION_FLOW,
    REST,
    account_body,
    class_body,
    destination,
    lake,
    make,
    make_data_set,
    read_one,
    schema_body,
    settled,
    stored,
    table_flow,
    table_source,
)
from conformance.rules.probes.registry import probe, put_once

SPOILT = 2  # times more: one answer that is no JSON may be the network's, three of one form are not


@probe("soak-registry", "schema-registry.*", also=("*",), repeats=True)
def soak_registry(session: Session) -> None:
    for number in range(session.world.repeats):
        session.call("getStats", step="soak-stats")
        body = schema_body(session, f"Soak schema {number} · Größe")
        _soak_named(session, SCHEMA, body, number)
        list_schemas(session, "title", session.name("Soak"), [], lacks=body["title"])
    for number in range(session.world.repeats):
        _soak_named(session, CLASS, class_body(session, f"Soak class {number} · Größe"), number)
    kept = session.call("createClass", body=class_body(session, "Soak class"), step="soak-class")
    adhoc = str(session.take(kept, "/$id"))
    for number in range(session.world.repeats):
        body = schema_body(session, f"Soak ad hoc schema {number}")
        body |= {"allOf": [{"$ref": adhoc}], "meta:class": adhoc}
        _soak_named(session, SCHEMA, body, number)


def _soak_named(session: Session, kind: Kind, body: dict[str, Any], number: int) -> None:
    made = session.call(kind.create(), body=body, step=f"soak-{kind.name}")
    _soak(session, kind, str(session.take(made, "/meta:altId")), number)


@probe("soak-data", "catalog.*", "data-prep.*", also=("*",), repeats=True)
def soak_data(session: Session) -> None:
    half = stored(session)
    second = session.call(
        "createSchema", body=schema_body(session, "soak second"), step="soak-second"
    )
    newer = str(session.take(second, "/$id"))
    make_data_set(session, newer, "soak another", step="soak-another-data-set")
    for number in range(session.world.repeats):
        schema = newer if number % 3 else half.schema
        name = f"Soak Dataset {number} · Größe"
        made = make_data_set(session, schema, name, step="soak-data-set")
        session.call(
            "listDataSets", query={"limit": "1"}, notes={"limit": 1}, step="soak-data-sets"
        )
        session.call("getDataSet", half.data_set, step="soak-older-data-set-read")
        _soak(session, DATA_SET, made, number)
        session.call("getMappingSet", half.mapping, step="soak-mapping-set-read")
        session.call("listMappingSets", query={"limit": "1", "start": "0"}, step="soak-mappings")


def _soak(session: Session, kind: Kind, identifier: str, number: int) -> None:
    for _ in range(1 + number % 3):
        session.call(kind.get(), identifier, step=f"soak-{kind.name}-read")
    session.call(kind.delete(), identifier, step=f"soak-{kind.name}-delete")
    session.call(kind.get(), identifier, case=kind.row(kind.gone), step=f"soak-{kind.name}-gone")


@probe(
    "soak-reads",
    "flow-service.connection-specs.*",
    "flow-service.runs.*",
    also=("*",),
    repeats=True,
)
def soak_reads(session: Session) -> None:
    source, half = table_source(session), lake(session)
    flow, other = (
        make(session, FLOW, table_flow(session, name, source, half, schedule()))
        for name in ("soak runs", "soak other runs")
    )
    idle = make(session, FLOW, destination(session).flow(session, "soak idle"))
    for one in (flow, other, idle):
        settled(session, one)
    spec = session.world.connectors["stripe"]["connectionSpec"]["id"]
    account = make(session, CONNECTION, account_body(session, "soak account"))
    reads: tuple[tuple[str, dict[str, Any]], ...] = (
        ("listConnectionSpecs", {"query": {"property": f'id=="{spec}"'}}),
        ("listFlowSpecs", {"query": {"property": 'name=="CRMToAEP"'}}),
        ("getFlowSpec", {"id": DESTINATION_FLOW["id"]}),
        ("listRuns", {"query": {"property": f"flowId=={flow}"}}),
        ("listRuns", {"query": {"property": f"flowId=={other}"}}),
        ("listRuns", {"query": {"property": f"flowId=={idle}"}}),
        ("listConnectionSpecs", {}),
        *[("getConnectionSpec", {"id": spec})] * SPOILT,
    )
    for operation, call in reads:
        for _ in range(session.world.repeats):
            session.call(operation, step=f"soak-{operation}", **call)
    for _ in range(session.world.repeats):
        session.call("testConnection", account, step="soak-test", halts=False)
        session.call("exploreConnection", account, query=REST, step="soak-explore")
    unknown = FLOW.row("unknown-action-is-refused")
    for number in range(session.world.repeats):
        for action, state in (("disable", "disabled"), ("enable", "enabled")):
            act(session, flow, action, state)
            for neighbour in (other, idle):
                read_one(session, FLOW, neighbour)
        if number % 3 == 1:  # never in step with a fault that counts
            put_once(session, unknown, "actOnFlow", flow, query={"op": "explode"})


@probe("soak-tokens", "ims.*", needs_setting="client_secret", also=("*",), repeats=True)
def soak_tokens(session: Session) -> None:
    call, use = partial(session.call, "listConnections", query={"limit": "1"}), "use-soaked-token"
    fetch = partial(session.call_form, "fetchToken", client_form(session), step="soak-token")
    fetch()
    for _ in range(session.world.repeats):
        earlier = {"Authorization": f"Bearer {session.last_token}"}
        fetch()
        issued = {"Authorization": f"Bearer {session.last_token}"}
        for headers, note in ((issued, "issued"), (earlier, "earlier")):
            call(headers=headers, notes={note: True}, step=use, case=f"({note} token)")
    for _ in range(session.world.repeats * SPOILT):
        fetch()
