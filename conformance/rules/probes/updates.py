"""Probes of updates: those that must be refused, and that nothing has changed after them."""

import threading
from typing import Any

from conformance.engine.client import Client
from conformance.engine.exchange import Exchange
from conformance.engine.kinds import CONNECTION, FLOW, SOURCE, TARGET, Kind
from conformance.engine.session import Session
from conformance.rules.probes.kit import (
    UNKNOWN,
    Destination,
    account_body,
    destination,
    etag_of,
    make,
    settled,
)
from conformance.rules.probes.registry import probe, put

LONG_TEXT = 'Größe · 데이터 흐름 · données · ☂ \\ " / ~ 中文 ' * 40


def _describe(text: str) -> list[dict[str, Any]]:
    return [{"op": "add", "path": "/description", "value": text}]


def _read(session: Session, kind: Kind, identifier: str, **notes: Any) -> Exchange:
    return session.call(kind.get(), identifier, step=f"read-{kind.name}", notes=notes)


def change(
    session: Session, kind: Kind, before: Exchange, operations: list[dict[str, Any]], **notes: Any
) -> Exchange:
    """Patch what was just read with its own etag, and read it again."""
    identifier = before.path["id"]
    if kind is FLOW:
        before = (
            settled(session, identifier) if before.at("/items/0/state") != "enabled" else before
        )
    headers = {"If-Match": etag_of(session, before)}
    session.call(
        kind.update(), identifier, body=operations, headers=headers, step="update", notes=notes
    )
    return settled(session, identifier) if kind is FLOW else _read(session, kind, identifier)


def refuse_updates(session: Session, kind: Kind, first: Exchange, foreign: str) -> Exchange:
    """Every refusal of an update, after one that succeeds; returns the last read."""
    identifier, stale = first.path["id"], etag_of(session, first)
    current = change(session, kind, first, _describe("Changed by a probe"))
    etag = etag_of(session, current)
    patch = _describe("Must not be stored")
    for statement, if_match in (
        ("update-with-stale-etag-is-refused", stale),
        ("update-with-foreign-etag-is-refused", foreign),
        ("update-with-unquoted-etag-is-refused", etag.strip('"')),
        ("update-with-garbage-etag-is-refused", '"never-an-etag"'),
    ):
        if if_match != etag:
            put(
                session,
                kind.row(statement),
                kind.update(),
                identifier,
                body=patch,
                headers={"If-Match": if_match},
            )
    put(
        session,
        kind.row("update-without-if-match-is-refused"),
        kind.update(),
        identifier,
        body=patch,
    )
    unsupported = [{"op": "increment", "path": "/description", "value": "x"}]
    put(
        session,
        kind.row("unsupported-patch-operation-is-refused"),
        kind.update(),
        identifier,
        body=unsupported,
        headers={"If-Match": etag},
    )
    return _read(session, kind, identifier)


def missing_ones(session: Session, kind: Kind) -> None:
    """Reads, updates and deletes of what never existed."""
    put(session, kind.row("unknown-identifier-is-not-found"), kind.get(), UNKNOWN)
    headers = {"If-Match": '"never-an-etag"'}
    put(
        session,
        kind.row("update-of-unknown-identifier-is-not-found"),
        kind.update(),
        UNKNOWN,
        body=_describe("x"),
        headers=headers,
    )
    put(session, kind.row("delete-of-unknown-identifier-is-not-found"), kind.delete(), UNKNOWN)


def there_and_back(session: Session, kind: Kind, read: Exchange) -> Exchange:
    """Two changes and the way back, so that an etag that returns is seen (A-B-A)."""
    if session.wants(kind.row("etag-never-returns")):
        for text in ("A", "B", "A"):
            read = change(session, kind, read, _describe(text))
    return read


