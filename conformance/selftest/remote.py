"""The emulator as if it were remote: a process of its own behind a proxy that makes up the name aep.test."""

import json
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import trustme

HOST = "aep.test"
Canned = Callable[[str, str, dict[str, str]], tuple[int, dict[str, str], Any] | None]


@dataclass
class Remote:
    """What a client needs; `heard` are method, path and headers of each request, unless TLS hides them.

    At `near` the same is on this machine, by its own words.
    """

    settings: dict[str, str]
    environ: dict[str, str]
    near: str = ""
    heard: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def variables(self, *names: str) -> dict[str, str]:
        """Environment variables for some settings, and for the proxy."""
        return {**self.environ, **{f"AEP_{n.upper()}": self.settings[n] for n in names}}

    def methods(self) -> set[str]:
        """The methods of all requests but those for a token."""
        return {method for method, path, _ in self.heard if not path.startswith("/ims/")}


@contextmanager
def remote(
    *words: str, authority: Path | None = None, canned: Canned | None = None
) -> Iterator[Remote]:
    """An emulator at aep.test, over TLS when there is a file for the certificate of its authority.

    `canned` may answer a plain request in the emulator's place.
    """
    certificate = _certificate(authority) if authority else ()
    command = [sys.executable, "-m", "conformance.emulator", "--exit-with-parent", *certificate]
    with subprocess.Popen(
        [*command, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        given = json.loads(process.stdout.readline())
        port = urlsplit(given["base_url"]).port
        scheme = "https" if authority else "http"
        base = f"{scheme}://{HOST}:{port}"
        there = Remote(
            {**given, **dict.fromkeys(("base_url", "ims_url", "collection_url"), base)}, {}
        )
        with _proxy(port, there.heard, canned) as address:
            there.near = address
            proxies = dict.fromkeys(
                ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), address
            )
            there.environ |= {**proxies, "no_proxy": "", "NO_PROXY": "", "REQUESTS_CA_BUNDLE": ""}
            yield there
        process.stdin.close()


def _certificate(authority: Path) -> tuple[str, ...]:
    issuer = trustme.CA()
    issuer.cert_pem.write_to_path(authority)
    own = issuer.issue_cert(HOST)
    chain, key = authority.with_suffix(".chain"), authority.with_suffix(".key")
    own.private_key_pem.write_to_path(key)
    own.cert_chain_pems[0].write_to_path(chain)
    return "--certfile", str(chain), "--keyfile", str(key)


@contextmanager
def _proxy(port: int, heard: list[Any], canned: Canned | None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self):
            if self.path.partition(":")[0] != HOST:
                self.send_error(502)
                return
            with socket.create_connection(("127.0.0.1", port)) as upstream:
                self.send_response(200)
                self.end_headers()
                with suppress(OSError):
                    _splice(self.connection, upstream)
            self.close_connection = True

        def forward(self):
            parts = urlsplit(self.path)
            path = parts._replace(scheme="", netloc="").geturl()
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = dict(self.headers)
            heard.append((self.command, path, headers))
            answer = canned(self.command, path, headers) if canned else None
            status, kept, text = (
                (answer[0], answer[1], json.dumps(answer[2]).encode())
                if answer
                else _upstream(port, self.command, path, headers, body)
            )
            self.send_response_only(status)
            for name, value in {**kept, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = forward

        def log_message(self, *words):
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _upstream(port, method, path, headers, body):
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body or None, {**headers, "Connection": "close"})
    answer = connection.getresponse()
    hop = ("connection", "content-length", "transfer-encoding")
    kept = {k: v for k, v in answer.getheaders() if k.lower() not in hop}
    text = answer.read()
    connection.close()
    return answer.status, kept, text


def _splice(one: socket.socket, other: socket.socket) -> None:
    pairs = {one: other, other: one}
    while True:
        for ready in select.select(list(pairs), [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            pairs[ready].sendall(data)


def everything(folder: Path, *ended: subprocess.CompletedProcess[str]) -> str:
    """All that some commands printed and wrote below a folder."""
    files = [p.read_text(errors="replace") for p in folder.rglob("*") if p.is_file()]
    return "\n".join([*files, *(text for e in ended for text in (e.stdout, e.stderr))])
