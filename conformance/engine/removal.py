"""Deletes, which a target may refuse for as long as the entity is on its way to another state (facts:103)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import (
    CONNECTION,
    FLOW,
    FLOW_SERVICE_KINDS,
    LEAVING,
    TRANSITIONAL,
    Kind,
)

if TYPE_CHECKING:
    from conformance.engine.session import Session

SETTLING_SECONDS = 30.0
TOO_EARLY = "(not settled yet)"


def remove(
    session: Session,
    kind: Kind,
    identifier: str,
    *,
    step: str,
    sandbox: str | None = None,
    halts: bool = True,
) -> Exchange:
    """Delete an entity; when that is refused before it was seen settled, once more after it has settled."""
    known = _is_settled(session, kind, identifier)
    exchange = session.call(kind.delete(), identifier, step=step, sandbox=sandbox, halts=False)
    if exchange.status == 400 and kind in FLOW_SERVICE_KINDS and not known:
        read = _await(session, kind, identifier, f"{step}-settles", sandbox)
        if read.status == 200:
            again = session.call(kind.delete(), identifier, step=step, sandbox=sandbox, halts=False)
            if again.status == exchange.status:
                again.case = TOO_EARLY  # the same once more tells no more
            else:
                exchange.case, exchange = TOO_EARLY, again
    if exchange.status == 400 and kind is CONNECTION:
        exchange = _once_its_flows_left(session, exchange, identifier, step, sandbox)
    if halts:
        session.require_success(exchange)
    return exchange


def _once_its_flows_left(
    session: Session, refused: Exchange, identifier: str, step: str, sandbox: str | None
) -> Exchange:
    """Delete a base connection again once no flow is leaving; one may have left since the refusal."""
    gone = []
    for flow in [one.id for one in session.created if one.resource == FLOW.name]:
        read = partial(session.call, FLOW.get(), flow, step=f"{step}-waits", sandbox=sandbox)
        last = session.poll(partial(read, case=TOO_EARLY), _has_left, SETTLING_SECONDS)
        gone.append(last.status == 404)
    if not any(gone):
        return refused
    again = session.call(CONNECTION.delete(), identifier, step=step, sandbox=sandbox, halts=False)
    if again.status != refused.status:
        refused.case = TOO_EARLY
    return again


def _has_left(read: Exchange) -> bool:
    return bool(read.at("/items/0/state") != LEAVING)


def _is_settled(session: Session, kind: Kind, identifier: str) -> bool:
    """Whether the last that the session saw of an entity is a read of it in a lasting state."""
    for exchange in reversed(session.exchanges):
        if exchange.path.get("id") == identifier and exchange.response and exchange.case is None:
            state = exchange.at("/items/0/state")
            return exchange.operation == kind.get() and state not in TRANSITIONAL
    return False


def _await(
    session: Session, kind: Kind, identifier: str, step: str, sandbox: str | None
) -> Exchange:
    return session.poll(
        lambda: session.call(kind.get(), identifier, step=step, sandbox=sandbox, halts=False),
        lambda read: read.at("/items/0/state") not in TRANSITIONAL,
        SETTLING_SECONDS,
    )
