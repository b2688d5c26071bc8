"""A session: everything one journey needs to call the target, and the record of what it did."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from conformance.engine.client import Answer, Client
from conformance.engine.contract import Contract, Operation
from conformance.engine.errors import Halted
from conformance.engine.exchange import Exchange, Request, Response
from conformance.engine.kinds import BY_OPERATION, KINDS, created_names
from conformance.engine.redaction import Redactor
from conformance.engine.settings import Settings

ACCEPT = {
    "getSchema": "application/vnd.adobe.xed+json; version=1",
    "getClass": "application/vnd.adobe.xed+json; version=1",
    "listSchemas": "application/vnd.adobe.xed-id+json",
    "listClasses": "application/vnd.adobe.xed-id+json",
}

FIRST_PAUSE = 0.06


def pauses(limit: float, longest: float = 2.0) -> Iterator[float]:
    """Ever longer pauses, `limit` seconds in all: counted, not timed, so that a replay reads as often."""
    pause = FIRST_PAUSE
    while pause <= limit:
        yield pause
        limit -= pause
        pause = min(pause * 1.6, longest)


@dataclass
class Created:
    """One entity to tidy up."""

    resource: str
    id: str
    sandbox: str
    deleted: bool = False


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


class Session:
    """Calls operations of the target for one journey and records each exchange, redacted."""

    def __init__(self, world: World, journey: str) -> None:
        self.world = world
        self.journey = journey
        self.exchanges: list[Exchange] = []
        self.created: list[Created] = []
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
        query: Mapping[str, str] | None = None,
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
        started = time.time()
        answer = (client or self.world.client).send(operation.method, url, sent, payload)
        exchange = self._record(
            operation, path, url, sent, payload, answer, started, case, step, notes or {}
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
        started = time.time()
        answer = self.world.client.send("GET", url, headers, None)
        exchange = self._record(
            operation, {}, url, headers, None, answer, started, None, step, notes
        )
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
        started = time.time()
        answer = self.world.client.send(operation.method, url, sent, payload)
        return self._record(operation, path, url, sent, payload, answer, started, case, step, notes)

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
        started = time.time()
        answer = self.world.client.send(operation.method, url, headers, payload)
        exchange = self._record(
            operation, {}, url, headers, payload, answer, started, case, step, notes or {}
        )
        if case is None:
            self.require_success(exchange)
            self.last_token = _token_in(answer.text)
        return exchange

    def stop(self, exchange: Exchange, reason: str) -> None:
        """Halt the journey at an exchange."""
        raise Halted(exchange.step, reason, exchange.id)

    def require_success(self, exchange: Exchange) -> None:
        """Halt the journey unless the exchange was answered 2xx; which 2xx is for the rules to judge."""
        if exchange.error:
            raise Halted(exchange.step, exchange.error, exchange.id)
        if not 200 <= exchange.status < 300:
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

    def made(self, resource: str, identifier: str, sandbox: str | None = None) -> None:
        """Remember an entity that the end of the journey deletes."""
        entity = Created(resource, identifier, sandbox or self.world.settings.sandbox)
        if all((c.resource, c.id) != (resource, identifier) for c in self.created):
            self.created.append(entity)

    def gone(self, identifier: str, resource: str | None = None) -> None:
        """Forget an entity that was deleted."""
        for created in self.created:
            if created.id == identifier and resource in (None, created.resource):
                created.deleted = True

    def tidy(self) -> list[Created]:
        """Delete what is left, newest first; returns what could not be deleted."""
        left = []
        for entity in reversed([c for c in self.created if not c.deleted]):
            operation = KINDS[entity.resource].delete()
            if operation not in self.world.contract.operations:
                left.append(entity)
                continue
            exchange = self.call(
                operation, entity.id, sandbox=entity.sandbox, step="tidy-up", halts=False
            )
            entity.deleted = exchange.status in (200, 202, 204, 404)
            if not entity.deleted:
                left.append(entity)
        return left

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

    def _url(self, operation: Operation, path: dict[str, str], query: Mapping[str, str]) -> str:
        url = self.world.settings.base(operation.service) + operation.path(path)
        return f"{url}?{urlencode(query, quote_via=quote)}" if query else url

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
            )
            self.exchanges.append(exchange)
            self._keep_account(exchange)
        return exchange

    def _keep_account(self, exchange: Exchange) -> None:
        """Whatever a create made is to be tidied up, lawful or not, until a delete took it away."""
        kind = BY_OPERATION.get(exchange.operation)
        if kind is None or exchange.response is None or not exchange.response.is_success:
            return
        if exchange.operation == kind.create():
            for name in created_names(kind, exchange)[:1]:
                self.made(kind.name, name, exchange.request.header("x-sandbox-name"))
        elif exchange.operation == kind.delete():
            self.gone(exchange.path["id"], kind.name)


def encode_source_params(params: Mapping[str, Any]) -> str:
    """`sourceParams` of an explore call: base64 of compact JSON (S4:70-73)."""
    return base64.b64encode(json.dumps(params, separators=(",", ":")).encode()).decode()


def _token_in(text: str) -> str:
    try:
        return str(json.loads(text)["access_token"])
    except (ValueError, TypeError, KeyError):
        return ""
