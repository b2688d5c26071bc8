"""One call on its way: sent over whatever network there is, recorded redacted, what it made kept account of."""

import json
import time
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.engine.client import Client
from conformance.engine.contract import Operation
from conformance.engine.delivery import Delivery, Stake
from conformance.engine.effects import had_its_effect
from conformance.engine.errors import ConformanceError, Hindered, Spent
from conformance.engine.exchange import Exchange, Request, Response
from conformance.engine.kinds import BY_OPERATION, KINDS, Kind, created_names
from conformance.engine.network import Answer, repeatable
from conformance.engine.redaction import Redactor

if TYPE_CHECKING:
    from conformance.engine.session import Session

CREATES: dict[str, Kind] = {kind.create(): kind for kind in KINDS.values()}


@dataclass(frozen=True)
class Call:
    """A request and what it is for: the step of its journey, and the requirement that it puts to the test."""

    operation: Operation
    path: Mapping[str, str]
    url: str
    headers: Mapping[str, str]
    payload: bytes | None
    step: str
    case: str | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind | None:
        """What a create makes; None for any other call."""
        return CREATES.get(self.operation.id)

    @property
    def name(self) -> str | None:
        """The name that a create gives, None when it gives none."""
        try:
            body = json.loads(self.payload or b"")
        except ValueError:
            return None
        found = (body.get("name") or body.get("title")) if isinstance(body, dict) else None
        return found if isinstance(found, str) else None


@dataclass(frozen=True)
class Outcome:
    """What came of a call; `took_effect` when that is known although the answer was lost."""

    answer: Answer
    started: float
    took_effect: bool = False


def dispatch(session: "Session", call: Call, client: Client | None = None) -> Exchange:
    """Send one call and record it. Raises Spent when the budget is, Hindered when the ledger is not written."""
    client = client or session.world.client
    spent = None if session.tidying else client.manners.spent()
    if spent:
        raise Spent(call.step, spent)
    stake = _stake(session, call)
    outcome = _send(session, call, client, stake)
    exchange = session.record(call, outcome)
    if call.operation.id == "fetchToken" and call.case is None and exchange.status == 200:
        session.last_token = _token_in(outcome.answer.text)
    _keep_account(session, exchange, stake)
    return exchange


def _send(session: "Session", call: Call, client: Client, stake: Stake | None) -> Outcome:
    started, method, headers = time.time(), call.operation.method, dict(call.headers)
    if repeatable(method, call.url):
        return Outcome(client.send(method, call.url, headers, call.payload), started)
    answer, perhaps = Delivery(
        client,
        method,
        call.url,
        headers,
        call.payload,
        moot=_moot(session, call),
        once="race" in call.notes or (stake is None and call.kind is not None),
        clear=stake.clear if stake else _nothing_to_clear,
    ).send()
    return Outcome(answer, started, perhaps and _took_effect(session, call))


def _took_effect(session: "Session", call: Call) -> bool:
    return had_its_effect(
        session.aside(),
        session.exchanges,
        call.operation.id,
        call.path.get("id"),
        call.url,
        call.payload,
        call.headers.get("x-sandbox-name"),
    )


def _stake(session: "Session", call: Call) -> Stake | None:
    """The entry in the ledger for a create, written before it is sent."""
    kind, ledger = call.kind, session.world.ledger
    if kind is None or ledger is None:
        return None
    sandbox = call.headers.get("x-sandbox-name", session.world.settings.sandbox)
    try:
        return Stake(session.aside(), ledger, kind.name, call.name, sandbox)
    except ConformanceError as error:
        raise Hindered(call.step, f"nothing more is created: {error}") from None


def _moot(session: "Session", call: Call) -> Container[int]:
    """The refusals that a first try may have brought about.

    Any of a lawful request; of one put to the test only that of an etag which was current.
    """
    if call.case is None:
        return range(400, 500)
    sent = call.headers.get("If-Match")
    if sent is None:
        return ()
    identifier = call.path.get("id")
    reads = (e for e in reversed(session.exchanges) if e.path.get("id") == identifier)
    shown = next((e.item.get("etag") for e in reads if e.item), None)
    return (412,) if shown == sent else ()


def recorded(
    call: Call, outcome: Outcome, journey: str, number: int, redactor: Redactor
) -> Exchange:
    """The record of a call, without its secrets."""
    answer, hide = outcome.answer, redactor.text
    sent = (call.payload or b"").decode("utf-8", errors="replace")
    headers = redactor.headers(call.headers)
    request = Request(headers, hide(sent), call.operation.method, hide(call.url))
    response = None
    if answer.error is None:
        response = Response(redactor.headers(answer.headers), hide(answer.text), answer.status)
    return Exchange(
        f"{journey}/{number:03d}",
        journey,
        call.step,
        call.operation.id,
        request,
        response,
        answer.error and hide(answer.error),
        call.case,
        dict(call.path),
        outcome.started,
        round(answer.seconds, 4),
        answer.attempts,
        dict(call.notes),
        outcome.took_effect,
        [hide(text) for text in answer.spoilt],
    )


def _keep_account(session: "Session", exchange: Exchange, stake: Stake | None) -> None:
    """Whatever a create made is to be tidied up, lawful or not, until a delete took it away."""
    kind = BY_OPERATION.get(exchange.operation)
    done = exchange.took_effect or (exchange.response is not None and exchange.response.is_success)
    if kind is None:
        return
    if exchange.operation == kind.delete() and done:
        session.belongings.gone(exchange.path["id"], kind.name)
    if exchange.operation != kind.create():
        return
    made = next(iter(created_names(kind, exchange)), None) if done else None
    if made:
        session.made(kind.name, made, exchange.request.header("x-sandbox-name"))
    if stake:
        _settle(stake, exchange, made)


def _settle(stake: Stake, exchange: Exchange, made: str | None) -> None:
    try:
        stake.settle(400 <= exchange.status < 500, made)
    except ConformanceError as error:
        raise Hindered(exchange.step, str(error)) from None


def _nothing_to_clear() -> bool:
    return True


def _token_in(text: str) -> str:
    try:
        return str(json.loads(text)["access_token"])
    except (ValueError, TypeError, KeyError):
        return ""
