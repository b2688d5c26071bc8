"""Creates that must be refused, each one member away from a create that succeeds, and what deletes must respect."""

from functools import partial
from typing import Any

from conformance.engine.kinds import CONNECTION, FLOW, SOURCE, TARGET
from conformance.engine.removal import remove
from conformance.engine.session import Session
from conformance.rules.probes.kit import (
    DATA_LAKE,
    REST,
    UNKNOWN,
    account_body,
    destination,
    lake,
    make,
    settled,
    table_flow,
    table_source,
)
from conformance.rules.probes.lists import expect_none_named
from conformance.rules.probes.registry import probe, put
from conformance.rules.specs import accepts

Body = dict[str, Any]
START = "1567411548"


def without(body: Body, *members: str) -> Body:
    """A body that lacks some members."""
    return {k: v for k, v in body.items() if k not in members}


@probe(
    "connection-creates",
    "flow-service.connections.*-spec-*",
    "flow-service.connections.missing-*",
    "flow-service.connections.explore-*",
    "flow-service.connections.refused-create-*",
)
def connection_creates(session: Session) -> None:
    body = account_body(session, "probe creates")
    account = make(session, CONNECTION, body)
    body = {**body, "name": session.name("refused account")}
    for statement, wrong in (
        ("missing-spec-is-refused", without(body, "connectionSpec")),
        ("unknown-spec-is-refused", {**body, "connectionSpec": {"id": UNKNOWN, "version": "1.0"}}),
        (
            "unknown-auth-spec-is-refused",
            {**body, "auth": {**body["auth"], "specName": "No Such Authentication"}},
        ),
        ("missing-name-is-refused", without(body, "name")),
    ):
        put(session, CONNECTION.row(statement), "createConnection", body=wrong)
    _without_credentials(session, {**body, "auth": {**body["auth"], "params": {}}})
    expect_none_named(session, CONNECTION, body["name"])
    session.call("exploreConnection", account, query=REST, step="explore")
    put(
        session,
        CONNECTION.row("explore-without-parameters-is-refused"),
        "exploreConnection",
        account,
    )


def _without_credentials(session: Session, body: Body) -> None:
    """Leave out the credentials, if the auth spec of the target requires any (facts:141)."""
    requirement = CONNECTION.row("missing-auth-params-are-refused")
    if not session.wants(requirement):
        return
    spec = session.call("getConnectionSpec", body["connectionSpec"]["id"], step="read-auth-spec")
    offered = spec.at("/items/0/authSpec")
    for one in offered if isinstance(offered, list) else []:
        if one.get("name") == body["auth"]["specName"] and accepts(one.get("spec"), {}) is False:
            put(session, requirement, "createConnection", body=body)


