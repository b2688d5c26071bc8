"""A session: everything one journey needs to call the target, and the record of what it did."""

import base64
import json
import threading
import time
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from conformance.engine.belongings import Belongings, Created
from conformance.engine.client import Client
from conformance.engine.contract import Contract, Operation
from conformance.engine.delivery import Delivery, Stake
from conformance.engine.effects import had_its_effect
from conformance.engine.errors import ConformanceError, Halted, Hindered, Spent
from conformance.engine.exchange import Exchange, Request, Response
from conformance.engine.kinds import BY_OPERATION, KINDS, Kind, created_names
from conformance.engine.ledger import Ledger
from conformance.engine.network import Answer, repeatable
from conformance.engine.redaction import Redactor
from conformance.engine.removal import remove
from conformance.engine.settings import Settings

ACCEPT = {
    "getSchema": "application/vnd.adobe.xed+json; version=1",
    "getClass": "application/vnd.adobe.xed+json; version=1",
    "listSchemas": "application/vnd.adobe.xed-id+json",
    "listClasses": "application/vnd.adobe.xed-id+json",
}

FIRST_PAUSE = 0.06
Query = Mapping[str, str | tuple[str, ...]]
CREATES: dict[str, Kind] = {kind.create(): kind for kind in KINDS.values()}


def pauses(limit: float, longest: float = 2.0) -> Iterator[float]:
    """Ever longer pauses, `limit` seconds in all: counted, not timed, so that a replay reads as often."""
    pause = FIRST_PAUSE
    while pause <= limit:
        yield pause
        limit -= pause
        pause = min(pause * 1.6, longest)


