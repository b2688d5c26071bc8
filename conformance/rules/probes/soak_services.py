"""The lawful calls of the data services and the reads of the flow service many times over (full profile)."""

from typing import Any

from conformance.engine.kinds import CLASS, CONNECTION, DATA_SET, FLOW, SCHEMA, SOURCE, TARGET, Kind
from conformance.engine.removal import remove
from conformance.engine.session import Session
from conformance.rules.probes.creates import schedule
from conformance.rules.probes.data import class_body
from conformance.rules.probes.data_lists import list_schemas, pages
from conformance.rules.probes.flow_updates import act
from conformance.rules.probes.gateway import client_form
from conformance.rules.probes.kit import (
    DESTINATION_FLOW,
    REST,
    account_body,
    destination,
    lake,
    make,
    make_data_set,
    make_mapping_set,
    schema_body,
    settled,
    stored,
    table_flow,
    table_source,
)
from conformance.rules.probes.registry import probe


@probe("soak-registry", "schema-registry.*", also=("*",), repeats=True)
def soak_registry(session: Session) -> None:
    for number in range(session.world.repeats):
        session.call("getStats", step="soak-stats")
        body = schema_body(session, f"Soak schema {number} · Größe")
        _soak_named(session, SCHEMA, body, number)
        list_schemas(session, "title", session.name("Soak"), [], lacks=body["title"])
        body = class_body(session, f"Soak class {number} · Größe")
        made = session.call("createClass", body=body, step="soak-class")
        adhoc = str(session.take(made, "/$id"))
        body = schema_body(session, f"Soak ad hoc schema {number}")
        body |= {"allOf": [{"$ref": adhoc}], "meta:class": adhoc}
        _soak_named(session, SCHEMA, body, number)
        _soak(session, CLASS, str(session.take(made, "/meta:altId")), number)


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
        schema = newer if number % 2 else half.schema
        name = f"Soak Dataset {number} · Größe"
        made = make_data_set(session, schema, name, step="soak-data-set")
        session.call(
            "listDataSets", query={"limit": "1"}, notes={"limit": 1}, step="soak-data-sets"
        )
        _soak(session, DATA_SET, made, number)
        mapping = make_mapping_set(session, half.schema, step="soak-mapping-set")
        session.call("getMappingSet", mapping, step="soak-mapping-set-read")
        session.call("listMappingSets", query={"limit": "1", "start": "0"}, step="soak-mappings")
        if number % 5:  # never in step with a fault that counts
            pages(session, "listDataSets", "desc:created", created=[])


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
        ("listConnectionSpecs", {}),
    )
    listed = session.call("listRuns", query={"property": f"flowId=={flow}"}, step="soak-runs")
    run = listed.at("/items/0/id")
    for number in range(session.world.repeats):
        if isinstance(run, str):
            session.call("getRun", run, step="soak-run", halts=False)
        for operation, call in reads[
            : None if number % 2 else -1
        ]:  # never in step with a fault that counts
            session.call(operation, step=f"soak-{operation}", **call)
        session.call("testConnection", account, step="soak-test", halts=False)
        session.call("exploreConnection", account, query=REST, step="soak-explore")
    for _ in range(session.world.repeats // 2):
        for action, state in (("disable", "disabled"), ("enable", "enabled")):
            act(session, flow, action, state)


@probe(
    "soak-creates",
    "flow-service.*.create*",
    "flow-service.flows.*-echoed*",
    also=("*",),
    repeats=True,
)
def soak_creates(session: Session) -> None:
    """Creates that no other soak makes: of a table, of the data lake, and of a scheduled flow."""
    source, half = table_source(session), lake(session)
    flow = table_flow(session, "soak", source, half, schedule())
    for number in range(session.world.repeats):
        for kind, template in ((SOURCE, source), (TARGET, half.target)):
            body = next(e.sent for e in session.exchanges if e.at("/id") == template)
            own = {"name": session.name(f"Soak {number} · Größe"), "description": f"Größe {number}"}
            made = make(session, kind, {**body, **own})
            session.call(kind.get(), made, step=f"soak-{kind.name}-read")
            remove(session, kind, made, step=f"soak-{kind.name}-delete")
        made = make(session, FLOW, {**flow, "name": session.name(f"Soak flow {number} · Größe")})
        remove(session, FLOW, made, step="soak-flow-delete")


@probe("soak-tokens", "ims.*", needs_setting="client_secret", also=("*",), repeats=True)
def soak_tokens(session: Session) -> None:
    for _ in range(session.world.repeats):
        session.call_form("fetchToken", client_form(session), step="soak-token")