@probe(
    "connection-updates",
    "flow-service.connections.*update*",
    "flow-service.connections.*etag*",
    "flow-service.connections.refused-*",
    "flow-service.connections.unsupported-*",
    "flow-service.connections.unknown-identifier-*",
    "flow-service.connections.*unknown-identifier*",
    "flow-service.connections.test-*",
    "gateway.errors.*",
)
def connection_updates(session: Session) -> None:
    other = make(session, CONNECTION, account_body(session, "probe other account"))
    first = make(session, CONNECTION, account_body(session, "probe account"))
    foreign = etag_of(session, _read(session, CONNECTION, other))
    read = refuse_updates(session, CONNECTION, _read(session, CONNECTION, first), foreign)
    there_and_back(session, CONNECTION, read)
    missing_ones(session, CONNECTION)
    if session.wants(CONNECTION.row("test-answers-result")):
        session.call("testConnection", first, step="test", halts=False)


PART_ROWS = (
    "update-answers-*",
    "update-changes-*",
    "update-returns-*",
    "update-stores-*",
    "update-leaves-*",
    "update-w*",
    "update-of-*",
    "etag-*",
    "refused-*",
    "unsupported-*",
    "*unknown-identifier*",
)


@probe(
    "part-updates",
    *(kind.row(glob) for kind in (SOURCE, TARGET) for glob in PART_ROWS),
    "gateway.errors.*",
)
def part_updates(session: Session) -> None:
    chain = destination(session)
    _part(session, SOURCE, chain.source, chain)
    _part(session, TARGET, chain.target, chain)


def _part(session: Session, kind: Kind, identifier: str, chain: Destination) -> None:
    read = _read(session, kind, identifier)
    foreign = etag_of(session, _read(session, CONNECTION, chain.account))
    read = refuse_updates(session, kind, read, foreign)
    there_and_back(session, kind, read)
    missing_ones(session, kind)


def _segment(name: str) -> dict[str, Any]:
    return {
        "type": "PLATFORM_SEGMENT",
        "value": {
            "id": f"72ddd79b-6b0a-4e97-a8d2-112ccd81bd{len(name):02d}",
            "name": name,
            "description": "",
        },
    }


def _attribute(path: str) -> dict[str, Any]:
    return {"type": "JSON_PATH", "value": {"operator": "EXISTS", "path": path}}


SEGMENTS = "/transformations/0/params/segmentSelectors/selectors"
PROFILES = "/transformations/0/params/profileSelectors/selectors"


def _add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


PATCHES: tuple[tuple[str, list[dict[str, Any]]], ...] = (
    (
        "patch-adds-at-the-end",
        [_add(f"{SEGMENTS}/-", _segment("Zulu")), _add(f"{SEGMENTS}/-", _segment("alpha"))],
    ),
    ("patch-adds-at-an-index", [_add(f"{SEGMENTS}/1", _segment("Middle"))]),
    (
        "patch-applies-operations-in-order",
        [
            _add(f"{PROFILES}/-", _attribute("person.lastName")),
            _add(f"{PROFILES}/0", _attribute("personalEmail.address")),
            {"op": "replace", "path": f"{PROFILES}/0/value/path", "value": "Person.Name.FirstName"},
        ],
    ),
    (
        "patch-replaces-a-value",
        [{"op": "replace", "path": f"{SEGMENTS}/0/value/name", "value": "Männer über 50"}],
    ),
    ("patch-removes-a-value", [{"op": "remove", "path": f"{SEGMENTS}/0"}]),
    ("long-and-foreign-text-is-kept", _describe(LONG_TEXT)),
)


@probe(
    "flow-patches",
    "flow-service.flows.patch-*",
    "flow-service.flows.long-*",
    "flow-service.flows.update-stores-*",
    "flow-service.flows.update-leaves-*",
    "gateway.errors.*",
)
def flow_patches(session: Session) -> None:
    chain = destination(session)
    read = settled(session, make(session, FLOW, chain.flow(session, "probe patches")))
    for name, operations in PATCHES:
        if session.wants(FLOW.row(name)) or name in (
            "patch-adds-at-the-end",
            "patch-applies-operations-in-order",
        ):
            read = change(session, FLOW, read, operations, patch=name)
    headers = {"If-Match": etag_of(session, read)}
    flow = read.path["id"]
    half = [
        _add(f"{SEGMENTS}/-", _segment("Half")),
        {"op": "replace", "path": "/name", "value": session.name("half")},
    ]
    failing = [*half, {"op": "remove", "path": "/transformations/0/params/nowhere/0"}]
    put(
        session,
        FLOW.row("patch-is-applied-whole-or-not-at-all"),
        "updateFlow",
        flow,
        body=failing,
        headers=headers,
    )
    missing = [{"op": "remove", "path": "/transformations/7"}]
    put(
        session,
        FLOW.row("patch-of-missing-path-is-refused"),
        "updateFlow",
        flow,
        body=missing,
        headers=headers,
    )
    read = settled(session, flow)
    if session.wants(FLOW.row("patch-reads-escaped-pointers")):
        _escaped(session, read)


