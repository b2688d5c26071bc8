"""The probe of flow updates: patches, preconditions, races, actions, lists."""

from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import CONNECTION, FLOW
from conformance.engine.session import Session
from conformance.rules.probes.changes import (
    change,
    describe,
    missing_ones,
    refuse_updates,
    there_and_back,
)
from conformance.rules.probes.kit import destination, etag_of, make, read_one, settled
from conformance.rules.probes.lists import LIST_ROWS, list_often, probe_list
from conformance.rules.probes.race import race
from conformance.rules.probes.registry import probe, put
from conformance.rules.probes.updates import SEEN_EVERYWHERE, UPDATE_ROWS, rows_of

LONG_TEXT = 'Größe · 데이터 흐름 · ☂ 😀 e\u0301 \\ " / ~ 中文\r\n\t' * 40


def segment(name: str) -> dict[str, Any]:
    """A selector of a segment (S2:430)."""
    return {
        "type": "PLATFORM_SEGMENT",
        "value": {
            "id": f"72ddd79b-6b0a-4e97-a8d2-112ccd81bd{len(name):02d}",
            "name": name,
            "description": "",
        },
    }


def bare_segment(name: str) -> dict[str, Any]:
    """The same without a description."""
    bare = segment(name)
    del bare["value"]["description"]
    return bare


def attribute(path: str) -> dict[str, Any]:
    """A selector of an attribute."""
    return {"type": "JSON_PATH", "value": {"operator": "EXISTS", "path": path}}


SEGMENTS = "/transformations/0/params/segmentSelectors/selectors"
PROFILES = "/transformations/0/params/profileSelectors/selectors"


def add(path: str, value: Any) -> dict[str, Any]:
    """The operation that adds a value at a place, after the last where that is `-`."""
    return {"op": "add", "path": path, "value": value}


NEEDED_PATCHES = ("patch-adds-at-the-end", "patch-applies-operations-in-order")
PATCHES: tuple[tuple[str, list[dict[str, Any]]], ...] = (
    (
        "patch-adds-at-the-end",
        [add(f"{SEGMENTS}/-", segment("Zulu")), add(f"{SEGMENTS}/-", segment("alpha"))],
    ),
    ("patch-adds-at-an-index", [add(f"{SEGMENTS}/1", segment("Middle"))]),
    (
        "patch-applies-operations-in-order",
        [
            add(f"{PROFILES}/-", attribute("person.lastName")),
            add(f"{PROFILES}/-", attribute("Person.Name.FirstName")),
            {"op": "remove", "path": f"{SEGMENTS}/0"},
            add(f"{SEGMENTS}/0", segment("In place")),
            {"op": "replace", "path": "/description", "value": "first"},
            {"op": "replace", "path": "/description", "value": "second"},
        ],
    ),
    (
        "patch-replaces-a-value",
        [
            {"op": "replace", "path": f"{SEGMENTS}/0/value/name", "value": "Männer über 50"},
            {"op": "replace", "path": f"{PROFILES}/0", "value": attribute("mobilePhone.number")},
            {"op": "replace", "path": "/description", "value": "Replaced"},
        ],
    ),
    (
        "patch-replaces-a-whole-object",
        [{"op": "replace", "path": f"{SEGMENTS}/0", "value": bare_segment("No description")}],
    ),
    ("patch-removes-a-value", [{"op": "remove", "path": f"{SEGMENTS}/0"}]),
    ("long-and-foreign-text-is-kept", describe(LONG_TEXT)),
)


@probe(
    "flows",
    *rows_of(FLOW, *UPDATE_ROWS, *LIST_ROWS, "patch-*", "long-*", "concurrent-*", "winning-*"),
    *rows_of(FLOW, "disable-*", "*-action-*", "action-*"),
    also=("gateway.sandbox.entities-*", *SEEN_EVERYWHERE),
)
def flows(session: Session) -> None:
    chain = destination(session)
    read = settled(session, make(session, FLOW, chain.flow(session, "probe updates")))
    read = _patches(session, read)
    foreign = etag_of(session, read_one(session, CONNECTION, chain.account))
    read = refuse_updates(session, FLOW, read, foreign)
    read = there_and_back(session, FLOW, read)
    missing_ones(session, FLOW)
    _elsewhere(session, read.path["id"])
    race(session, FLOW, read)
    _actions(session, read.path["id"])
    probe_list(session, FLOW, chain.flow(session, "probe list"))


