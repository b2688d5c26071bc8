"""Interim answers, media types and byte order marks are read as the RFCs say."""

import socket
import threading

import pytest

from conformance.engine.client import Client
from conformance.engine.evidence import Evidence, Journey
from conformance.engine.exchange import ABSENT, Exchange, Request, Response
from conformance.engine.media import comparable, is_json, media_type
from conformance.engine.network import Answer, is_foreign
from conformance.engine.settings import resolve
from conformance.proof.material import LocalClient
from conformance.rules.gateway import answers_are_json, answers_parse_as_json

FINAL = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
INTERIM = {
    "none": b"",
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103 with headers": b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\nETag: no\r\n\r\n",
    "199, which nobody registered": b"HTTP/1.1 199 Whatever\r\n\r\n",
}
INTERIM["all of them"] = b"".join(INTERIM.values()) * 3


def served(data, count):
    """The address of a server that answers so many requests of one connection with some bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        with listener, connection:
            for _ in range(count):
                while not connection.recv(65536).endswith(b"\r\n\r\n"):
                    pass
                connection.sendall(data)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def settings(address):
    return resolve(
        {"base_url": address, "access_token": "x", "api_key": "x", "org_id": "x", "sandbox": "x"}
    )


@pytest.mark.parametrize("interim", INTERIM)
@pytest.mark.parametrize("make", [Client, lambda s: LocalClient(s, lambda: False)])
def test_interim_answers_are_passed_over(make, interim):
    address = served(INTERIM[interim] + FINAL, 2)
    client = make(settings(address))
    for _ in range(2):  # on the same connection, which nothing must be left on
        answer = client.send("GET", f"{address}/x", {}, None)
        assert (answer.status, answer.text, answer.error) == (200, "{}", None)
        assert "ETag" not in answer.headers


def test_another_protocol_is_no_interim_answer():
    address = served(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 1)
    client = LocalClient(settings(address), lambda: False)
    assert client.send("GET", f"{address}/x", {}, None).status == 101


@pytest.mark.parametrize(
    ("declared", "media", "is_so"),
    [
        ("application/json", "application/json", True),
        ('APPLICATION/JSON;CHARSET="utf-8"', "application/json", True),
        (" Application/Vnd.Adobe.XED+JSON ; version=1", "application/vnd.adobe.xed+json", True),
        ("application/problem+json", "application/problem+json", True),
        ("text/json; charset=UTF-8", "text/json", True),
        ("application/json, application/json", "application/json", True),
        ("application/x-ndjson", "application/x-ndjson", False),
        ('text/html; note="application/json"', "text/html", False),
        ("", "", False),
        (None, "", False),
    ],
)
def test_a_media_type_is_read_without_case_and_parameters(declared, media, is_so):
    assert (media_type(declared), is_json(declared)) == (media, is_so)


def test_content_types_are_equal_however_they_are_written():
    ways = [
        'application/json;charset="utf-8"; a=b',
        "Application/JSON ; A=b ;charset=UTF-8",
        "application/json; a=b; charset=utf-8",
    ]
    assert len({comparable(way) for way in ways}) == 1
    assert comparable("application/json; charset=utf-16") != comparable(ways[0])


def answered(text, declared="application/json"):
    response = Response({"content-type": declared}, text, 200)
    url = "https://platform.adobe.io/data/foundation/flowservice/flows"
    return Exchange("1", "j", "s", "listFlows", Request({}, "", "GET", url), response)


def broken(rule, exchange):
    found = rule(Evidence([Journey("j", [exchange])]))
    return [(f.expected, f.actual) for f in found if not f.holds]


@pytest.mark.parametrize("declared", ["application/json", 'APPLICATION/JSON;CHARSET="utf-8"'])
def test_a_byte_order_mark_is_told_as_what_it_is_and_the_json_behind_it_read(declared):
    marked = answered('\ufeff{"items": []}', declared)
    assert marked.body == {"items": []}
    told = "a byte order mark before the JSON text (RFC 8259, section 8.1)"
    assert broken(answers_parse_as_json, marked) == [("the JSON text alone", told)]
    assert broken(answers_are_json, marked) == []
    assert broken(answers_parse_as_json, answered('{"items": []}', declared)) == []


def test_only_one_mark_is_passed_over():
    twice = answered("\ufeff\ufeff{}")
    assert twice.body is ABSENT
    assert broken(answers_parse_as_json, twice) == [("valid JSON", "\ufeff\ufeff{}")]


def test_a_marked_answer_is_the_targets_own():
    answer = Answer(200, {"Content-Type": "application/json"}, '\ufeff{"a": 1}', None, 1, 0.0)
    assert not is_foreign(answer, "http://127.0.0.1:1/x")