def _escaped(session: Session, read: Exchange) -> None:
    operations = [_add(f"{PROFILES}/0/value/a~1b~0c", "x")]
    requirement = FLOW.row("patch-reads-escaped-pointers")
    exchange = put(
        session,
        requirement,
        "updateFlow",
        read.path["id"],
        body=operations,
        headers={"If-Match": etag_of(session, read)},
    )
    if exchange is not None and exchange.status < 300:
        _read(session, FLOW, read.path["id"], escaped="/items/0" + PROFILES + "/0/value/a~1b~0c")


@probe(
    "flow-preconditions",
    "flow-service.flows.*update*",
    "flow-service.flows.*etag*",
    "flow-service.flows.refused-*",
    "flow-service.flows.unsupported-*",
    "flow-service.flows.*unknown-identifier*",
    "flow-service.flows.winning-*",
    "flow-service.flows.*-action-*",
    "flow-service.flows.disable-*",
    "gateway.errors.*",
)
def flow_preconditions(session: Session) -> None:
    chain = destination(session)
    flow = make(session, FLOW, chain.flow(session, "probe preconditions"))
    read = settled(session, flow)
    foreign = etag_of(session, _read(session, CONNECTION, chain.account))
    read = refuse_updates(session, FLOW, read, foreign)
    read = there_and_back(session, FLOW, read)
    missing_ones(session, FLOW)
    race(session, read)
    if session.wants(FLOW.row("disable-and-enable-change-the-state")):
        _act(session, flow, "disable", "disabled")
        _act(session, flow, "enable", "enabled")
    put(session, FLOW.row("unknown-action-is-refused"), "actOnFlow", flow, query={"op": "explode"})


def _act(session: Session, flow: str, action: str, state: str) -> None:
    session.call("actOnFlow", flow, query={"op": action}, step=action)
    read = session.poll(
        lambda: session.call("getFlow", flow, step=f"read-{state}", case=f"(becoming {state})"),
        lambda exchange: exchange.at("/items/0/state") == state,
        10.0,
    )
    _read(session, FLOW, read.path["id"], **{"wanted-state": state})


def race(session: Session, read: Exchange) -> None:
    """Several writers with one etag, released together; more of them in the full profile."""
    requirement = FLOW.row("concurrent-updates-have-one-winner")
    if not session.wants(requirement):
        return
    thorough = session.wants(FLOW.row("update-with-garbage-etag-is-refused"))
    clients = [session.world.client.fork() for _ in range(6)]
    for client in clients:
        session.call(
            "listConnections",
            query={"limit": "1"},
            step="open-connection",
            client=client,
            halts=False,
        )
    for number, writers in enumerate((2, 3, 4, 5, 6, 6, 6, 6) if thorough else (6, 6), start=1):
        _release(session, read, clients[:writers], f"round-{number}", requirement)
        settled(session, read.path["id"])
        read = _read(session, FLOW, read.path["id"], **{"after-race": f"round-{number}"})


def _release(
    session: Session, read: Exchange, clients: list[Client], label: str, requirement: str
) -> None:
    barrier = threading.Barrier(len(clients))
    headers = {"If-Match": etag_of(session, read)}

    def write(number: int, client: Client) -> None:
        barrier.wait()
        session.call(
            "updateFlow",
            read.path["id"],
            body=_describe(f"{label} writer {number}"),
            headers=headers,
            case=requirement,
            step=label,
            client=client,
            notes={"race": label},
        )

    threads = [threading.Thread(target=write, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
