"""Probes of list filters: several at once, and dates compared (full profile)."""

from typing import Any

from conformance.engine.kinds import CONNECTION, FLOW, Kind
from conformance.engine.session import Session
from conformance.rules.probes.kit import account_body, destination, make, read_one
from conformance.rules.probes.registry import probe
from conformance.rules.probes.updates import SEEN_EVERYWHERE

ROWS = ("list-filters-narrow-*", "list-filter-compares-*")
ARRAYS = FLOW.row("list-filter-reaches-into-arrays")
LONG = "· Datenfluß · 데이터 흐름 · from the profile store to the stream of another account"
INEQUALITIES = (">=", "<=", ">", "<")


@probe(
    "filters",
    *(kind.row(row) for kind in (CONNECTION, FLOW) for row in ROWS),
    ARRAYS,
    also=SEEN_EVERYWHERE,
)
def filters(session: Session) -> None:
    _filter(session, CONNECTION, account_body(session, "probe filters"))
    first, second = destination(session), destination(session)
    made = _filter(session, FLOW, first.flow(session, "probe filters"))
    make(session, FLOW, second.flow(session, "probe filters elsewhere"))
    _list(session, FLOW, ARRAYS, (f"sourceConnectionIds[]=={first.source}",), made)


def _filter(session: Session, kind: Kind, body: dict[str, Any]) -> list[str]:
    names = [session.name(f"probe filters {kind.name} {end} {LONG}") for end in ("one", "two")]
    made = [make(session, kind, {**body, "name": name}) for name in names]
    reads = (read_one(session, kind, identifier) for identifier in made)
    dates = [int(session.take(read, "/items/0/createdAt")) for read in reads]
    _narrow(session, kind, names, made, dates)
    return made


def _narrow(
    session: Session, kind: Kind, names: list[str], made: list[str], dates: list[int]
) -> None:
    both, first = f"name=={','.join(names)}", f'name=="{names[0]}"'
    row = kind.row("list-filters-narrow-each-other")
    _list(session, kind, row, (both, first), made[:1])
    _list(session, kind, row, (first, f"name=={names[1]}"), [])
    row = kind.row("list-filter-compares-dates")
    for sign in INEQUALITIES:
        fitting = [i for i, date in zip(made, dates, strict=True) if _fits(date, sign, dates[1])]
        _list(session, kind, row, (both, f"createdAt{sign}{dates[1]}"), fitting)


def _fits(date: int, sign: str, bound: int) -> bool:
    return {">=": date >= bound, "<=": date <= bound, ">": date > bound, "<": date < bound}[sign]


def _list(
    session: Session, kind: Kind, row: str, expressions: tuple[str, ...], exactly: list[str]
) -> None:
    query = {"property": expressions}
    notes = {"exactly": exactly}
    for _ in range(session.world.repeats):
        session.call(kind.list(), query=query, notes=notes, case=row, step=f"filter-{kind.name}")