def _patches(session: Session, read: Exchange) -> Exchange:
    flow = read.path["id"]
    for name, operations in PATCHES:
        if session.wants(FLOW.row(name)) or name in NEEDED_PATCHES:
            read = change(session, FLOW, read, operations, patch=name)
    if session.wants(FLOW.row("patch-reads-escaped-pointers")):
        escaped(session, read)
        read = settled(session, flow)
    read = equal(session, read)
    headers = {"If-Match": etag_of(session, read)}
    half = [
        add(f"{SEGMENTS}/-", segment("Half")),
        {"op": "replace", "path": "/name", "value": session.name("half")},
    ]
    failing = [*half, {"op": "remove", "path": "/transformations/0/params/nowhere/0"}]
    whole = FLOW.row("patch-is-applied-whole-or-not-at-all")
    for _ in range(session.world.repeats):
        put(session, whole, "updateFlow", flow, body=failing, headers=headers)
    missing = [{"op": "remove", "path": "/transformations/7"}]
    nowhere = FLOW.row("patch-of-missing-path-is-refused")
    headers = {"If-Match": etag_of(session, settled(session, flow))}
    put(session, nowhere, "updateFlow", flow, body=missing, headers=headers)
    return settled(session, flow)


def escaped(session: Session, read: Exchange, index: int = 0) -> None:
    """Add a member whose name has a slash and a tilde (RFC 6901:4) to an attribute, and read it back."""
    place = f"{PROFILES}/{index}/value/a~1b~01c"
    requirement = FLOW.row("patch-reads-escaped-pointers")
    exchange = put(
        session,
        requirement,
        "updateFlow",
        read.path["id"],
        body=[add(place, "x")],
        headers={"If-Match": etag_of(session, read)},
    )
    if exchange is not None and exchange.status < 300:
        read_one(session, FLOW, read.path["id"], escaped=f"/items/0{place}")


def equal(session: Session, read: Exchange, path: str = "person.birthDate") -> Exchange:
    """Add an attribute twice; returns the flow as it was, or the last read of it."""
    requirement = FLOW.row("patch-adds-an-equal-value")
    twin = add(f"{PROFILES}/-", attribute(path))
    headers = {"If-Match": etag_of(session, read)}
    flow = read.path["id"]
    exchange = put(session, requirement, "updateFlow", flow, body=[twin, twin], headers=headers)
    if exchange is None:
        return read
    settled(session, flow)
    return read_one(session, FLOW, flow, twice=twin["value"]) if exchange.status < 300 else read


def _elsewhere(session: Session, flow: str) -> None:
    other = session.world.settings.other_sandbox
    if other and session.wants("gateway.sandbox.references-stay-in-their-sandbox"):
        kept_apart = "gateway.sandbox.entities-stay-in-their-sandbox"
        put(session, kept_apart, "getFlow", flow, sandbox=other)


def _actions(session: Session, flow: str) -> None:
    if session.wants(FLOW.row("disable-and-enable-change-the-state")):
        act(session, flow, "disable", "disabled")
        stale = _update_as_it_is(session, flow, "Disabled")
        if read_one(session, FLOW, flow).at("/items/0/state") == "disabled":
            act(session, flow, "enable", "enabled")
            stale = _update_as_it_is(session, flow, "Enabled again")
        headers, query = {"If-Match": stale}, {"op": "disable"}
        requirement = FLOW.row("action-with-stale-etag-is-refused")
        put(session, requirement, "actOnFlow", flow, query=query, headers=headers)
    unknown = FLOW.row("unknown-action-is-refused")
    put(session, unknown, "actOnFlow", flow, query={"op": "explode"})


def _update_as_it_is(session: Session, flow: str, text: str) -> str:
    """Update a flow whose state was changed, which keeps its state, and list it; returns its etag before."""
    read = read_one(session, FLOW, flow)
    for number in range(session.world.repeats):
        etag = etag_of(session, read)
        headers, said = {"If-Match": etag}, f"{text} {number}"
        patch = [*describe(said), add(f"{SEGMENTS}/-", segment(said))]
        session.call("updateFlow", flow, body=patch, headers=headers, step="update")
        read = read_one(session, FLOW, flow)
    name = str(session.take(read, "/items/0/name"))
    list_often(session, FLOW, [name], lists=[flow], named=name)
    stale, patch = FLOW.row("update-with-stale-etag-is-refused"), describe("Must not be stored")
    put(session, stale, "updateFlow", flow, body=patch, headers=headers)
    return etag


def act(session: Session, flow: str, action: str, state: str) -> None:
    """Enable or disable a flow, and read it in the state that it must come to."""
    session.call("actOnFlow", flow, query={"op": action}, step=action)
    read = session.poll(
        lambda: session.call("getFlow", flow, step=f"read-{state}", case=f"(becoming {state})"),
        lambda exchange: exchange.at("/items/0/state") == state,
        10.0,
    )
    read_one(session, FLOW, read.path["id"], **{"wanted-state": state})
