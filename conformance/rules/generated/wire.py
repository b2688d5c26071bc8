"""The wire between a generator and the target: a WSGI application that sends each request through a session."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from conformance.engine.contract import Operation
from conformance.engine.exchange import Exchange
from conformance.engine.kinds import BY_OPERATION, created_names
from conformance.engine.session import Session
from conformance.rules.gateway import GENERATED
from conformance.rules.generated.overlay import chance, looks_alike, overlay, without_secrets
from conformance.rules.generated.pool import Body, Pool

CASE_ID = "HTTP_X_SCHEMATHESIS_TESTCASEID"
EXCHANGE_ID = "X-Conformance-Exchange"
FORWARDED = {"HTTP_IF_MATCH": "If-Match", "HTTP_X_ADOBE_FLOW_ID": "x-adobe-flow-id"}
REGISTRY_ACCEPT = "application/vnd.adobe.xed"
IDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,64}")
LARGEST_LITTER = 12
PATCHED = ("/description", "/name", "/transformations/0/params/segmentSelectors/selectors/-")
SILENCES = 3
Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Wire:
    """Answers the generator with what the target answered, and keeps which exchange was which case."""

    def __init__(self, session: Session, pool: Pool, service: str) -> None:
        self.session, self.pool, self.service = session, pool, service
        self.by_case: dict[str, Exchange] = {}
        self.by_id: dict[str, Exchange] = {}
        self.names: dict[str, dict[str, int]] = {}
        self._count = 0
        self._silent = 0

    @property
    def is_dead(self) -> bool:
        """Whether the target has stopped answering."""
        return self._silent >= SILENCES

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        method = str(environ["REQUEST_METHOD"])
        target = str(environ["REQUEST_URI"])
        found = self.session.world.contract.identify(method, target.split("?", maxsplit=1)[0])
        if found is None or self.is_dead:
            start("404 Not Found", [("Content-Type", "application/json")])
            return [b'{"message": "not sent"}']
        exchange = self._send(environ, target, *found)
        self._silent = self._silent + 1 if exchange.response is None else 0
        self.by_id[exchange.id] = exchange
        self.by_case[str(environ.get(CASE_ID, ""))] = exchange
        return _answer(exchange, start)

    def _send(
        self, environ: Environ, target: str, operation: Operation, path: dict[str, str]
    ) -> Exchange:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        payload = (
            environ["wsgi.input"].read(length) if length and operation.request_schema else None
        )
        seed = chance(operation.id, IDS.sub("id", f"{target} {payload!r}"))
        living = self._place(operation, path, seed)
        _, mark, query = target.partition("?")
        target = operation.path(living) + mark + query
        headers = self._headers(environ, operation, living, seed, payload is not None)
        name = None
        if payload is not None:
            payload, name = self._body(operation, payload, seed)
        exchange = self.session.forward(
            operation.id,
            target,
            living,
            headers,
            payload,
            case=GENERATED,
            step="generated",
            notes={},
        )
        self._settle(operation, exchange, living, name)
        return exchange

    def _place(self, operation: Operation, path: dict[str, str], seed: int) -> dict[str, str]:
        """A living id in place of a well-formed one, in three of four cases."""
        living = self.pool.living(_noun(operation.id), operation.method == "DELETE")
        if not living or seed % 4 == 0 or self.pool.known & set(path.values()):
            return path
        chosen = living[(seed >> 8) % len(living)]
        return {k: chosen if looks_alike(v, chosen) else v for k, v in path.items()}

    def _headers(
        self, environ: Environ, operation: Operation, path: dict[str, str], seed: int, body: bool
    ) -> dict[str, str]:
        given = {name: str(environ[key]) for key, name in FORWARDED.items() if key in environ}
        if self.service == "schema-registry" and environ.get("HTTP_ACCEPT") not in (None, "*/*"):
            given["Accept"] = str(environ["HTTP_ACCEPT"])
        if body and environ.get("CONTENT_TYPE"):
            given["Content-Type"] = str(environ["CONTENT_TYPE"])
        etag = self.pool.etags.get(next(iter(path.values()), ""))
        if etag and seed % 4 and re.fullmatch('".+"', given.get("If-Match", "")):
            given["If-Match"] = etag
        return {k: re.sub(r"[^ -~]", "", v).strip() for k, v in given.items()}

    def _body(self, operation: Operation, payload: bytes, seed: int) -> tuple[bytes, str | None]:
        """The body with living references and a name of this run, where it is JSON at all."""
        try:
            document = json.loads(payload)
        except ValueError:
            return payload, None
        document = json.loads(without_secrets(json.dumps(document)))
        if operation.method == "PATCH":
            return json.dumps(self._patch(document, seed)).encode(), None
        if not isinstance(document, dict):
            return json.dumps(document).encode(), None
        document = self._living(operation, document, seed)
        return self._named(document)

    def _living(self, operation: Operation, document: Body, seed: int) -> Body:
        lawful = self.pool.bodies.get(operation.id, [])
        litter = self.pool.expendable.get(_noun(operation.id), [])
        if not lawful or len(litter) >= LARGEST_LITTER:
            return document
        chosen = lawful[(seed >> 4) % len(lawful)]
        mixed: Body = overlay(document, chosen)
        return (mixed, {**chosen, **mixed}, {**document, **chosen})[seed % 3]

    def _named(self, document: Body) -> tuple[bytes, str | None]:
        member = next((m for m in ("name", "title") if m in document), None)
        name = None
        if member and isinstance(document[member], str) and document[member]:
            self._count += 1
            name = self.session.name(f"generated {self.service} {self._count}")
            document = {**document, member: name}
        return json.dumps(document).encode(), name

    def _patch(self, document: Any, seed: int) -> Any:
        """As it is, on members that exist, or a description, which every entity takes."""
        if seed % 3 == 0 or not isinstance(document, list):
            return document
        path = PATCHED[(seed >> 4) % len(PATCHED)]
        operations = [o for o in document if isinstance(o, dict) and "path" in o]
        if seed % 3 == 1:
            return [{**operation, "path": path} for operation in operations]
        texts = [o["value"] for o in operations if isinstance(o.get("value"), str)]
        return [{"op": "add", "path": "/description", "value": t} for t in [*texts, "generated"]]

    def _settle(
        self, operation: Operation, exchange: Exchange, path: dict[str, str], name: str | None
    ) -> None:
        """Remember what was made, changed and deleted."""
        kind = BY_OPERATION.get(operation.id)
        done = exchange.response is not None and exchange.response.is_success
        if kind and operation.id == kind.create():
            made = created_names(kind, exchange) if done else []
            if made:
                self.pool.born(kind.noun, made[0])
            if name:
                self.names.setdefault(kind.name, {})[name] = exchange.status
        elif done and operation.method == "DELETE":
            self.pool.died(path.get("id", ""))
        self._learn_etag(exchange)

    def _learn_etag(self, exchange: Exchange) -> None:
        for pointer in ("", "/items/0"):
            identifier, etag = exchange.at(f"{pointer}/id"), exchange.at(f"{pointer}/etag")
            if isinstance(identifier, str) and isinstance(etag, str):
                self.pool.etags[identifier] = etag

    def refused_names(self, kind: str) -> Iterator[list[str]]:
        """The names of creates that were refused, some at a time."""
        refused = [n for n, status in self.names.get(kind, {}).items() if 400 <= status < 500]
        for start in range(0, len(refused), 25):
            yield refused[start : start + 25]


def _noun(operation_id: str) -> str:
    kind = BY_OPERATION.get(operation_id)
    if kind is not None:
        return kind.noun
    return re.sub(r"^(get|test|explore|create|list)", "", operation_id)


def _answer(exchange: Exchange, start: StartResponse) -> list[bytes]:
    response = exchange.response
    if response is None:
        start("503 Service Unavailable", [(EXCHANGE_ID, exchange.id)])
        return [b""]
    media = response.header("Content-Type")
    headers = [(EXCHANGE_ID, exchange.id), *([("Content-Type", media)] if media else [])]
    start(f"{response.status} Answered", headers)
    return [response.text.encode()]