@probe(
    "part-creates",
    "flow-service.source-connections.*-is-*",
    "flow-service.target-connections.*",
    "flow-service.source-connections.description-*",
)
def part_creates(session: Session) -> None:
    chain = destination(session)
    source = {
        "name": session.name("probe part"),
        "connectionSpec": {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"},
        "baseConnectionId": chain.store,
        "data": {"format": "json"},
        "params": {},
    }
    for kind, body in ((SOURCE, source), (TARGET, chain.target_body)):
        for statement, wrong in (
            ("missing-spec-is-refused", without(body, "connectionSpec")),
            (
                "unknown-spec-is-refused",
                {**body, "connectionSpec": {"id": UNKNOWN, "version": "1.0"}},
            ),
            ("unknown-base-connection-is-refused", {**body, "baseConnectionId": UNKNOWN}),
        ):
            put(session, kind.row(statement), kind.create(), body=wrong)
        put(
            session,
            kind.row("description-is-optional"),
            kind.create(),
            body=without(body, "description"),
        )
    put(
        session,
        SOURCE.row("missing-name-is-refused"),
        "createSourceConnection",
        body=without(source, "name"),
    )
    put(
        session,
        TARGET.row("data-lake-needs-a-data-set"),
        "createTargetConnection",
        body={
            "name": session.name("probe no dataset"),
            "connectionSpec": DATA_LAKE,
            "data": {"format": "parquet_xdm"},
            "params": {},
        },
    )
    for kind, identifier in ((TARGET, chain.target), (SOURCE, chain.source)):
        remove(session, kind, identifier, step=f"delete-{kind.name}")
        put(session, kind.row("deleted-one-is-gone"), kind.get(), identifier)


def schedule(**members: Any) -> Body:
    """A lawful schedule with some members replaced."""
    return {"startTime": START, "frequency": "minute", "interval": "15", **members}


SCHEDULES: tuple[tuple[str, Body], ...] = (
    ("minute-interval-below-fifteen-is-refused", schedule(interval="14")),
    ("zero-interval-is-refused", schedule(frequency="day", interval="0")),
    ("unknown-frequency-is-refused", schedule(frequency="fortnight")),
    ("missing-start-time-is-refused", without(schedule(), "startTime")),
    ("missing-frequency-is-answered", without(schedule(), "frequency")),
    ("hour-interval-of-one-is-answered", schedule(frequency="hour", interval="1")),
    ("once-without-interval-is-answered", {"startTime": START, "frequency": "once"}),
    ("minute-interval-of-fifteen-is-accepted", schedule()),
)


@probe(
    "flow-creates",
    "flow-service.flows.*-is-refused",
    "flow-service.flows.refused-create-*",
    "flow-service.flows.*-is-accepted",
    "flow-service.flows.*-is-answered",
    "flow-service.flows.description-*",
    "flow-service.connections.connection-in-use-*",
    "flow-service.runs.*",
)
def flow_creates(session: Session) -> None:
    source, half = table_source(session), lake(session)
    body = table_flow(session, "probe creates", source, half, schedule())
    flow = make(session, FLOW, body)
    settled(session, flow)
    refused = {**body, "name": session.name("refused flow")}
    for statement, wrong in _wrong_flows(refused):
        put(session, FLOW.row(statement), "createFlow", body=wrong)
    _foreign_spec(session, refused)
    expect_none_named(session, FLOW, refused["name"])
    if session.wants(FLOW.row("missing-name-is-refused")):
        numbers = {"startTime": int(START), "frequency": "minute", "interval": 15}
        tried = {**body, "name": session.name("probe numbers"), "scheduleParams": numbers}
        put_lawful_flow(session, "minute-interval-of-fifteen-is-accepted", tried)
    for statement, timing in (*SCHEDULES, ("description-is-optional", schedule())):
        tried = {
            **(without(body, "description") if statement == "description-is-optional" else body),
            "name": session.name(f"probe {statement}"),
            "scheduleParams": timing,
        }
        put(session, FLOW.row(statement), "createFlow", body=tried)
    _runs(session)
    account = next(c.id for c in session.created if c.resource == "connection")
    in_use = put(
        session, CONNECTION.row("connection-in-use-is-not-deleted"), "deleteConnection", account
    )
    if in_use is not None and in_use.status >= 400:
        session.call("getConnection", account, step="read-account")
    _refused_patch(session, flow)
    _deleted_source(session, body, source, flow)


def put_lawful_flow(session: Session, statement: str, body: Body) -> None:
    """Create a flow that a statement allows, often where a run asks so; one of them stays."""
    for number in range(session.world.repeats):
        made = put(session, FLOW.row(statement), "createFlow", body=body)
        if made is not None and number and isinstance(made.at("/id"), str):
            remove(session, FLOW, made.at("/id"), step="delete-flow")


def _foreign_spec(session: Session, refused: Body) -> None:
    """A flow of the table spec from a REST source, and one to a destination."""
    requirement = FLOW.row("foreign-connection-spec-is-refused")
    if session.wants(requirement):
        account = account_body(session, "probe foreign account")
        part = {
            "name": session.name("probe foreign source"),
            "connectionSpec": account["connectionSpec"],
            "baseConnectionId": make(session, CONNECTION, account),
            "data": {"format": "json"},
            "params": {"resourcePath": "charges"},
        }
        foreign = {**refused, "sourceConnectionIds": [make(session, SOURCE, part)]}
        put(session, requirement, "createFlow", body=foreign)
        outward = {**refused, "targetConnectionIds": [destination(session).target]}
        put(session, requirement, "createFlow", body=outward)


def _runs(session: Session) -> None:
    for flow in [c.id for c in session.created if c.resource == "flow"][:2]:
        query = {"property": f"flowId=={flow}"}
        read = partial(session.call, "listRuns", query=query, step="list-runs")
        listed = session.poll(read, lambda exchange: bool(exchange.at("/items")), 1.0)
        run = listed.at("/items/0/id")
        for _ in range(session.world.repeats if isinstance(run, str) else 0):
            if session.wants("flow-service.runs.run-is-readable"):
                session.call("getRun", run, step="read-run", halts=False)


def _wrong_flows(body: Body) -> list[tuple[str, Body]]:
    copy_without_column = [{"name": "Copy", "params": {}}, body["transformations"][1]]
    nameless = [without(one, "name") for one in body["transformations"]]
    return [
        ("missing-flow-spec-is-refused", without(body, "flowSpec")),
        ("unknown-flow-spec-is-refused", {**body, "flowSpec": {"id": UNKNOWN, "version": "1.0"}}),
        ("missing-source-connection-is-refused", without(body, "sourceConnectionIds")),
        ("missing-target-connection-is-refused", without(body, "targetConnectionIds")),
        ("missing-name-is-refused", without(body, "name")),
        ("unknown-source-connection-is-refused", {**body, "sourceConnectionIds": [UNKNOWN]}),
        ("unknown-target-connection-is-refused", {**body, "targetConnectionIds": [UNKNOWN]}),
        ("state-in-create-is-refused", {**body, "state": "enabled"}),
        ("missing-delta-column-is-refused", {**body, "transformations": copy_without_column}),
        ("transformation-without-name-is-refused", {**body, "transformations": nameless}),
    ]


def _refused_patch(session: Session, flow: str) -> None:
    requirement = FLOW.row("invalid-schedule-patch-is-refused")
    if session.wants(requirement):
        etag = str(session.take(settled(session, flow), "/items/0/etag"))
        patch = [{"op": "replace", "path": "/scheduleParams/interval", "value": "0"}]
        put(session, requirement, "updateFlow", flow, body=patch, headers={"If-Match": etag})
        session.call("getFlow", flow, step="read-flow")


def _deleted_source(session: Session, body: Body, source: str, flow: str) -> None:
    requirement = FLOW.row("deleted-source-connection-is-refused")
    if session.wants(requirement):
        remove(session, FLOW, flow, step="delete-flow")
        for extra in [c for c in session.created if c.resource == "flow" and not c.deleted]:
            remove(session, FLOW, extra.id, step="delete-flow")
        remove(session, SOURCE, source, step="delete-source")
        put(
            session,
            requirement,
            "createFlow",
            body={**body, "name": session.name("probe deleted source")},
        )