@dataclass
class World:
    """What all journeys of a run share: the target, the contract and the run's prefix.

    A request that may be refused (`refusable`) is sent `repeats` times, to meet a fault that comes and goes.
    """

    settings: Settings
    contract: Contract
    redactor: Redactor
    client: Client
    token: str
    run: str
    connectors: Mapping[str, Any] = field(default_factory=dict)
    wanted: frozenset[str] = frozenset()
    refusable: frozenset[str] = frozenset()
    repeats: int = 1
    looked_up: dict[str, str] = field(default_factory=dict)
    examples: int = 5
    generation_seed: int = 6902
    sleep: Callable[[float], None] = time.sleep
    ledger: Ledger | None = None


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
        """A name that carries the run's prefix."""
        return f"{self.world.run} {text}"

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
        exchange = self._exchange(
            operation, path, url, sent, payload, case, step, notes or {}, client
        )
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
        exchange = self._exchange(operation, {}, url, headers, None, None, step, notes)
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
        return self._exchange(operation, path, url, sent, payload, case, step, notes)

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
        exchange = self._exchange(operation, {}, url, headers, payload, case, step, notes or {})
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

    def _exchange(
        self,
        operation: Operation,
        path: dict[str, str],
        url: str,
        headers: dict[str, str],
        payload: bytes | None,
        case: str | None,
        step: str | None,
        notes: dict[str, Any],
        client: Client | None = None,
    ) -> Exchange:
        """Send one request over whatever network there is, and record what came of it."""
        client = client or self.world.client
        spent = None if self.tidying else client.manners.spent()
        if spent:
            raise Spent(step or self.step, spent)
        stake = self._stake(operation, headers, payload, step or self.step)
        started = time.time()
        took_effect = False
        if repeatable(operation.method, url):
            answer = client.send(operation.method, url, headers, payload)
        else:
            answer, perhaps = Delivery(
                client,
                operation.method,
                url,
                headers,
                payload,
                moot=self._moot(case, path.get("id"), headers),
                once="race" in notes or (stake is None and operation.id in CREATES),
                clear=stake.clear if stake else _nothing_to_clear,
            ).send()
            took_effect = perhaps and had_its_effect(
                self._aside(),
                self.exchanges,
                operation.id,
                path.get("id"),
                url,
                payload,
                headers.get("x-sandbox-name"),
            )
        exchange = self._record(
            operation, path, url, headers, payload, answer, started, case, step, notes, took_effect
        )
        if operation.id == "fetchToken" and case is None and exchange.status == 200:
            self.last_token = _token_in(answer.text)
        self._keep_account(exchange, stake)
        return exchange

    def _stake(
        self, operation: Operation, headers: dict[str, str], payload: bytes | None, step: str
    ) -> Stake | None:
        """The entry in the ledger for a create, written before it is sent."""
        kind, ledger = CREATES.get(operation.id), self.world.ledger
        if kind is None or ledger is None:
            return None
        sandbox = headers.get("x-sandbox-name", self.world.settings.sandbox)
        try:
            return Stake(self._aside(), ledger, kind.name, _name_in(payload), sandbox)
        except ConformanceError as error:
            raise Hindered(step, f"nothing more is created: {error}") from None

    def _aside(self) -> "Session":
        """A session for questions about the network, not about the target: no rule sees what it asks."""
        return Session(self.world, f"{self.journey}-aside", tidying=True)

    def _moot(
        self, case: str | None, identifier: str | None, headers: dict[str, str]
    ) -> Container[int]:
        """The refusals that a first try may have brought about.

        Any of a lawful request; of one put to the test only that of an etag which was current.
        """
        if case is None:
            return range(400, 500)
        reads = (e for e in reversed(self.exchanges) if e.path.get("id") == identifier)
        shown = next((e.item.get("etag") for e in reads if e.item), None)
        return (412,) if shown is not None and headers.get("If-Match") == shown else ()

    def _record(
        self,
        operation: Operation,
        path: dict[str, str],
        url: str,
        headers: dict[str, str],
        payload: bytes | None,
        answer: Answer,
        started: float,
        case: str | None,
        step: str | None,
        notes: dict[str, Any],
        took_effect: bool = False,
    ) -> Exchange:
        hide = self.world.redactor
        sent = (payload or b"").decode("utf-8", errors="replace")
        safe_headers = hide.headers(headers)
        request = Request(safe_headers, hide.text(sent), operation.method, hide.text(url))
        response = None
        if answer.error is None:
            text = hide.text(answer.text)
            response = Response(hide.headers(answer.headers), text, answer.status)
        with self._lock:
            exchange = Exchange(
                f"{self.journey}/{len(self.exchanges) + 1:03d}",
                self.journey,
                step or self.step,
                operation.id,
                request,
                response,
                answer.error and hide.text(answer.error),
                case,
                path,
                started,
                round(answer.seconds, 4),
                answer.attempts,
                notes,
                took_effect,
            )
            self.exchanges.append(exchange)
        return exchange

    def _keep_account(self, exchange: Exchange, stake: Stake | None) -> None:
        """Whatever a create made is to be tidied up, lawful or not, until a delete took it away."""
        kind = BY_OPERATION.get(exchange.operation)
        done = exchange.took_effect or (
            exchange.response is not None and exchange.response.is_success
        )
        if kind is None:
            return
        if exchange.operation == kind.delete() and done:
            self.belongings.gone(exchange.path["id"], kind.name)
        if exchange.operation != kind.create():
            return
        made = next(iter(created_names(kind, exchange)), None) if done else None
        if made:
            self.made(kind.name, made, exchange.request.header("x-sandbox-name"))
        if stake:
            _settle(stake, exchange, made)


def _settle(stake: Stake, exchange: Exchange, made: str | None) -> None:
    try:
        stake.settle(400 <= exchange.status < 500, made)
    except ConformanceError as error:
        raise Hindered(exchange.step, str(error)) from None


def _nothing_to_clear() -> bool:
    return True


def _name_in(payload: bytes | None) -> str | None:
    """The name that a create gives, None when it gives none."""
    try:
        body = json.loads(payload or b"")
    except ValueError:
        return None
    found = (body.get("name") or body.get("title")) if isinstance(body, dict) else None
    return found if isinstance(found, str) else None


def encode_source_params(params: Mapping[str, Any]) -> str:
    """`sourceParams` of an explore call: base64 of compact JSON (S4:70-73)."""
    return base64.b64encode(json.dumps(params, separators=(",", ":")).encode()).decode()


def _token_in(text: str) -> str:
    try:
        return str(json.loads(text)["access_token"])
    except (ValueError, TypeError, KeyError):
        return ""
