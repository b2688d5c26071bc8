"""A session: everything one journey needs to call the target, and the record of what it did."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from conformance.engine.belongings import Belongings, Created
from conformance.engine.client import Client
from conformance.engine.contract import Operation
from conformance.engine.dispatch import Call, Outcome, dispatch, recorded
from conformance.engine.errors import Halted
from conformance.engine.exchange import Exchange
from conformance.engine.kinds import KINDS
from conformance.engine.removal import remove
from conformance.engine.world import World

ACCEPT = {
    "getSchema": "application/vnd.adobe.xed+json; version=1",
    "getClass": "application/vnd.adobe.xed+json; version=1",
    "listSchemas": "application/vnd.adobe.xed-id+json",
    "listClasses": "application/vnd.adobe.xed-id+json",
}

FIRST_PAUSE = 0.03
AGAIN = "-again"
Query = Mapping[str, str | tuple[str, ...]]


class Session:
    """Calls operations of the target for one journey and records each exchange, redacted.

    What tidies up is sent though the budget of the run is spent: `tidying`.
    """

    def __init__(self, world: World, journey: str, *, tidying: bool = False) -> None:
        self.world = world
        self.journey = journey
        self.exchanges: list[Exchange] = []
        self.belongings = Belongings(world.ledger, world.settings.sandbox)
        self.tidying = tidying
        self.step = journey
        self.last_token = ""
        self._lock = threading.Lock()

    # -- names

    def name(self, text: str) -> str:
        """A name that carries the run's prefix, another one where a journey is taken again."""
        again = "again " if self.journey.endswith(AGAIN) else ""
        return f"{self.world.run} {again}{text}"

    def wants(self, requirement_id: str) -> bool:
        """Whether this run is to judge a requirement."""
        return requirement_id in self.world.wanted

    # -- calls

    def call(
        self,
        operation_id: str,
        id: str | None = None,  # noqa: A002 - the parameter's name in every path
        *,
        body: Any = None,
        raw: bytes | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        without: tuple[str, ...] = (),
        sandbox: str | None = None,
        case: str | None = None,
        step: str | None = None,
        client: Client | None = None,
        notes: dict[str, Any] | None = None,
        halts: bool = True,
    ) -> Exchange:
        """One exchange. A lawful call (no `case`) that is not answered as documented halts the journey.

        `without` leaves out standard headers; `raw` sends bytes in place of a JSON body; with
        `halts=False` any answer will do.
        """
        operation = self.world.contract[operation_id]
        payload = (
            raw if raw is not None else (json.dumps(body).encode() if body is not None else None)
        )
        sent = self._headers(operation, payload, sandbox, headers or {}, without)
        path = (
            {"inletId" if operation.service == "data-collection" else "id": id}
            if id is not None
            else {}
        )
        url = self._url(operation, path, query or {})
        made = Call(operation, path, url, sent, payload, step or self.step, case, notes or {})
        exchange = dispatch(self, made, client)
        if case is None and halts:
            self.require_success(exchange)
        return exchange

    def follow(self, operation_id: str, href: str, *, step: str, notes: dict[str, Any]) -> Exchange:
        """One exchange with the relative link of a list's next page."""
        operation = self.world.contract[operation_id]
        base = operation.template.rsplit("/", 1)[0]
        url = self.world.settings.base(operation.service) + (
            href if href.startswith(base) else base + href
        )
        headers = self._headers(operation, None, None, {}, ())
        exchange = dispatch(self, Call(operation, {}, url, headers, None, step, notes=notes))
        self.require_success(exchange)
        return exchange

    def forward(
        self,
        operation_id: str,
        target: str,
        path: dict[str, str],
        headers: Mapping[str, str],
        payload: bytes | None,
        *,
        case: str,
        step: str,
        notes: dict[str, Any],
    ) -> Exchange:
        """One exchange with a request made elsewhere: `target` is its encoded path and query as they stand."""
        operation = self.world.contract[operation_id]
        url = self.world.settings.base(operation.service) + target
        sent = self._headers(operation, payload, None, headers, ())
        return dispatch(self, Call(operation, path, url, sent, payload, step, case, notes))

    def call_form(
        self,
        operation_id: str,
        form: Mapping[str, str],
        *,
        step: str,
        case: str | None = None,
        notes: dict[str, Any] | None = None,
    ) -> Exchange:
        """One exchange with a form body; a token in the answer is kept in `last_token`, never in the record."""
        operation = self.world.contract[operation_id]
        payload = urlencode(form).encode()
        self.world.redactor.learn("client_secret", form.get("client_secret"))
        url = self._url(operation, {}, {})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        call = Call(operation, {}, url, headers, payload, step, case, notes or {})
        exchange = dispatch(self, call)
        if case is None:
            self.require_success(exchange)
        return exchange

    def stop(self, exchange: Exchange, reason: str) -> None:
        """Halt the journey at an exchange."""
        raise Halted(exchange.step, reason, exchange.id)

    def require_success(self, exchange: Exchange) -> None:
        """Halt the journey unless the exchange was answered 2xx; which 2xx is for the rules to judge."""
        if exchange.error and not exchange.took_effect:
            raise Halted(exchange.step, exchange.error, exchange.id)
        if exchange.response and not 200 <= exchange.status < 300:
            raise Halted(
                exchange.step, f"{exchange.operation} answered {exchange.status}", exchange.id
            )

    def take(self, exchange: Exchange, pointer: str) -> Any:
        """A value that later steps need. Halts the journey when the answer lacks it."""
        value = exchange.at(pointer)
        if value in (None, "") or not isinstance(value, str | int | float | bool | dict | list):
            raise Halted(exchange.step, f"the answer has nothing at {pointer}", exchange.id)
        return value

    def poll(
        self, read: Callable[[], Exchange], done: Callable[[Exchange], bool], limit: float
    ) -> Exchange:
        """Read until `done`, with at most `limit` seconds of pauses; the last exchange either way."""
        exchange = read()
        for pause in pauses(limit):
            if done(exchange):
                break
            self.world.sleep(pause)
            exchange = read()
        return exchange

    # -- tidying up

    @property
    def created(self) -> list[Created]:
        """What the journey made, deleted or not, in the order in which it did."""
        return self.belongings.all

    def made(self, resource: str, identifier: str, sandbox: str | None = None) -> None:
        """Remember an entity that the end of the journey deletes."""
        self.belongings.made(resource, identifier, sandbox)

    def tidy(self) -> list[Created]:
        """Delete what is left, what refers to others first; returns what could not be deleted."""
        self.tidying = True
        left = self.belongings.left
        return [one for one in left if not self.delete(one.resource, one.id, one.sandbox)]

    def delete(self, resource: str, identifier: str, sandbox: str) -> bool:
        """Delete one entity; whether it is gone."""
        kind = KINDS[resource]
        if kind.delete() not in self.world.contract.operations:
            return False
        exchange = remove(self, kind, identifier, sandbox=sandbox, step="tidy-up", halts=False)
        gone = exchange.took_effect or exchange.status in (200, 202, 204, 404)
        if gone:
            self.belongings.gone(identifier, resource)
        return gone

    # -- inside

    def _headers(
        self,
        operation: Operation,
        payload: bytes | None,
        sandbox: str | None,
        extra: Mapping[str, str],
        without: tuple[str, ...],
    ) -> dict[str, str]:
        settings = self.world.settings
        headers = {}
        if operation.service != "ims":
            headers = {
                "Authorization": f"Bearer {self.world.token}",
                "x-api-key": settings.api_key,
                "x-gw-ims-org-id": settings.org_id,
                "x-sandbox-name": sandbox or settings.sandbox,
            }
            if payload is not None:
                headers["Content-Type"] = "application/json"
        if operation.id in ACCEPT:
            headers["Accept"] = ACCEPT[operation.id]
        merged = {**headers, **extra}
        return {k: v for k, v in merged.items() if k.lower() not in {w.lower() for w in without}}

    def _url(self, operation: Operation, path: dict[str, str], query: Query) -> str:
        url = self.world.settings.base(operation.service) + operation.path(path)
        return f"{url}?{urlencode(query, doseq=True, quote_via=quote)}" if query else url

    def aside(self) -> "Session":
        """A session for questions about the network, not about the target: no rule sees what it asks."""
        return Session(self.world, f"{self.journey}-aside", tidying=True)

    def record(self, call: Call, outcome: Outcome) -> Exchange:
        """Keep the record of a call; several threads may do so at once."""
        with self._lock:
            number = len(self.exchanges) + 1
            exchange = recorded(call, outcome, self.journey, number, self.world.redactor)
            self.exchanges.append(exchange)
        return exchange


def pauses(limit: float, longest: float = 2.0) -> Iterator[float]:
    """Ever longer pauses, `limit` seconds in all: counted, not timed, so that a replay reads as often."""
    pause = FIRST_PAUSE
    while pause <= limit:
        yield pause
        limit -= pause
        pause = min(pause * 1.6, longest)


def encode_source_params(params: Mapping[str, Any]) -> str:
    """`sourceParams` of an explore call: base64 of compact JSON (S4:70-73)."""
    return base64.b64encode(json.dumps(params, separators=(",", ":")).encode()).decode()
