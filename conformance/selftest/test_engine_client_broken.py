"""Answers that break off, lie or never come, and tokens that are refused: each one clear line."""

import gzip
import json
import socket
import threading
import time

import pytest

from conformance.engine import client as module
from conformance.engine.authentication import issue
from conformance.engine.client import Client
from conformance.engine.errors import SettingsError, TargetError
from conformance.selftest.builders import raw_server, reply, settings

SECRET = "s3cret-value"
TRIES = module.MAX_ATTEMPTS


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """No pause before a request is sent again."""
    monkeypatch.setattr(Client, "sleep", lambda *_: None)


def send(url, headers=None, **given):
    return Client(settings(url, **given)).send("GET", url + "/things", headers or {}, None)


ZIPPED = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TEXT = json.dumps([{}] * 500)
PACKED = gzip.compress(TEXT.encode())


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}", "broke off"),
        (CHUNKED + b"5\r\n{}", "broke off"),
        (CHUNKED + b"zz\r\n{}\r\n", ""),
        (ZIPPED + b"Content-Length: 3\r\n\r\n{}x", ""),
        (ZIPPED + b"Content-Length: 90\r\n\r\n\x1f", ""),
        (b"SSH-2.0-OpenSSH_9.0\r\n\r\n", ""),
        (b"HTTP/1.1 banana\r\n\r\n", ""),
        (b"\x00" * 100, ""),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 70000 + b"\r\n\r\n", ""),
        (b"", ""),
        (None, ""),
    ],
    ids=[
        "short", "short chunk", "bad chunk", "bad gzip", "short gzip", "ssh", "status",
        "zeros", "long header", "nothing", "hung up",
    ],
)  # fmt: skip
def test_broken_answer_is_one_clear_line(sent, word):
    with raw_server(*[sent] * TRIES) as (url, heard):
        answer = send(url, headers={"Authorization": f"Bearer {SECRET}"})
    assert (answer.status, answer.text, answer.attempts) == (0, "", len(heard))
    assert answer.error is not None
    assert url.removeprefix("http://") in answer.error
    assert word in answer.error
    assert "\n" not in answer.error
    assert len(answer.error) < 200
    assert SECRET not in answer.error


def test_packed_answer_is_unpacked():
    with raw_server(reply("200 OK", PACKED, "Content-Encoding: gzip")) as (url, _):
        assert send(url).text == TEXT


def test_answer_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(module, "LARGEST_BODY", 1000)
    with raw_server(*[reply("200 OK", b"x" * 1001)] * 4) as (url, _):
        assert "larger than 1000 bytes" in str(send(url).error)


@pytest.mark.parametrize("text", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"], ids=len)
def test_silence_ends_in_one_clear_line(text):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.settimeout(5)
        holder = threading.Thread(target=_hold, args=(listener, text), daemon=True)
        holder.start()
        assert "did not answer in time" in str(send(url, http_timeout=0.3).error)
        holder.join()


def _hold(listener, text):
    held = []
    for _ in range(TRIES):
        held.append(listener.accept()[0])
        held[-1].sendall(text)
    time.sleep(0.6)
    for connection in held:
        connection.close()


def test_refused_connection_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    answer = send(url)
    assert answer.error == f"no connection to {url.removeprefix('http://')}: Connection refused"


def test_tls_failure_says_tls():
    with raw_server(*[reply()] * TRIES) as (url, _):
        answer = send(url.replace("http:", "https:"))
    assert str(answer.error).startswith("TLS failed at 127.0.0.1")


def token(*replies):
    with raw_server(*replies) as (url, heard):
        given = settings(url, client_id="c-1", client_secret=SECRET, scopes="a,b")
        return issue(Client(given)).value, heard


def test_token_is_fetched_with_the_credentials():
    found, heard = token(reply("200 OK", b'{"access_token": "t-1"}'))
    assert found == "t-1"
    assert heard[0].startswith("POST /ims/token/v3 ")
    assert heard[0].endswith(f"client_id=c-1&client_secret={SECRET}&scope=a%2Cb")


@pytest.mark.parametrize(
    ("sent", "error", "word"),
    [
        (reply("400 Bad Request", SECRET.encode()), SettingsError, "answered 400"),
        (reply("401 Unauthorized"), SettingsError, "--client-id"),
        (reply(), TargetError, "without an access_token"),
        (reply("200 OK", b"<html>"), TargetError, "without an access_token"),
        (reply("200 OK", b"[]"), TargetError, "without an access_token"),
        (reply("200 OK", b'{"access_token": null}'), TargetError, "without an access_token"),
        (None, TargetError, "--ims-url"),
    ],
)  # fmt: skip
def test_token_that_does_not_come_is_one_clear_line(sent, error, word):
    with pytest.raises(error, match="no token") as caught:
        token(*[sent] * TRIES)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)
