"""The same lawful calls many times over, to meet what is broken only now and then (full profile)."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import CONNECTION, FLOW, FLOW_SERVICE_KINDS, SOURCE, TARGET, Kind
from conformance.engine.removal import remove
from conformance.engine.session import Session
from conformance.rules.probes.changes import change, describe
from conformance.rules.probes.creates import without
from conformance.rules.probes.flow_updates import (
    LONG_TEXT,
    PROFILES,
    SEGMENTS,
    act,
    add,
    attribute,
    bare_segment,
    equal,
    escaped,
    segment,
)
from conformance.rules.probes.kit import account_body, destination, make, read_one, settled
from conformance.rules.probes.lists import list_changed, list_named, part_body
from conformance.rules.probes.registry import probe, until_gone

Patch = list[dict[str, Any]]
OUT_OF_STEP = 13  # updates of one round: no divisor in common with ten or twenty
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
    names = [session.name(f"Soak {kind.name} {n} · Größe") for n in range(session.world.repeats)]
    kept = _created(session, kind, body, names[0])
    for number, name in enumerate(names[1:], start=1):
        made = _created(session, kind, body, name, 1 + number % 3)
        if kind is FLOW:
            act(session, made, "disable", "disabled")
            read_one(session, FLOW, kept)
        session.call(kind.delete(), made, step=f"delete-{kind.name}")
        until_gone(session, partial(_read_deleted, session, kind, made))
    if kind is not CONNECTION:
        _soak_bare(session, kind, without(body, "description"))
    _soak_updates(session, kind, kept, names[0])


def _created(
    session: Session, kind: Kind, body: dict[str, object], name: str, reads: int = 1
) -> str:
    """Create an entity, read it, so often that it is never in step with a fault that counts, and list it."""
    made = make(session, kind, {**body, "description": f"{name} · 데이터", "name": name})
    if kind is FLOW:
        settled(session, made)
    for _ in range(reads):
        read_one(session, kind, made)
    list_named(session, kind, [name], lists=[made], named=name)
    return made


def _soak_updates(session: Session, kind: Kind, kept: str, name: str) -> None:
    read = settled(session, kept) if kind is FLOW else read_one(session, kind, kept)
    for number in range(session.world.repeats):
        read = change(session, kind, read, describe(f"Soak {number} · 데이터"))
        if kind is not FLOW:
            list_changed(session, kind, kept, name)
        read = read_one(session, kind, kept)
    for number in range(session.world.repeats):
        renamed = session.name(f"Renamed {kind.name} {number}")
        read = change(session, kind, read, [{"op": "replace", "path": "/name", "value": renamed}])


def _soak_bare(session: Session, kind: Kind, body: dict[str, object]) -> None:
    for number in range(session.world.repeats):
        made = make(session, kind, {**body, "name": session.name(f"Bare {kind.name} {number}")})
        session.call(kind.get(), made, step=f"read-bare-{kind.name}", halts=False)
        remove(session, kind, made, step=f"delete-bare-{kind.name}")


@probe("soak-patches", FLOW.row("update-*"), FLOW.row("patch-*"), also=("*",), repeats=True)
def soak_patches(session: Session) -> None:
    """Patches that leave two segments in place, and a neighbour that none of them is for."""
    chain = destination(session)
    flow, neighbour = (
        make(session, FLOW, chain.flow(session, name)) for name in ("soak patches", "soak idle")
    )
    begun = [add(f"{SEGMENTS}/-", segment(name)) for name in ("first", "second")]
    read = change(session, FLOW, settled(session, flow), begun)
    settled(session, neighbour)
    for number in range(session.world.repeats):
        sent = _updates(session)
        for patch in _patches(session, number):
            read = change(session, FLOW, read, patch)
        escaped(session, equal(session, read, f"person.twin{number}"), number)
        list_changed(session, FLOW, flow, session.name(f"Patched {number} · 데이터"))
        read = settled(session, flow)
        while (_updates(session) - sent) % OUT_OF_STEP:
            read = change(session, FLOW, read, describe(f"As often as wanted {number}"))
        read_one(session, FLOW, neighbour)


def _updates(session: Session) -> int:
    return sum(exchange.operation == FLOW.update() for exchange in session.exchanges)


def _patches(session: Session, number: int) -> Iterator[Patch]:
    """Ten patches; three that a run may not want follow."""
    text = f"Patched {number} · 데이터"
    first, second = f"{SEGMENTS}/0", f"{SEGMENTS}/1"
    yield [add(f"{SEGMENTS}/-", segment(f"Last of {number}"))]
    yield [add(second, segment("Middle"))]
    yield [{"op": "replace", "path": second, "value": bare_segment(text)}]
    yield [{"op": "replace", "path": f"{second}/value/name", "value": text}]
    yield [{"op": "remove", "path": first}, add(first, segment(text)), _rewrite(text)]
    yield [{"op": "remove", "path": second}]
    yield [add(f"{SEGMENTS}/-", segment(f"{name} of {number}")) for name in ("Zulu", "alpha")]
    yield [{"op": "remove", "path": second}] * 3
    named = {"op": "replace", "path": "/name", "value": session.name(text)}
    yield [named, *describe(f"{number} {LONG_TEXT}")]
    yield _many(number)


def _rewrite(text: str) -> dict[str, Any]:
    return {"op": "replace", "path": "/description", "value": text}


def _many(number: int) -> Patch:
    here, there = number % 2, 1 - number % 2
    texts = [f"{step} {number} · 데이터" for step in ("First", "Second")]
    return [
        {"op": "replace", "path": f"{SEGMENTS}/{here}", "value": bare_segment(texts[0])},
        {"op": "replace", "path": f"{SEGMENTS}/{there}", "value": segment(texts[1])},
        *(add(f"{PROFILES}/-", attribute(f"person.Field{number}{end}")) for end in "ba"),
        *(add("/description", text) for text in texts),
    ]
