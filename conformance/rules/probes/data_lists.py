"""Probes of the lists of the data services: their order, their pages and their filters (full profile)."""

from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import DATA_SET, SCHEMA
from conformance.engine.likeness import whole
from conformance.engine.session import Session
from conformance.rules.probes.kit import (
    Stored,
    class_body,
    make_data_set,
    mapping_body,
    schema_body,
    stored,
)
from conformance.rules.probes.registry import probe, put

PAGES = (
    ("0", "2"),
    ("1", "1"),
    ("0", "2"),
)  # the first again, to see whether somebody changed the list

FIRST = PAGES[:1]  # of the newest: others make some and delete them between two pages unseen
WALKS = 5
ENDS = ("one", "other")
NEWER = {"sourceType": "ATTRIBUTE", "source": "id", "destination": "_id"}  # X30


@probe(
    "data-lists",
    *(DATA_SET.row(glob) for glob in ("list-by-*", "list-follows-*", "list-start-*")),
    "data-prep.mapping-sets.list-by-*",
    "data-prep.mapping-sets.list-limit-*",
    "data-prep.mapping-sets.list-follows-*",
    "data-prep.mapping-sets.list-start-*",
    also=("data-prep.mapping-sets.read-*",),
)
def data_lists(session: Session) -> None:
    half = stored(session)
    _mapping_sets(session, half)
    _data_sets(session, half)
    for order in ("+createdDate", "-createdDate"):
        for _ in range(session.world.repeats):
            pages(session, "listMappingSets", order)


def _mapping_sets(session: Session, half: Stored) -> None:
    """One with a name beside one without; the list is asked for it where a read shows that it has it."""
    name = session.name("probe list")
    newer = {**mapping_body(half.schema), "mappings": [NEWER], "name": name}
    answer = session.call("createMappingSet", body=newer, step="create-mapping-set")
    made = str(session.take(answer, "/id"))
    if session.call("getMappingSet", made, step="read-mapping-set").at("/name") == name:
        query = {"name": name, "limit": "10", "start": "0"}
        notes = {"lists": made, "lacks": half.mapping}
        for _ in range(session.world.repeats):
            session.call("listMappingSets", query=query, notes=notes, step="list-by-name")


def _data_sets(session: Session, half: Stored) -> None:
    made = [make_data_set(session, half.schema, f"probe list {end}") for end in ENDS]
    read = [
        session.call(DATA_SET.get(), one, step="read-data-set") for one in (half.data_set, *made)
    ]
    dates = [e.at(f"/{e.path['id']}/created") for e in read]
    created = [d for d in map(whole, dates) if d is not None]
    for order, places in (("asc:created", PAGES), ("desc:created", FIRST)):
        for _ in range(session.world.repeats):
            pages(session, "listDataSets", order, places, created=created)
    name = session.name(f"probe list {ENDS[0]}")
    named = {"lists": made[0], "lacks": made[1]}
    only = {"properties": "name", "name": name}
    matching = {"lists": made[0], "unlike": made[1]}
    for query, notes, step in (
        ({"name": name}, named, "list-by-name"),
        ({"property": f"name~^{name}$"}, matching, "list-by-pattern"),
        (only, {"properties": ["name"]}, "list-names"),
    ):
        for _ in range(session.world.repeats):
            session.call("listDataSets", query=query, notes=notes, step=step)


def pages(
    session: Session,
    operation: str,
    order: str,
    places: tuple[tuple[str, str], ...] = PAGES,
    **known: Any,
) -> None:
    """A list in some order at some places, once more where others changed it meanwhile.

    The notes tell what belongs together.
    """
    for _ in range(WALKS):
        walk = f"{session.journey} {order} {len(session.exchanges)}"
        shown = []
        for start, limit in places:
            query = {"orderBy": order, "start": start, "limit": limit}
            told = {"ordered": order, "start": int(start), "limit": int(limit), "pages": walk}
            step = f"list-{order}-from-{start}"
            listed = session.call(operation, query=query, notes={**told, **known}, step=step)
            shown.append(_ids(listed))
        if shown[0] == shown[-1]:
            break


def _ids(listed: Exchange) -> list[Any]:
    """What a list of datasets, keyed by their ids, or of mapping sets shows."""
    items = listed.at("/data")
    if isinstance(items, list):
        return [item.get("id") for item in items if isinstance(item, dict)]
    return sorted(listed.body) if isinstance(listed.body, dict) else []


@probe(
    "schema-lists",
    *(SCHEMA.row(glob) for glob in ("list-follows-*", "list-start-*", "deleted-schema-leaves-*")),
    "schema-registry.classes.duplicate-*",
)
def schema_lists(session: Session) -> None:
    title = session.name("probe order")
    made = [_schema(session, end) for end in ("probe order a", "probe order b")]
    titles = [str(session.take(one, "/title")) for one in made]
    for order, start, expected in (
        ("title", title, titles),
        ("-title", f"{title} c", titles[::-1]),
        ("title", titles[0], titles[1:]),
        ("-title", titles[1], titles[:1]),
    ):
        for _ in range(session.world.repeats):
            list_schemas(session, order, start, expected=expected)
    body = {**class_body(session, "probe class"), "title": titles[0]}
    put(session, "schema-registry.classes.duplicate-title-is-refused", "createClass", body=body)
    session.call("deleteSchema", str(session.take(made[0], "/meta:altId")), step="delete-schema")
    list_schemas(session, "title", title, expected=titles[1:], lacks=titles[0])


def _schema(session: Session, end: str) -> Exchange:
    return session.call("createSchema", body=schema_body(session, end), step="create-schema")


def list_schemas(
    session: Session, order: str, start: str, expected: list[str], lacks: str | None = None
) -> None:
    """List schemas from a title on; the notes say what the list must show and what it must lack."""
    query = {"orderby": order, "start": start, "limit": "20"}
    notes: dict[str, Any] = {"from": start, "expected": expected, "lacks": lacks}
    session.call("listSchemas", query=query, notes=notes, step=f"list-by-{order}")
