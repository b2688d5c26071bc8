"""Real HTTP for the emulator: uvicorn on a socket of ours."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from conformance.emulator.app import Emulator
from conformance.emulator.asgi import Application
from conformance.emulator.exchange import encode
from conformance.emulator.faults import FAULTS
from conformance.emulator.tenants import SCOPES, issue_token
from conformance.emulator.variants import VARIANTS

Settings = dict[str, str]


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then tell."""
        await super().startup(sockets)
        self._ready()


def make_emulator(
    *,
    seed: int | None = None,
    settle: float | None = None,
    token_lifetime: int | None = None,
    faults: tuple[str, ...] | list[str] = (),
    variants: tuple[str, ...] | list[str] = (),
    contracts_root: Path | None = None,
) -> Emulator:
    """An emulator with the named faults and variants applied."""
    emulator = Emulator(contracts_root=contracts_root, seed=seed)
    VARIANTS.apply(emulator, variants)
    FAULTS.apply(emulator, faults)
    if settle is not None:
        emulator.settle = settle
    if token_lifetime is not None:
        emulator.token_lifetime = token_lifetime
    return emulator


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; asyncio sets TCP_NODELAY only when the protocol is named."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except BaseException:
        listener.close()
        raise
    return listener


def settings_of(emulator: Emulator, listener: socket.socket, scheme: str = "http") -> Settings:
    """All that a client needs to know; the token was issued just now."""
    host, port = listener.getsockname()[:2]
    url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
    tenant = emulator.tenants[0]
    token = issue_token(tenant, emulator.ids, emulator.clock, emulator.token_lifetime)
    return {
        "base_url": url,
        "access_token": token,
        "api_key": tenant.client_id,
        "org_id": tenant.org_id,
        "sandbox": "conformance",
        "other_sandbox": "other",
        "client_id": tenant.client_id,
        "client_secret": tenant.client_secret,
        "scopes": ",".join(SCOPES),
        "ims_url": url,
        "collection_url": url,
    }


def _server(
    emulator: Emulator, ready: Callable[[], None], certfile: str | None, keyfile: str | None
) -> Server:
    config = uvicorn.Config(
        Application(emulator),
        http="httptools",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
        ssl_certfile=certfile,
        ssl_keyfile=keyfile,
    )
    return Server(config, ready)


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    certfile: str | None = None,
    keyfile: str | None = None,
    exit_with_parent: bool = False,
    emulator: Emulator | None = None,
    **options: Any,
) -> None:
    """Serve until a signal comes; one JSON line on stdout tells that all is ready."""
    emulator = emulator or make_emulator(**options)
    with listen(host, port) as listener:
        settings = settings_of(emulator, listener, "https" if certfile else "http")

        def ready() -> None:
            sys.stdout.write(encode(settings).decode("ascii") + "\n")
            sys.stdout.flush()

        server = _server(emulator, ready, certfile, keyfile)
        if exit_with_parent:
            threading.Thread(target=_watch_stdin, args=(server,), daemon=True).start()
        server.run(sockets=[listener])


def _watch_stdin(server: Server) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    server.should_exit = True


@contextmanager
def running(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    certfile: str | None = None,
    keyfile: str | None = None,
    emulator: Emulator | None = None,
    **options: Any,
) -> Iterator[Settings]:
    """An emulator served from a thread; yields its settings."""
    emulator = emulator or make_emulator(**options)
    started = threading.Event()
    with listen(host, port) as listener:
        settings = settings_of(emulator, listener, "https" if certfile else "http")
        server = _server(emulator, started.set, certfile, keyfile)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            if not started.wait(10):
                raise RuntimeError("the emulator did not start")
            yield settings
        finally:
            server.should_exit = True
            thread.join(10)
