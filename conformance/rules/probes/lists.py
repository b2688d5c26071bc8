"""Probes of lists: what they contain, leave out, and how they page."""

from typing import Any

from conformance.engine.kinds import CONNECTION, FLOW, SOURCE, TARGET, Kind
from conformance.engine.session import Session
from conformance.rules.probes.kit import Destination, account_body, destination, make
from conformance.rules.probes.registry import probe, put

LIST_ROWS = ("list-*", "deleted-one-*", "delete-*")
LONGEST_WALK = 8


def _rows(*kinds: Kind) -> list[str]:
    return [kind.row(glob) for kind in kinds for glob in LIST_ROWS]


@probe(
    "lists",
    *_rows(CONNECTION, SOURCE, TARGET, FLOW),
    "flow-service.flows.limit-*",
    "flow-service.flows.unknown-query-*",
    "flow-service.*specs.read-*",
    "gateway.errors.*",
)
def lists(session: Session) -> None:
    chain = destination(session)
    bodies: dict[Kind, dict[str, Any]] = {
        FLOW: chain.flow(session, "probe list"),
        CONNECTION: account_body(session, "probe list"),
        SOURCE: _source(session, chain),
        TARGET: {**chain.target_body},
    }
    for kind, body in bodies.items():
        if kind in (FLOW, CONNECTION) or session.wants(kind.row("list-contains-the-created")):
            _lists(session, kind, body)
    _flow_queries(session)
    _specs(session)


def _source(session: Session, chain: Destination) -> dict[str, Any]:
    spec = {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}
    return {
        "connectionSpec": spec,
        "baseConnectionId": chain.store,
        "data": {"format": "json"},
        "params": {},
    }


def _lists(session: Session, kind: Kind, body: dict[str, Any]) -> None:
    several = (
        ("one", "two", "three")
        if session.wants(kind.row("list-pages-neither-repeat-nor-skip"))
        else ("one", "two")
    )
    names = [session.name(f"probe list {kind.name} {n}") for n in several]
    made = [make(session, kind, {**body, "name": name}) for name in names]
    _list(session, kind, names[:1], lists=made[:1], named=names[0])
    if session.wants(kind.row("list-limit-bounds-page")):
        _list(session, kind, names, {"limit": "1"}, limit=1)
    if session.wants(kind.row("list-pages-neither-repeat-nor-skip")):
        _walk(session, kind, names, made)
    if kind is FLOW and session.wants(FLOW.row("list-count-answers-a-number")):
        _list(session, kind, names, {"count": "true"}, count=len(made))
    session.call(kind.delete(), made[0], step=f"delete-{kind.name}")
    session.gone(made[0])
    put(session, kind.row("deleted-one-is-gone"), kind.get(), made[0])
    _list(session, kind, names[:1], lacks=made[:1])


def _list(
    session: Session,
    kind: Kind,
    names: list[str],
    query: dict[str, str] | None = None,
    **notes: Any,
) -> None:
    wanted = {"property": f"name=={','.join(names)}", **(query or {})}
    session.call(kind.list(), query=wanted, step=f"list-{kind.name}", notes=notes)


def _walk(session: Session, kind: Kind, names: list[str], made: list[str]) -> None:
    query = {"property": f"name=={','.join(names)}", "limit": "1"}
    notes = {"walk": f"{session.journey}-{kind.name}", "expected": made}
    page = session.call(kind.list(), query=query, step=f"page-{kind.name}", notes=notes)
    for _ in range(LONGEST_WALK):
        following = page.at("/_links/next/href")
        if not isinstance(following, str):
            return
        page = session.follow(kind.list(), following, step=f"page-{kind.name}", notes=notes)


def _flow_queries(session: Session) -> None:
    put(
        session,
        FLOW.row("limit-with-count-is-refused"),
        "listFlows",
        query={"limit": "1", "count": "true"},
    )
    put(
        session,
        FLOW.row("unknown-query-parameter-is-refused"),
        "listFlows",
        query={"nonsense": "1"},
    )


def _specs(session: Session) -> None:
    if session.wants("flow-service.connection-specs.read-returns-requested-spec"):
        session.call(
            "getConnectionSpec",
            "86043421-563b-46ec-8e6c-e23184711bf6",
            step="read-connection-spec",
            halts=False,
        )
    if session.wants("flow-service.flow-specs.read-returns-requested-spec"):
        session.call(
            "getFlowSpec",
            "14518937-270c-4525-bdec-c2ba7cce3860",
            step="read-flow-spec",
            halts=False,
        )
