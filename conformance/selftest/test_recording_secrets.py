"""No secret reaches a cassette, wherever it stood, and each keeps one placeholder."""

import gzip
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
import yaml
from vcr.record_mode import RecordMode

from conformance.engine.redaction import Redactor
from conformance.recordings.cassettes import UNREADABLE, open_cassette
from conformance.selftest.command import run_command

TOKEN, KEY, PASSWORD = "tök-planted-0001", "key/planted+0002==", 'pass"planted\\0003'
NESTED = json.dumps({"note": json.dumps({"clientSecret": "nested-planted-0004"})})
COOKIE = "session-planted-0005"


class Echo(BaseHTTPRequestHandler):
    """Answers with all that it was told, in headers and body, and with secrets of its own."""

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        said = {"error": f"bad key {KEY}", "seen": text, "path": self.path, "more": NESTED}
        body = json.dumps(said, ensure_ascii=False).encode()
        coding = self.headers.get("x-coding", "")
        body = gzip.compress(body) if coding == "gzip" else body
        self.send_response(400, f"Bad {KEY}")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", COOKIE)
        self.send_header("x-echo", KEY)
        if coding:
            self.send_header("Content-Encoding", coding)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def cassette(address, tmp_path_factory):
    path = tmp_path_factory.mktemp("secrets") / "one.yaml"
    hide = Redactor({"access_token": TOKEN, "api_key": KEY})
    with open_cassette(path, hide, RecordMode.ONCE):
        for coding in ("", "gzip", "compress"):
            answer = requests.post(
                f"{address}/flows",
                params={"key": KEY},
                headers={
                    "Authorization": f"Bearer {TOKEN}".encode(),
                    "x-api-key": KEY,
                    "x-coding": coding,
                },
                json={
                    "auth": {"params": {"password": PASSWORD, "sasKey": 77665544}},
                    "text": NESTED,
                    "token": TOKEN,
                },
                stream=True,
                timeout=5,
            )
            assert answer.status_code == 400
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "part",
    ["planted", "tök", "t\\xF6k", "t\\u00f6k", "0001", "0002", "0003", "0004", "0005", "77665544"],
)
def test_no_part_of_a_secret_is_in_the_file(cassette, part):
    assert part not in cassette
    assert part not in json.dumps(yaml.safe_load(cassette), ensure_ascii=False)


def test_each_secret_has_one_placeholder(cassette):
    found = set(re.findall(r"<secret:([^>]+)>", cassette))
    assert found == {
        *("access_token", "api_key", "password", "sasKey", "clientSecret", "set-cookie")
    }


def test_interactions_are_kept_otherwise(cassette):
    first, packed, foreign = yaml.safe_load(cassette)["interactions"]
    request, answer = first["request"], first["response"]
    assert request["uri"].endswith("/flows?key=<secret:api_key>")
    assert request["headers"]["Authorization"] == ["Bearer <secret:access_token>"]
    assert json.loads(request["body"])["auth"]["params"]["password"] == "<secret:password>"
    seen = json.loads(answer["body"]["string"])
    assert json.loads(seen["seen"]) == json.loads(request["body"])
    assert seen["error"] == "bad key <secret:api_key>"
    assert answer["status"] == {"code": 400, "message": "Bad <secret:api_key>"}
    assert answer["headers"]["x-echo"] == ["<secret:api_key>"]
    assert answer["headers"]["Content-Length"] == [str(len(answer["body"]["string"]))]
    assert packed["response"]["body"] == answer["body"]
    assert foreign["response"]["body"]["string"] == UNREADABLE
    assert "Date" not in answer["headers"]


def test_a_recorded_run_keeps_no_credential(tmp_path):
    toml = tmp_path / "connectors.toml"
    toml.write_text('[stripe]\nauth = { accessToken = "sk_live_planted/stripe=token" }\n')
    words = ("--sequence", "stripe", "--report-dir", str(tmp_path / "out"))
    ended = run_command(
        *("record", *words, "--connectors", str(toml), "--cassettes", str(tmp_path / "kept"))
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    files = [p for p in tmp_path.rglob("*") if p.is_file() and p != toml]
    texts = {p: p.read_text(encoding="utf-8", errors="replace") for p in files}
    assert [p for p, text in texts.items() if "sk_live_planted" in text] == []
    kept = (tmp_path / "kept" / "emulator" / "stripe.yaml").read_text(encoding="utf-8")
    assert "<secret:stripe.accessToken>" in kept

    again = run_command(
        *("run", "--target", "replay", "--cassettes", str(tmp_path / "kept")),
        *("--sequence", "stripe", "--report-dir", str(tmp_path / "replayed")),
    )
    assert again.returncode == 0, again.stdout + again.stderr
