"""What generated requests show, in small and without a generator: once early, and many times where a run asks so."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import FLOW_SERVICE_KINDS, Kind
from conformance.engine.session import Session
from conformance.rules.gateway import GENERATED
from conformance.rules.generated.pool import POOLS, Body, Pool
from conformance.rules.probes.kit import make


def in_small(session: Session, service: str) -> None:
    """Values of other types in what a service takes; of the flow service what is made and refused besides."""
    pool = POOLS[service](session)
    for operation, bodies in pool.bodies.items():
        for odd in _odd_bodies(session, operation, bodies[0]):
            for _ in range(session.world.repeats):
                if _send(session, operation, odd).status < 300:
                    break
    if service == "flow-service":
        for kind in FLOW_SERVICE_KINDS:
            _made_and_refused(session, kind, pool.bodies[kind.create()][0])
    if service == "data-collection":
        _odd_messages(session, pool)


def _odd_bodies(session: Session, operation: str, body: Body) -> Iterator[Body]:
    """A lawful body with one required member of another type, for each such member."""
    for member in required(session.world.contract[operation].request_schema or {}):
        yield {**body, member: 7 if isinstance(body[member], str) else "seven"}


def required(schema: Mapping[str, Any]) -> list[str]:
    """The members of a body that its schema requires."""
    parts = [schema, *schema.get("allOf", ())]
    return list(dict.fromkeys(name for part in parts for name in part.get("required", ())))


def _send(
    session: Session, operation: str, body: Any, identifier: str | None = None, **call: Any
) -> Exchange:
    return session.call(
        operation, identifier, body=body, case=GENERATED, step="wrong-type", halts=False, **call
    )


def _odd_messages(session: Session, pool: Pool) -> None:
    """A raw message may be any object: it is taken, or refused as an envelope without a header."""
    (inlet, *_), (flow, *_) = pool.ids["collect"], pool.ids["Flow"]
    for _ in range(session.world.repeats):
        _send(session, "collect", {"header": 7}, inlet, headers={"x-adobe-flow-id": flow})


def _made_and_refused(session: Session, kind: Kind, body: Body) -> None:
    """One entity that is made and one that is not, each looked for as often as the run asks for things."""
    names = [session.name(f"generated {kind.name} {end}") for end in ("made", "refused")]
    made = make(session, kind, {**body, "name": names[0]})
    wrong = next(m for m in ("flowSpec", "connectionSpec") if m in body)
    answer = _send(session, kind.create(), {**body, "name": names[1], wrong: 7})
    refused = names[1:] if 400 <= answer.status < 500 else []
    for _ in range(session.world.repeats):
        session.call(kind.get(), made, case=GENERATED, step="read-made", notes={"living": made})
        look_for(session, kind, names, refused, case=GENERATED)


def look_for(
    session: Session, kind: Kind, names: list[str], refused: list[str], case: str | None = None
) -> None:
    """List by names; what is there though it was refused is deleted at the end of the journey."""
    query, notes = {"property": f"name=={','.join(names)}"}, {"refused": refused}
    listed = session.call(
        kind.list(), query=query, step="list-refused", case=case, notes=notes, halts=False
    )
    items = listed.at("/items")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and item.get("name") in refused:
            session.made(kind.name, str(item.get("id")))
