"""Hears what somebody else's client exchanges, as it happens and without changing it."""

import inspect
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import MethodType
from typing import Any, TypeVar

import requests

from conformance.engine.errors import SettingsError
from conformance.recordings.recorded import Interaction

Client = TypeVar("Client")


@dataclass
class Heard:
    """One request that was sent; `interaction` is None until its answer is there."""

    method: str
    url: str
    headers: dict[str, str]
    body: Any
    started: float
    interaction: Interaction | None = None

    def answered(self, status: int, headers: dict[str, str], content: bytes | None) -> None:
        """Note the answer; None stands for a body that the client reads for itself."""
        lost = ["request"] if self.body is not None and not _is_text(self.body) else []
        lost += ["answer"] if content is None else []
        self._end(status, headers, content or b"", "", tuple(lost))

    def failed(self, error: str) -> None:
        """Note that no answer came."""
        self._end(0, {}, b"", error, ())

    def _end(
        self,
        status: int,
        headers: dict[str, str],
        content: bytes,
        error: str,
        lost: tuple[str, ...],
    ) -> None:
        self.interaction = Interaction(
            self.method,
            self.url,
            self.headers,
            _text(self.body),
            status,
            headers,
            _text(content),
            lost=lost,
            error=error,
            started=self.started,
            seconds=time.time() - self.started,
        )


class Ear:
    """Listens to any number of clients, in threads too, until it is closed."""

    def __init__(self) -> None:
        self._heard: list[Heard] = []
        self._undo: list[Callable[[], None]] = []
        self._watched: list[Any] = []
        self._spoke: set[int] = set()
        self._lock = threading.Lock()
        self._within = threading.local()

    def watch(self, client: Client) -> Client:
        """Listen to a requests.Session, an httpx.Client or an httpx.AsyncClient; returns it.

        Raises SettingsError for anything else.
        """
        if any(client is known for known in self._watched):
            return client
        if isinstance(client, requests.Session):
            self._watch_requests(client)
        elif hasattr(client, "event_hooks"):
            self._watch_httpx(client)
        else:
            kind = type(client).__name__
            raise SettingsError(f"watch: {kind} is no requests.Session and no httpx client")
        self._watched.append(client)
        return client

    def close(self) -> None:
        """Leave every client as it was."""
        while self._undo:
            self._undo.pop()()
        self._watched.clear()

    def interactions(self) -> list[Interaction]:
        """What was heard so far, in the order in which it was asked."""
        with self._lock:
            heard = list(self._heard)
        for one in heard:
            if one.interaction is None:
                one.failed("no answer came")
        return [one.interaction for one in heard if one.interaction is not None]

    def asked(
        self, method: str, url: str, headers: dict[str, str], body: Any, client: Any
    ) -> Heard:
        """Note a request that a client is about to send."""
        heard = Heard(method, url, headers, body, time.time())
        with self._lock:
            self._heard.append(heard)
            self._spoke.add(id(client))
        return heard

    def silent(self) -> list[Any]:
        """The clients that nothing was heard of."""
        return [client for client in self._watched if id(client) not in self._spoke]

    def _watch_requests(self, session: requests.Session) -> None:
        """Listen where a session sends, which is above what mocks and adapters replace.

        The hook hears what a mock sends that replaces `send` of this session too.
        """
        own = vars(session).get("send")

        def heard(
            session: requests.Session, request: requests.PreparedRequest, **named: Any
        ) -> Any:
            __tracebackhide__ = True  # pytest shows the client's own lines only
            usual = own or MethodType(type(session).send, session)  # perhaps mocked by now
            return self._sent(session, usual, request, named)

        def overheard(answer: requests.Response, *_: Any, **named: Any) -> None:
            if not getattr(self._within, "depth", 0):
                _answered(self._asked(answer.request, session), answer, named.get("stream"))

        ours = MethodType(heard, session)
        session.send = ours  # type: ignore[method-assign]
        session.hooks.setdefault("response", []).append(overheard)

        def undo() -> None:
            if overheard in session.hooks.get("response", []):
                session.hooks["response"].remove(overheard)
            if vars(session).get("send") is ours:
                del session.send
                vars(session).update({"send": own} if own else {})

        self._undo.append(undo)

    def _asked(self, request: Any, client: Any) -> Heard:
        headers = {name: _text(value) for name, value in request.headers.items()}
        return self.asked(request.method or "", request.url or "", headers, request.body, client)

    def _sent(
        self,
        session: requests.Session,
        usual: Callable[..., requests.Response],
        request: requests.PreparedRequest,
        named: dict[str, Any],
    ) -> requests.Response:
        """Send as the session does; each redirect that it follows comes here again by itself."""
        __tracebackhide__ = True
        heard = self._asked(request, session)
        streams = named.get("stream", session.stream)

        def answered(answer: requests.Response, *_: Any, **__: Any) -> None:
            _answered(heard, answer, streams)

        hooks = request.hooks.setdefault("response", [])
        hooks.insert(0, answered)  # before redirects are followed, which may fail
        self._within.depth = getattr(self._within, "depth", 0) + 1
        try:
            answer = usual(request, **named)
            answered([*answer.history, answer][0])
        except requests.RequestException as error:
            if heard.interaction is None:
                heard.failed(type(error).__name__)
            raise
        finally:
            self._within.depth -= 1
            hooks.remove(answered)
        return answer

    def _watch_httpx(self, client: Any) -> None:
        pending: dict[int, Heard] = {}

        def asked(request: Any) -> None:
            try:
                body = request.content
            except RuntimeError:  # it is sent as a stream, which can be read once
                body = request.stream
            pending[id(request)] = self.asked(
                request.method, str(request.url), dict(request.headers), body, client
            )

        def answered(response: Any, content: bytes) -> None:
            heard = pending.pop(id(response.request), None)
            if heard is not None:
                heard.answered(response.status_code, dict(response.headers), content)

        async def asked_later(request: Any) -> None:
            asked(request)

        async def answered_later(response: Any) -> None:
            answered(response, await response.aread())

        is_async = inspect.iscoroutinefunction(client.request)
        hooks = {
            "request": asked_later if is_async else asked,
            "response": answered_later if is_async else lambda r: answered(r, r.read()),
        }
        for event, hook in hooks.items():
            client.event_hooks[event].append(hook)
            self._undo.append(_removal(client, event, hook))


def _answered(heard: Heard, answer: requests.Response, streams: Any) -> None:
    if heard.interaction is None:
        content = None if streams else answer.content
        heard.answered(answer.status_code, dict(answer.headers), content)


def _removal(client: Any, event: str, hook: Any) -> Callable[[], None]:
    def remove() -> None:
        if hook in client.event_hooks[event]:
            client.event_hooks[event].remove(hook)

    return remove


def _is_text(body: Any) -> bool:
    return isinstance(body, str | bytes | bytearray)


def _text(body: Any) -> str:
    if isinstance(body, bytes | bytearray):
        return body.decode("utf-8", errors="replace")
    return body if isinstance(body, str) else ""
