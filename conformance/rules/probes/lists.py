"""Probes of lists: what they contain, leave out, and how they page."""

from typing import Any

from conformance.engine.kinds import CONNECTION, FLOW, SOURCE, TARGET, Kind
from conformance.engine.removal import remove
from conformance.engine.session import Session
from conformance.rules.probes.changes import change, describe
from conformance.rules.probes.kit import (
    DESTINATION_FLOW,
    Destination,
    destination,
    etag_of,
    make,
    read_one,
    settled,
)
from conformance.rules.probes.registry import probe, put

LIST_ROWS = ("list-*", "deleted-one-*", "*-of-deleted-*")
LONGEST_WALK = 8
Query = dict[str, str]
SHOWN = ("id", "name", "description", "state", "etag", "createdAt", "updatedAt")


@probe(
    "part-lists",
    *(
        kind.row(glob)
        for kind in (SOURCE, TARGET)
        for glob in ("list-*", "deleted-one-leaves-*", "*-of-deleted-*")
    ),
)
def part_lists(session: Session) -> None:
    chain = destination(session)
    probe_list(session, SOURCE, part_body(chain))
    probe_list(session, TARGET, {**chain.target_body})


def part_body(chain: Destination) -> dict[str, Any]:
    """A source connection to the profile store (S2:186), without its name."""
    spec = {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}
    return {
        "connectionSpec": spec,
        "baseConnectionId": chain.store,
        "data": {"format": "json"},
        "params": {},
    }


def probe_list(session: Session, kind: Kind, body: dict[str, Any]) -> None:
    """Make some entities of a kind, list them, delete one and list again."""
    several = (
        ("one", "one more", "three")
        if session.wants(kind.row("list-pages-neither-repeat-nor-skip"))
        else ("one",)
    )
    names = [session.name(f"probe list {kind.name} {n}") for n in several]
    made = [make(session, kind, {**body, "name": name}) for name in names]
    list_named(session, kind, names[:1], lists=made[:1], named=names[0])
    if session.wants(kind.row("list-limit-bounds-page")):
        list_named(session, kind, names, {"limit": "1"}, limit=1)
    if session.wants(kind.row("list-pages-neither-repeat-nor-skip")):
        for _ in range(session.world.repeats):
            walk(session, kind, names, made)
    if len(names) > 1:
        list_named(session, kind, names[-1:], lists=made[-1:], named=names[-1])
    if session.wants(kind.row("list-follows-orderby")):
        for order in ("name", "-name", "description,name"):
            list_often(session, kind, names, {"orderby": order}, ordered=order)
    if kind is FLOW and session.wants(FLOW.row("list-count-answers-a-number")):
        list_often(session, kind, names, {"count": "true"}, count=len(made))
    if kind in (CONNECTION, TARGET) and session.wants(kind.row("list-begins-with-the-newest")):
        list_often(session, kind, names, newest=made[::-1])
    etag = list_changed(session, kind, made[0], names[0])
    remove(session, kind, made[0], step=f"delete-{kind.name}")
    put(session, kind.row("deleted-one-is-gone"), kind.get(), made[0])
    if etag:
        _touch_deleted(session, kind, made[0], etag)
    list_often(session, kind, names[:1], lacks=made[:1])


def list_changed(session: Session, kind: Kind, identifier: str, name: str) -> str | None:
    """List an entity that was read after an update, by its quoted name; its etag, or None if unwanted."""
    if not session.wants(kind.row("list-agrees-with-read")):
        return None
    first = settled(session, identifier) if kind is FLOW else read_one(session, kind, identifier)
    read = change(session, kind, first, describe("Listed"))
    shown = {member: read.item[member] for member in SHOWN if member in read.item}
    notes = {"lists": [identifier], "named": name, "shown": shown}
    query = {"property": f'name=="{name}"'}
    session.call(kind.list(), query=query, step=f"list-{kind.name}", notes=notes)
    return etag_of(session, read)


def _touch_deleted(session: Session, kind: Kind, gone: str, etag: str) -> None:
    """Update and delete what was deleted."""
    row, headers = kind.row("update-of-deleted-one-is-not-found"), {"If-Match": etag}
    put(session, row, kind.update(), gone, body=describe("x"), headers=headers)
    put(session, kind.row("delete-of-deleted-one-is-not-found"), kind.delete(), gone)


def list_named(
    session: Session,
    kind: Kind,
    names: list[str],
    query: Query | None = None,
    **notes: Any,
) -> None:
    """List the entities of some names; the notes say what the list must show."""
    wanted = {"property": f"name=={','.join(names)}", **(query or {})}
    session.call(kind.list(), query=wanted, step=f"list-{kind.name}", notes=notes)


def list_often(session: Session, kind: Kind, names: list[str], *query: Query, **notes: Any) -> None:
    """The same list many times in a row where a run asks so, so that none of them falls between."""
    for _ in range(session.world.repeats):
        list_named(session, kind, names, *query, **notes)


def expect_none_named(session: Session, kind: Kind, name: str) -> None:
    """List by a name that only refused creates bore."""
    if session.wants(kind.row("refused-create-stores-nothing")):
        list_named(session, kind, [name], refused=name)


def walk(session: Session, kind: Kind, names: list[str], made: list[str]) -> None:
    """Page by page through the entities of some names."""
    query = {"property": f"name=={','.join(names)}", "limit": "1"}
    walk_of = f"{session.journey}-{kind.name}-{len(session.exchanges)}"
    notes = {"walk": walk_of, "expected": made, "among": names}
    page = session.call(kind.list(), query=query, step=f"page-{kind.name}", notes=notes)
    for _ in range(LONGEST_WALK):
        following = page.at("/_links/next/href")
        if not isinstance(following, str):
            return
        page = session.follow(kind.list(), following, step=f"page-{kind.name}", notes=notes)


@probe(
    "specs",
    "flow-service.connection-specs.read-*",
    "flow-service.flow-specs.read-*",
    also=("flow-service.flow-specs.list-*",),
    reads_only=True,
)
def specs(session: Session) -> None:
    kinesis, table = "86043421-563b-46ec-8e6c-e23184711bf6", "14518937-270c-4525-bdec-c2ba7cce3860"
    for operation, identifier, step in (
        ("getConnectionSpec", kinesis, "read-connection-spec"),
        ("getFlowSpec", table, "read-flow-spec"),
        ("getFlowSpec", DESTINATION_FLOW["id"], "read-other-flow-spec"),
        ("listFlowSpecs", None, "list-flow-specs"),
    ):
        for _ in range(session.world.repeats):
            session.call(operation, identifier, step=step, halts=False)
