"""The client against a server that says whatever it is told: retries, redirects, broken answers."""

import gzip
import time
from email.utils import formatdate

import pytest

from conformance.engine import client as module
from conformance.engine.client import Client
from conformance.engine.manners import Limits, Manners
from conformance.selftest.builders import raw_server, reply, settings

SECRET = "s3cret-value"
BUSY = "429 Too Many Requests"


@pytest.fixture
def waits(monkeypatch):
    """How long the client wanted to sleep; it does not."""
    found = []
    monkeypatch.setattr(module.time, "sleep", found.append)
    return found


def send(url, method="GET", headers=None, body=None, **given):
    return Client(settings(url, **given)).send(method, url + "/things", headers or {}, body)


def test_request_goes_out_as_given_and_the_answer_comes_back():
    with raw_server(reply("201 Created", '{"é": 1}'.encode(), "ETag: x")) as (url, heard):
        answer = send(url, "POST", {"X-One": "1", "Content-Type": "text/x"}, b"body")
    assert heard[0].startswith("POST /things HTTP/1.1")
    assert "X-One: 1" in heard[0]
    assert heard[0].endswith("body")
    assert (answer.status, answer.text, answer.error) == (201, '{"é": 1}', None)
    assert (answer.headers["ETag"], answer.attempts) == ("x", 1)


@pytest.mark.parametrize("status", [BUSY, "503 Service Unavailable"])
def test_busy_target_is_asked_again_after_the_seconds_it_names(waits, status):
    with raw_server(reply(status, b"", "Retry-After: 7"), reply()) as (url, heard):
        answer = send(url, "POST", body=b"x")
    assert (answer.status, answer.attempts, len(heard)) == (200, 2, 2)
    assert waits == [7.0]
    assert heard[0] == heard[1]


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (lambda: formatdate(time.time() + 20, usegmt=True), 15, 20),
        (lambda: formatdate(time.time() - 60, usegmt=True), 0, 0),
        ("0", 0, 0),
        ("0.5", 0.5, 0.5),
        ("-5", 0, 0),
        ("120", 120, 120),
        ("Wed, 21 Oct 2015 07:28:00 +9999999999999", 0.5, 1),
    ],
    ids=["date", "past date", "zero", "fraction", "negative", "two minutes", "beyond all time"],
)
def test_wait_is_what_is_asked_for_within_bounds(waits, value, low, high):
    header = f"Retry-After: {value() if callable(value) else value}"
    with raw_server(reply(BUSY, b"", header), reply()) as (url, _):
        assert send(url).attempts == 2
    assert low <= waits[0] <= high


@pytest.mark.parametrize(
    ("status", "header"),
    [
        ("500 Internal Server Error", "Retry-After: 1"),
        ("202 Accepted", "Retry-After: 1"),
        ("404 Not Found", "Retry-After: 1"),
    ],
)
def test_nothing_else_is_asked_again(waits, status, header):
    with raw_server(reply(status, b"", header), reply()) as (url, heard):
        answer = send(url)
        assert (str(answer.status), answer.attempts) == (status[:3], 1)
        assert (len(heard), waits) == (1, [])
        send(url)


@pytest.mark.parametrize("header", ["X-Other: 1", "Retry-After: soon"])
def test_busy_target_that_names_no_time_is_given_ever_more(waits, header):
    with raw_server(*[reply(BUSY, b"", header)] * 3, reply()) as (url, _):
        answer = send(url, "POST", body=b"x")
    assert (answer.status, answer.attempts) == (200, 4)
    for pause, longest in zip(waits, (1.0, 2.0, 4.0), strict=True):
        assert longest / 2 <= pause <= longest


def test_patience_ends_without_a_verdict(waits):
    with raw_server(*[reply(BUSY, b"", "Retry-After: 1")] * module.PATIENCE) as (url, heard):
        answer = send(url)
    assert (answer.status, answer.attempts) == (0, module.PATIENCE)
    assert "answered 429 and asks for patience" in str(answer.error)
    assert len(waits) == module.PATIENCE - 1 == len(heard) - 1


@pytest.mark.parametrize("value", ["86400", "1e400", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_who_asks_for_more_patience_than_a_run_has_is_not_asked_again(waits, value):
    with raw_server(reply(BUSY, b"", f"Retry-After: {value}")) as (url, _):
        answer = send(url)
    assert (answer.status, answer.attempts, waits) == (0, 1, [])
    assert "asks for patience for" in str(answer.error)


def test_nobody_waits_beyond_the_time_of_the_run(waits, monkeypatch):
    limits = Limits(max_time=5, until=time.time() + 5)
    monkeypatch.setattr(Client, "manners", Manners(limits))
    with raw_server(reply(BUSY, b"", "Retry-After: 20")) as (url, _):
        assert (send(url).attempts, waits) == (1, [])


def test_patience_that_was_in_vain_is_not_spent_again(waits):
    client = Client(settings("http://127.0.0.1:9"))
    with raw_server(*[reply(BUSY, b"", "Retry-After: 1")] * (module.PATIENCE + 1)) as (url, _):
        found = [client.send("GET", f"{url}/things", {}, None).attempts for _ in range(2)]
    assert found == [module.PATIENCE, 1]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_redirect_elsewhere_is_not_followed_and_no_answer_of_the_target(waits, status):
    with raw_server(reply()) as (other, stolen):
        sent = [reply(status, b"", f"Location: {other}/x")] * module.MAX_ATTEMPTS
        with raw_server(*sent) as (url, _):
            answer = send(url, headers={"Authorization": f"Bearer {SECRET}"})
        assert answer.status == 0
        assert f"redirects to {other.removeprefix('http://')}, where nothing was sent" in str(
            answer.error
        )
        assert stolen == []
        send(other)


def test_redirect_to_no_address_is_one_clear_line(waits):
    sent = [reply("302 Found", b"", "Location: http://[::1")] * module.MAX_ATTEMPTS
    with raw_server(*sent) as (url, _):
        assert "redirects to an address that is none" in str(send(url).error)


def test_redirect_is_not_unpacked_without_a_limit(waits, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_BODY", 1000)
    packed = gzip.compress(b"0" * 100_000)
    sent = [reply("302 Found", packed, "Location: /x", "Content-Encoding: gzip")] * 4
    with raw_server(*sent) as (url, _):
        assert "answer is larger than" in str(send(url).error)


@pytest.mark.parametrize("host", ["x..y", "a" * 70])
def test_name_that_cannot_be_one_is_one_clear_line(waits, host):
    assert send(f"https://{host}").error == f"{host}: LocationParseError"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_this_machine_is_reached_without_a_proxy(waits, monkeypatch, name):
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "example.com")
    with raw_server(reply()) as (url, _):
        assert send(url.replace("127.0.0.1", name)).status == 200


def test_redirect_within_the_host_is_an_answer(waits):
    with raw_server(reply("302 Found", b"", "Location: /elsewhere")) as (url, _):
        assert send(url).status == 302


def test_credentials_of_the_machine_never_replace_the_token(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with raw_server(reply(), reply()) as (url, heard):
        send(url, headers={"Authorization": "Bearer token"})
        send(url)
    assert "Authorization: Bearer token" in heard[0]
    assert "authorization" not in heard[1].lower()
