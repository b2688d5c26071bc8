"""A network between a client and an emulator that breaks: an asyncio TCP proxy, told what to do to which request."""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

HTML = b"<!DOCTYPE html><html><body><h1>Proxy error</h1></body></html>"
GARBAGE = b'{"items": [{"id": "\x00\xff\xfe half'
OWN_ERROR = b'{"message": "Something went wrong here", "status": 500}'
HUGE = 100_000_000
Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Break = Callable[["Passage"], Awaitable[None]]


class Passage:
    """One request on its way: `forward` hands it to the emulator and returns the answer's head and body."""

    def __init__(self, network: "RoughNetwork", request: bytes, writer: Writer) -> None:
        self.network, self.request, self.writer = network, request, writer

    async def forward(self) -> tuple[bytes, bytes]:
        reader, writer = await asyncio.open_connection(*self.network.upstream)
        try:
            writer.write(self.request)
            await writer.drain()
            return await _message(reader)
        finally:
            writer.close()

    def say(self, status: str, body: bytes, *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    def hang_up(self, reset: bool = False) -> None:
        if reset:
            linger = struct.pack("ii", 1, 0)
            found = self.writer.get_extra_info("socket")
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.close()


async def reset_before(passage: Passage) -> None:
    """The request is lost."""
    passage.hang_up(reset=True)


async def reset_after(passage: Passage) -> None:
    """The answer is lost."""
    await passage.forward()
    passage.hang_up(reset=True)


async def half(passage: Passage) -> None:
    """Half of the answer comes through."""
    head, body = await passage.forward()
    whole = head + body
    passage.writer.write(whole[: len(whole) // 2])
    passage.hang_up()


async def long_length(passage: Passage) -> None:
    """The answer announces more than it holds."""
    head, body = await passage.forward()
    wrong = f"Content-Length: {len(body) + 40}".encode()
    passage.writer.write(_replaced(head, wrong) + body)
    passage.hang_up()


async def short_length(passage: Passage) -> None:
    """The answer announces less than it holds."""
    head, body = await passage.forward()
    passage.writer.write(_replaced(head, f"Content-Length: {len(body) // 2}".encode()) + body)
    passage.hang_up()


async def garbage(passage: Passage) -> None:
    """Garbage in place of JSON."""
    await passage.forward()
    passage.say("200 OK", GARBAGE, "Content-Type: application/json")


async def html(passage: Passage) -> None:
    """A page of a proxy, which did not ask the target."""
    passage.say("200 OK", HTML, "Content-Type: text/html", "Via: 1.1 proxy")


async def bad_gateway(passage: Passage) -> None:
    """A proxy that got no answer, though the target did what was asked."""
    await passage.forward()
    passage.say("502 Bad Gateway", HTML, "Content-Type: text/html")


async def redirect(passage: Passage) -> None:
    """A redirect to another host."""
    passage.say("302 Found", b"", f"Location: {passage.network.elsewhere}")


async def busy(passage: Passage) -> None:
    """Too many requests."""
    passage.say("429 Too Many Requests", b"", "Retry-After: 0")


async def unavailable(passage: Passage) -> None:
    """Out of service for a moment."""
    passage.say("503 Service Unavailable", b"", "Retry-After: 0")


async def silence(passage: Passage) -> None:
    """No answer at all."""
    await asyncio.sleep(passage.network.silence)
    passage.hang_up()


async def trickle(passage: Passage) -> None:
    """The answer comes byte by byte, ever too early for a timeout between two reads."""
    head, body = await passage.forward()
    for byte in head + body:
        passage.writer.write(bytes([byte]))
        await passage.writer.drain()
        await asyncio.sleep(0.1)


async def huge(passage: Passage) -> None:
    """An answer of 100 MB."""
    passage.writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {HUGE}\r\n\r\n".encode())
    for _ in range(HUGE // 1_000_000):
        passage.writer.write(b"[" * 1_000_000)
        await passage.writer.drain()


async def own_error(passage: Passage) -> None:
    """No break: an error of the target's own, in a documented form."""
    passage.say("500 Internal Server Error", OWN_ERROR, "Content-Type: application/json")


async def own_lie(passage: Passage) -> None:
    """No break: the target says that it did what it did not do."""
    passage.say("204 No Content", b"")


async def own_echo(passage: Passage) -> None:
    """No break: JSON of the target's own that breaks off after the token that was sent."""
    token = passage.request.partition(b"uthorization: ")[2].partition(b"\r\n")[0]
    passage.say("200 OK", b'{"sent": "' + token, "Content-Type: application/json")


BREAKS: dict[str, Break] = {
    one.__name__: one
    for one in (
        *(reset_before, reset_after, half, long_length, short_length, garbage, html),
        *(bad_gateway, redirect, busy, unavailable, silence, trickle, huge),
    )
}
OWN: dict[str, Break] = {
    "own_error": own_error,
    "own_page": html,
    "own_lie": own_lie,
    "own_echo": own_echo,
}
QUICK = tuple(name for name in BREAKS if name not in ("silence", "trickle", "huge"))


class RoughNetwork:
    """The proxy; `choose` names the break of a request, given its method and path, or None."""

    def __init__(self, upstream: str, choose: Callable[[str, str], str | None]) -> None:
        parts = urlsplit(upstream)
        self.upstream = (str(parts.hostname), int(parts.port or 80))
        self.choose = choose
        self.elsewhere = "http://127.0.0.1:9/elsewhere"
        self.silence = 30.0
        self.seen = 0
        self.broken: Counter[str] = Counter()
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "RoughNetwork":
        self._thread.start()
        server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result(10)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                head, body = await _message(reader)
                await self._pass(head, body, writer)
        writer.close()

    async def _pass(self, head: bytes, body: bytes, writer: Writer) -> None:
        self.seen += 1
        method, path = head.decode("latin-1").split(" ")[:2]
        passage = Passage(self, head + body, writer)
        name = self.choose(method, path)
        if name is None:
            writer.write(b"".join(await passage.forward()))
        else:
            self.broken[name] += 1
            await (BREAKS | OWN)[name](passage)
        await writer.drain()


async def _message(reader: Reader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return head, await reader.readexactly(int(length or 0))


def _replaced(head: bytes, line: bytes) -> bytes:
    lines = head.split(b"\r\n")
    kept = [line if one.lower().startswith(b"content-length:") else one for one in lines]
    return b"\r\n".join(kept)


def now_and_then(
    share: float, seed: int, names: tuple[str, ...] = QUICK
) -> Callable[..., str | None]:
    """Breaks one request in so many, each time in another of some ways."""
    dice = random.Random(seed)

    def choose(method: str, path: str) -> str | None:
        return dice.choice(names) if dice.random() < share else None

    return choose
