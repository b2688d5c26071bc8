"""The ASGI shell around the emulator's plain `handle`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.gateway import MOST_BYTES

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Application:
    """The ASGI shell around `Emulator.handle`."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        if scope["type"] != "http":
            return
        request = _request(scope, await _body(receive))
        response = await self._answer(request)
        if response.delay:
            await asyncio.sleep(response.delay)
        await _send(response, send)

    async def _answer(self, request: Request | None) -> Response:
        if request is None:
            return Response(413, {"title": "Payload too large", "status": 413})
        if self.emulator.concurrent:
            return await asyncio.to_thread(self.emulator.handle, request)
        return self.emulator.handle(request)


async def _body(receive: Receive) -> bytes | None:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _request(scope: Scope, body: bytes | None) -> Request | None:
    if body is None:
        return None
    query = scope["query_string"].decode("latin-1")
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=parse_qsl(query, keep_blank_values=True),
        headers={key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]},
        body=body,
    )


async def _send(response: Response, send: Send) -> None:
    content = response.content()
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.wire_headers().items()
    ]
    if response.status not in (204, 304):
        headers.append((b"content-length", str(len(content)).encode("ascii")))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
