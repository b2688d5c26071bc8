"""The same lawful calls many times over, to meet what is broken only now and then (full profile)."""

from functools import partial
from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import CONNECTION, FLOW, FLOW_SERVICE_KINDS, SOURCE, TARGET, Kind
from conformance.engine.session import Session
from conformance.rules.probes.changes import change, describe
from conformance.rules.probes.flow_updates import (
    PROFILES,
    SEGMENTS,
    add,
    attribute,
    bare_segment,
    segment,
)
from conformance.rules.probes.kit import account_body, destination, etag_of, make, read_one, settled
from conformance.rules.probes.lists import list_changed, list_named, part_body, touch_deleted
from conformance.rules.probes.registry import probe, put_once, until_gone

SOAKED = (
    "create-*",
    "created-*",
    "read-*",
    "version-*",
    "dates-*",
    "organization-*",
    "etag-*",
    "update-answers-*",
    "update-changes-*",
    "update-returns-*",
    "update-stores-*",
    "update-leaves-*",
    "delete-*",
    "deleted-one-is-gone",
    "*-of-deleted-one-is-not-found",
)


@probe(
    "soak",
    *(kind.row(glob) for kind in FLOW_SERVICE_KINDS for glob in SOAKED),
    also=("*",),
    repeats=True,
)
def soak(session: Session) -> None:
    chain = destination(session)
    bodies = {
        SOURCE: part_body(chain),
        TARGET: chain.target_body,
        CONNECTION: account_body(session, "soak"),
        FLOW: chain.flow(session, "soak"),
    }
    for kind, body in bodies.items():
        _soak(session, kind, body)


def _read_deleted(session: Session, kind: Kind, identifier: str) -> Exchange:
    row = kind.row("deleted-one-is-gone")
    return session.call(kind.get(), identifier, step="read-deleted", case=row)


def _soak(session: Session, kind: Kind, body: dict[str, object]) -> None:
    times = session.world.repeats
    optional = () if kind is CONNECTION else ("description",)
    bare = {k: v for k, v in body.items() if k not in optional}
    for number in range(times):
        name = session.name(f"Soak {kind.name} {number} · Größe")
        made = make(session, kind, {**(body if number % 3 else bare), "name": name})
        if kind is FLOW:
            settled(session, made)
        for _ in range(1 + number % 3):  # never in step with a fault that counts
            read = read_one(session, kind, made)
        list_named(session, kind, [name], lists=[made], named=name)
        if number == 0:
            kept, called = made, name
        else:
            session.call(kind.delete(), made, step=f"delete-{kind.name}")
            until_gone(session, partial(_read_deleted, session, kind, made))
            touch_deleted(session, kind, made, etag_of(session, read), put_once)
    read = settled(session, kept) if kind is FLOW else read_one(session, kind, kept)
    for number in range(times):
        read = change(session, kind, read, describe(f"Soak {number} · 데이터"))
        if kind is not FLOW:
            list_changed(session, kind, kept, called)
        read = read_one(session, kind, kept)


@probe("soak-patches", FLOW.row("update-*"), FLOW.row("patch-*"), also=("*",), repeats=True)
def soak_patches(session: Session) -> None:
    """One patch of many operations, which leaves two segments in place, whole and bare by turns."""
    flow = make(session, FLOW, destination(session).flow(session, "soak patches"))
    begun = [add(f"{SEGMENTS}/-", segment(name)) for name in ("first", "second")]
    read = change(session, FLOW, settled(session, flow), begun)
    for number in range(session.world.repeats):
        read = change(session, FLOW, read, _many(number))


def _many(number: int) -> list[dict[str, Any]]:
    here, there = number % 2, 1 - number % 2
    texts = [f"{step} {number} · 데이터" for step in ("First", "Second")]
    return [
        {"op": "replace", "path": f"{SEGMENTS}/{here}", "value": bare_segment(texts[0])},
        {"op": "replace", "path": f"{SEGMENTS}/{there}", "value": segment(texts[1])},
        add(f"{SEGMENTS}/1", segment("Middle")),
        {"op": "remove", "path": f"{SEGMENTS}/1"},
        *(add(f"{PROFILES}/-", attribute(f"person.Field{number}{end}")) for end in "ba"),
        *(add("/description", text) for text in texts),
    ]
