"""Calls across the walls between two sandboxes."""

from conformance.engine.kinds import CONNECTION, SOURCE
from conformance.engine.session import Session
from conformance.rules.probes.changes import describe
from conformance.rules.probes.kit import (
    PROFILE_STORE,
    account_body,
    destination,
    etag_of,
    make,
    read_one,
    stored,
)
from conformance.rules.probes.registry import probe, put


@probe(
    "sandboxes",
    "gateway.sandbox.entities-*",
    "gateway.sandbox.references-*",
    "gateway.sandbox.resources-*",
    needs_setting="other_sandbox",
)
def sandboxes(session: Session) -> None:
    other = session.world.settings.other_sandbox
    body = account_body(session, "probe sandboxes")
    own = make(session, CONNECTION, body)
    session.call("getConnection", own, step="read-own")
    foreign = make(
        session,
        CONNECTION,
        {**body, "name": session.name("probe elsewhere")},
        sandbox=other,
        step="create-elsewhere",
    )
    requirement = "gateway.sandbox.entities-stay-in-their-sandbox"
    put(session, requirement, "getConnection", own, sandbox=other)
    notes = {"foreign": foreign}
    query = {"property": f'name=="{session.name("probe elsewhere")}"'}
    put(session, requirement, "listConnections", query=query, notes=notes)
    if session.wants("gateway.sandbox.references-stay-in-their-sandbox"):
        whole = {"limit": "100"}
        put(session, requirement, "listConnections", query=whole, notes=notes)
        notes = {"foreign": own}
        put(session, requirement, "listConnections", query=whole, notes=notes, sandbox=other)
        _changed_from(session, own, other)
        _resources(session, other)
    source = {
        "name": session.name("probe foreign source"),
        "baseConnectionId": foreign,
        "connectionSpec": body["connectionSpec"],
        "data": {"format": "json"},
        "params": {"resourcePath": "charges"},
    }
    put(
        session,
        "gateway.sandbox.references-stay-in-their-sandbox",
        "createSourceConnection",
        body=source,
    )
    if session.wants("gateway.sandbox.references-stay-in-their-sandbox"):
        _foreign_flow(session, other)


def _changed_from(session: Session, own: str, other: str | None) -> None:
    """Update and delete from another sandbox."""
    requirement = "gateway.sandbox.entities-are-not-changed-from-another"
    headers = {"If-Match": etag_of(session, read_one(session, CONNECTION, own))}
    patch = describe("From elsewhere")
    send = "updateConnection"
    put(session, requirement, send, own, body=patch, headers=headers, sandbox=other)
    put(session, requirement, "deleteConnection", own, sandbox=other)
    session.call("getConnection", own, step="read-own", case="(still there)")


def _resources(session: Session, other: str | None) -> None:
    """Read a schema under both its names, a dataset and a mapping set from another sandbox."""
    made = stored(session)
    alternate = "_" + ".".join(made.schema.split("/")[-3:])
    for operation, identifier in (
        ("getSchema", made.schema),
        ("getSchema", alternate),
        ("getDataSet", made.data_set),
        ("getMappingSet", made.mapping),
    ):
        requirement = "gateway.sandbox.resources-stay-in-their-sandbox"
        put(session, requirement, operation, identifier, sandbox=other)


def _foreign_flow(session: Session, other: str | None) -> None:
    """A flow from another sandbox's source connection."""
    store = {"name": session.name("probe foreign store"), "connectionSpec": PROFILE_STORE}
    source = {
        "name": session.name("probe foreign profiles"),
        "connectionSpec": PROFILE_STORE,
        "baseConnectionId": make(session, CONNECTION, store, sandbox=other),
        "data": {"format": "json"},
        "params": {},
    }
    body = destination(session).flow(session, "probe foreign flow")
    wrong = {**body, "sourceConnectionIds": [make(session, SOURCE, source, sandbox=other)]}
    requirement = "gateway.sandbox.references-stay-in-their-sandbox"
    put(session, requirement, "createFlow", body=wrong)
