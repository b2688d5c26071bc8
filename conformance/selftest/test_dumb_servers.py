"""Servers that answer the same to everything earn nothing."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conformance.selftest.command import run_command

ANSWERS = {
    "not-found": (404, {"errorMessage": "not found"}),
    "empty-success": (200, {}),
    "server-error": (500, {"message": "internal error"}),
    "no-content": (204, None),
    "forbidden": (403, {"message": "no"}),
}


@pytest.fixture(params=ANSWERS)
def dumb_server(request):
    status, body = ANSWERS[request.param]
    payload = b"" if body is None else json.dumps(body).encode()

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def log_message(self, *words):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize("profile", ["core", "full"])
def test_a_server_with_one_answer_earns_no_must_pass(dumb_server, profile, tmp_path: Path):
    ended = run_command(
        *("run", "--base-url", dumb_server, "--access-token", "token", "--api-key", "key-of-test"),
        *("--org-id", "ORG@AdobeOrg", "--sandbox", "dev", "--profile", profile),
        *("--report-dir", str(tmp_path)),
    )
    results = json.loads((tmp_path / "results.json").read_text()) if ended.returncode == 1 else {}
    passed = [
        row["id"]
        for row in results.get("requirements", [])
        if row["level"] == "MUST" and row["verdict"] == "pass"
    ]
    assert ended.returncode in (1, 3), ended.stderr
    assert passed == []
    assert not results.get("conformant")
