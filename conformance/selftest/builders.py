"""Exchanges, journeys and answers for the selftests, and a loopback server that says what it is told."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from conformance.engine.catalogue import Requirement
from conformance.engine.client import Answer, Client
from conformance.engine.contract import load_contract
from conformance.engine.data import contracts_root
from conformance.engine.evidence import Journey
from conformance.engine.exchange import ABSENT, Exchange, Request, Response
from conformance.engine.redaction import Redactor
from conformance.engine.session import Session
from conformance.engine.settings import Settings
from conformance.engine.world import World

CONTRACT = load_contract(contracts_root())


def text_of(body: Any) -> str:
    return body if isinstance(body, str) else "" if body is ABSENT else json.dumps(body)


def exchange(
    operation: str = "getFlow", status: int = 200, body: Any = ABSENT, **given: Any
) -> Exchange:
    """One exchange; `id` is the path parameter, `sent` the body sent, status 0 means no answer."""
    path = {"id": given.pop("id")} if "id" in given else {}
    found = CONTRACT[operation]
    request = Request(
        given.pop("headers", {}),
        text_of(given.pop("sent", ABSENT)),
        found.method,
        given.pop("url", f"http://target.test{found.path(path or {'id': 'x', 'inletId': 'x'})}"),
    )
    response = Response({}, text_of(body), status) if status else None
    known = {"id": f"walk/{next(_numbers):03d}", "journey": "walk", "step": "step", **given}
    known["id"] = known.pop("name", known["id"])
    return Exchange(operation=operation, request=request, response=response, path=path, **known)


def _count() -> Iterator[int]:
    number = 0
    while True:
        yield (number := number + 1)


_numbers = _count()


def journey(*exchanges: Exchange, name: str = "walk", **given: Any) -> Journey:
    return Journey(name, list(exchanges), **given)


def row(requirement_id: str = "flow-service.flows.thing-holds", **given: Any) -> Requirement:
    """A requirement with what every row has."""
    known: dict[str, Any] = {
        "level": "MUST",
        "basis": "stated",
        "source": ("S0:83",),
        "statement": "A thing holds of every flow.",
        "operations": (),
        "profile": "core",
        "check": "rule",
    }
    return Requirement(requirement_id, **{**known, **given})


def settings(base_url: str = "http://target.test", **given: Any) -> Settings:
    return Settings(base_url, "ORG@AdobeOrg", "dev", "the-api-key", **given)


class Script(Client):
    """A client that answers from a function of method, path and body, and remembers what was asked."""

    repeats = False

    def __init__(self, answer: Callable[[str, str, Any], tuple[int, Any]]) -> None:
        super().__init__(settings())
        self._answer = answer
        self.asked: list[tuple[str, str]] = []
        self.bodies: list[Any] = []
        self.urls: list[str] = []
        self.headers: list[dict[str, str]] = []

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        path = urlsplit(url).path.rpartition("/data/foundation")[2]
        sent = json.loads(body) if body else ABSENT
        self.asked.append((method, path))
        self.bodies.append(sent)
        self.urls.append(url)
        self.headers.append(headers)
        status, answered = self._answer(method, path, sent)
        error = None if status else "target.test did not answer in time"
        return Answer(status, {}, text_of(answered), error, 1, 0.01)


def session(client: Any, **secrets: str) -> Session:
    """A session of a journey called walk, over any client."""
    world = World(settings(), CONTRACT, Redactor(secrets), client, "the-token", "run-1")
    return Session(world, "walk")


@contextmanager
def raw_server(*replies: bytes | None) -> Iterator[tuple[str, list[str]]]:
    """A server that answers each request with the next bytes and hangs up (None: at once).

    Yields its address and the requests that it got.
    """
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, replies, heard), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
    thread.join(2)


def _serve(listener: socket.socket, replies: tuple[bytes | None, ...], heard: list[str]) -> None:
    for reply in replies:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            heard.append(_hear(connection))
            if reply is not None:
                connection.sendall(reply)


def _hear(connection: socket.socket) -> str:
    text = ""
    while chunk := connection.recv(65536).decode("latin-1"):
        text += chunk
        if not text[0].isalpha():  # no HTTP: the hello of a TLS client
            break
        head, _, body = text.partition("\r\n\r\n")
        length = head.lower().partition("content-length: ")[2].partition("\r\n")[0]
        if "\r\n\r\n" in text and len(body) >= int(length or 0):
            break
    return text


def reply(status: str = "200 OK", body: bytes = b"{}", *headers: str) -> bytes:
    """The bytes of an answer whose length is right."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body
