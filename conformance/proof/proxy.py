"""An HTTP proxy on a socket of its own that lets one mutation loose on the answers that pass."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from conformance.engine.contract import Operation
from conformance.proof.answer import Answer
from conformance.proof.mutations import Mutation

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}
BODILESS = (204, 304)


class Proxy(ThreadingHTTPServer):
    """Passes requests on; `altered` counts the answers that the mutation changed."""

    daemon_threads = True

    def __init__(self, upstream: str, operation: Operation, mutation: Mutation) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.operation, self.mutation = operation, mutation
        self.altered = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def alter(self, method: str, path: str, answer: Answer) -> Answer:
        """The answer as the mutant gives it."""
        if answer.status != self.mutation.status or self.operation.match(method, path) is None:
            return answer
        mutated = self.mutation.apply(answer)
        self.altered += mutated != answer
        return mutated

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up ends its thread, quietly."""


class Handler(BaseHTTPRequestHandler):
    """One connection of a client, with one of its own to the emulator."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Proxy

    def setup(self) -> None:
        super().setup()
        self.upstream = HTTPConnection(self.server.upstream, timeout=30)

    def finish(self) -> None:
        super().finish()
        self.upstream.close()

    def relay(self) -> None:
        """Pass one request on and its answer back."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        if body is None and self.command in ("POST", "PATCH"):
            headers["Content-Length"] = "0"
        self.upstream.request(self.command, self.path, body, headers)
        response = self.upstream.getresponse()
        answer = Answer(response.status, tuple(response.getheaders()), response.read())
        self._reply(self.server.alter(self.command, self.path.partition("?")[0], answer))

    def _reply(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        if answer.status not in BODILESS:
            self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        if answer.status not in BODILESS:
            self.wfile.write(answer.content)
        self.wfile.flush()

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = relay  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """No log."""


@contextmanager
def proxy(upstream: str, operation: Operation, mutation: Mutation) -> Iterator[Proxy]:
    """A running proxy."""
    server = Proxy(upstream, operation, mutation)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
