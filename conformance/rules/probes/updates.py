"""Probes of updates of base connections, source connections and target connections."""

from conformance.engine.kinds import CONNECTION, FLOW_SERVICE_KINDS, SOURCE, TARGET, Kind
from conformance.engine.session import Session
from conformance.rules.probes.changes import (
    change,
    missing_ones,
    refuse_updates,
    there_and_back,
)
from conformance.rules.probes.kit import (
    DATA_LAKE,
    PROFILE_STORE,
    Destination,
    account_body,
    destination,
    etag_of,
    make,
    read_one,
)
from conformance.rules.probes.lists import LIST_ROWS, probe_list
from conformance.rules.probes.race import race
from conformance.rules.probes.registry import probe, put

UPDATE_ROWS = (
    "update-answers-*",
    "update-changes-*",
    "update-returns-*",
    "update-stores-*",
    "update-leaves-*",
    "update-w*",
    "update-of-*",
    "update-advances-*",
    "etag-*",
    "same-etag-*",
    "refused-*",
    "unsupported-*",
    "patch-of-*",
    "patch-without-*",
    "*unknown-identifier*",
    "concurrent-*",
    "winning-*",
)


SEEN_EVERYWHERE = tuple(
    kind.row(statement)
    for kind in FLOW_SERVICE_KINDS
    for statement in (
        "create-stores-*",
        "created-ids-*",
        "dates-*",
        "organization-*",
        "read-*",
        "state-*",
        "update-date-*",
        "version-*",
        "location-*",
    )
)


def rows_of(kind: Kind, *globs: str) -> list[str]:
    """The globs as rows of a kind."""
    return [kind.row(glob) for glob in globs]


@probe(
    "connections",
    *rows_of(CONNECTION, *UPDATE_ROWS, *LIST_ROWS, "test-*", "change-of-*"),
    also=SEEN_EVERYWHERE,
)
def connections(session: Session) -> None:
    body = account_body(session, "probe account")
    other = make(session, CONNECTION, account_body(session, "probe other account"))
    first = make(session, CONNECTION, body)
    foreign = etag_of(session, read_one(session, CONNECTION, other))
    read = refuse_updates(session, CONNECTION, read_one(session, CONNECTION, first), foreign)
    race(session, CONNECTION, there_and_back(session, CONNECTION, read))
    if session.wants(CONNECTION.row("same-etag-means-same-content")):
        read = read_one(session, CONNECTION, first)
        renamed = [{"op": "replace", "path": "/name", "value": session.name("renamed account")}]
        change(session, CONNECTION, read, renamed)
        read_one(session, CONNECTION, other)
    missing_ones(session, CONNECTION)
    _other_spec(session)
    if session.wants(CONNECTION.row("test-answers-result")):
        session.call("testConnection", first, step="test", halts=False)
    probe_list(session, CONNECTION, body)


def _other_spec(session: Session) -> None:
    """Neither spec asks for credentials, so that nothing but the change is to be refused."""
    requirement = CONNECTION.row("change-of-connection-spec-is-refused")
    if session.wants(requirement):
        body = {"name": session.name("probe spec"), "connectionSpec": PROFILE_STORE}
        read = read_one(session, CONNECTION, make(session, CONNECTION, body))
        patch = [{"op": "replace", "path": "/connectionSpec", "value": DATA_LAKE}]
        headers = {"If-Match": etag_of(session, read)}
        identifier = read.path["id"]
        put(session, requirement, "updateConnection", identifier, body=patch, headers=headers)
        read_one(session, CONNECTION, identifier)


@probe(
    "part-updates",
    *rows_of(SOURCE, *UPDATE_ROWS),
    *rows_of(TARGET, *UPDATE_ROWS),
    also=SEEN_EVERYWHERE,
)
def part_updates(session: Session) -> None:
    chain = destination(session)
    _part(session, SOURCE, chain.source, chain)
    _part(session, TARGET, chain.target, chain)


def _part(session: Session, kind: Kind, identifier: str, chain: Destination) -> None:
    read_one(session, kind, identifier)
    read = read_one(session, kind, identifier)
    foreign = etag_of(session, read_one(session, CONNECTION, chain.account))
    read = refuse_updates(session, kind, read, foreign)
    read = there_and_back(session, kind, read)
    renamed = [{"op": "replace", "path": "/name", "value": session.name(f"renamed {kind.name}")}]
    race(session, kind, change(session, kind, read, renamed))
    missing_ones(session, kind)
