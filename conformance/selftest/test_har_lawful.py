"""Lawful traffic as recorders, proxies and gateways show it: neither its client nor its server is accused."""

import base64
import copy

import pytest

from conformance.engine.redaction import Redactor
from conformance.recordings.loading import load
from conformance.recordings.traffic import Listener
from conformance.selftest.hars import (
    CONNECTIONS,
    FLOWS,
    HOST,
    NAME,
    OTHER,
    RUNS,
    connection,
    entry,
    har,
)
from conformance.selftest.heard import BENCH, red

RENAME = [{"op": "replace", "path": "/name", "value": "n"}]
CLASSES = "/data/foundation/schemaregistry/tenant/classes"


def read(name=NAME, etag='"1"', **more):
    return entry(f"{CONNECTIONS}/{name}", told={"items": [connection(name, etag)]}, **more)


def update(name=NAME, etag='"1"', new='"2"', **more):
    return entry(
        f"{CONNECTIONS}/{name}", "PATCH", told={"id": name, "etag": new}, sent=RENAME,
        If_Match=etag, **more,
    )  # fmt: skip


def after(name=NAME, **more):
    one = {**connection(name, '"2"'), "name": "n", "updatedAt": 1597973312001}
    return entry(f"{CONNECTIONS}/{name}", told={"items": [one]}, **more)


def session():
    """What a client of connections exchanges, from the first read to the last."""
    runs = entry(f"{RUNS}?property=flowId=={OTHER}", told={"items": []})
    classes = entry(
        CLASSES,
        Accept="application/vnd.adobe.xed+json",
        told={"results": [], "_page": {"count": 0}},
    )
    return [read(), entry(CONNECTIONS, told={"items": [connection()]}), update(), after(), runs,
            classes]  # fmt: skip


def headers_of(one, part):
    return one[part]["headers"]


def every(change):
    """The session with each of its entries changed."""
    found = session()
    for one in found:
        change(one)
    return found


def lower(one):
    for part in ("request", "response"):
        for header in headers_of(one, part):
            header["name"] = header["name"].lower()


def capitals(one):
    for header in headers_of(one, "response"):
        header["value"] = 'APPLICATION/JSON;CHARSET="utf-8"'


def hidden(mask):
    def change(one):
        for header in headers_of(one, "request"):
            header["value"] = mask

    return change


def without_credentials(one):
    kept = ("x-sandbox-name", "Accept", "If-Match", "Content-Type")
    one["request"]["headers"] = [h for h in headers_of(one, "request") if h["name"] in kept]


def null_answer_headers(one):
    for header in headers_of(one, "response"):
        header["value"] = None
    del one["response"]["content"]["mimeType"]


def without_bodies(one):
    one["response"]["content"] = {"size": 70, "mimeType": "application/json"}
    one["request"].pop("postData", None)
    one["request"]["bodySize"] = 12


def cut(one):
    text = one["response"]["content"]["text"]
    one["response"]["content"]["text"] = text[: len(text) // 2]
    if "postData" in one["request"]:
        one["request"]["postData"]["text"] = one["request"]["postData"]["text"][:9]
        one["request"]["bodySize"] = 90


def masked_bodies(one):
    one["response"]["content"]["text"] = "[REDACTED]"


def without_answers(one):
    one["response"] = {"status": 0, "headers": [], "content": {}, "_error": "net::ERR_FAILED"}


def packed(one):
    headers_of(one, "response").append({"name": "content-encoding", "value": "gzip"})


def in_base64(one):
    content = one["response"]["content"]
    content["text"] = base64.b64encode(content["text"].encode()).decode()
    content["encoding"] = "base64"


def twice(one):
    for part in ("request", "response"):
        one[part]["headers"] = [h for h in headers_of(one, part) for _ in range(2)]


def pseudo(one):
    headers_of(one, "request").insert(0, {"name": ":authority", "value": "platform.adobe.io"})
    headers_of(one, "response").insert(0, {"name": ":status", "value": "200"})


def at(base):
    def change(one):
        one["request"]["url"] = one["request"]["url"].replace(HOST, base)

    return change


def slash(one):
    path, mark, query = one["request"]["url"].partition("?")
    one["request"]["url"] = f"{path}/{mark}{query}"


def preflight(path):
    asked = entry(path, "OPTIONS", 200)
    asked["request"]["headers"] = [{"name": "Access-Control-Request-Method", "value": "PATCH"}]
    return asked


def marked(one, **marks):
    return {**copy.deepcopy(one), **marks}


def refused(status, body):
    return entry(f"{CONNECTIONS}/{NAME}", status=status, told=body)


def interleaved():
    """Two clients of two entities, and a second sandbox and organization."""
    other = {"x_sandbox_name": "dev", "x_gw_ims_org_id": "OTHER@AdobeOrg"}
    mine = [read(), update(), after()]
    others = [read(OTHER, **other), update(OTHER, **other), after(OTHER, **other)]
    return [one for pair in zip(mine, others, strict=True) for one in pair]


def lost_race():
    """Two clients that share one entity: the second's update is refused, and tried anew."""
    mine, other = {"User_Agent": "aepp"}, {"User_Agent": "insomnia"}
    told = {"errorCode": "1", "errorMessage": "stale"}
    late = entry(f"{CONNECTIONS}/{NAME}", "PATCH", 412, told, RENAME, If_Match='"1"', **other)
    again = update(etag='"2"', new='"3"', **other)
    return [read(**mine), read(**other), update(**mine), late, after(**other), again]


KINDS = {
    "as it is": session(),
    "headers in lower case": every(lower),
    "pseudo headers of HTTP/2": every(pseudo),
    "media types in capitals": every(capitals),
    "headers twice": every(twice),
    "credentials left out": every(without_credentials),
    "values of headers left out": every(hidden(None)),
    "values of headers masked": every(hidden("***")),
    "values of headers redacted": every(hidden("<REDACTED>")),
    "tokens of headers redacted": every(hidden("Bearer REDACTED")),
    "headers of answers left out": every(null_answer_headers),
    "bodies left out": every(without_bodies),
    "bodies cut": every(cut),
    "bodies masked": every(masked_bodies),
    "bodies in base 64": every(in_base64),
    "bodies unpacked by the recorder": every(packed),
    "no answers": every(without_answers),
    "a beginning in the middle": [update(etag='"7"', new='"8"'), after()],
    "an end in the middle": session()[:3],
    "in a stage": every(at("https://platform-stage.adobe.io")),
    "in a region": every(at("https://platform-nld2.adobe.io")),
    "behind a gateway": every(at("https://gw.example.org:8443/aep/v1")),
    "trailing slashes": every(slash),
    "two clients, sandboxes and organizations": interleaved(),
    "two clients of one entity": lost_race(),
    "a cached answer of an older state": [
        read(), update(), marked(read(), _fetchType="Disk Cache"), after(),
    ],
    "preflights": [preflight(f"{CONNECTIONS}/{NAME}"), update(), preflight(FLOWS), after()],
    "a revalidated answer": [read(), refused(304, None), update(), after()],
    "interim answers": [read(), refused(103, None), refused(100, None), update(), after()],
    "a redirect": [refused(307, {"moved": 1}), read(base="https://platform-va7.adobe.io")],
    "an outage on the way": [read(), refused(502, "<html>"), refused(503, None), read()],
    "no token any more": [
        read(), refused(401, {"error_code": "401013", "message": "Oauth token is not valid"}), read(),
    ],
    "too many requests": [read(), refused(429, {"message": "later"}), read()],
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dated", [True, False])
def test_lawful_traffic_is_held_against_nobody(kind, dated, tmp_path):
    recording = load(har(tmp_path / "x.har", *KINDS[kind], dated=dated))
    assert recording.skipped == ()
    for base_path in ("", "/aep/v1"):
        listener = Listener(BENCH.contract, Redactor(), base_path)
        judgement = BENCH.judge([listener.recording(recording)])
        told = {one.verdict.requirement.id: one.verdict.message for one in judgement.red()}
        assert (told, judgement.unreadable) == ({}, [])
        assert judgement.requests + len(judgement.traffics[0].others) > 0


MARKS = {
    "Chrome, a cache": {"_fromCache": "memory"},
    "Chrome, a worker": {"response": {"_fetchedViaServiceWorker": True}},
    "Chrome, blocked": {"response": {"status": 0, "_error": "net::ERR_BLOCKED_BY_CLIENT"}},
    "Safari, memory": {"_fetchType": "Memory Cache"},
    "Safari, disk": {"_fetchType": "Disk Cache"},
    "Safari, a worker": {"_fetchType": "Service Worker"},
    "Safari, an override": {"_fetchType": "Inspector Override"},
    "Safari, in its answer": {"response": {"_fetchType": "Memory Cache"}},
    "Playwright, a made-up answer": {"_wasFulfilled": True},
    "Playwright, stopped": {"_wasAborted": True},
    "a web socket": {"request": {"url": "wss://platform.adobe.io/data/foundation/flowservice"}},
    "an extension": {"request": {"url": "chrome-extension://abc/page.js"}},
    "data": {"request": {"url": "data:application/json,{}"}},
    "a tunnel": {"request": {"method": "CONNECT", "url": "platform.adobe.io:443"}},
    "an interim answer": {"response": {"status": 103}},
    "another protocol": {"response": {"status": 101}},
}


@pytest.mark.parametrize("kind", MARKS)
def test_what_is_no_exchange_with_the_server_is_passed_over(kind, tmp_path):
    one = read()
    for name, value in MARKS[kind].items():
        one[name] = {**one[name], **value} if isinstance(value, dict) else value
    recording = load(har(tmp_path / "x.har", one, read()))
    assert ([one.about["entry"] for one in recording.interactions], recording.skipped) == ([2], ())


@pytest.mark.parametrize(("creator", "kept"), [("Firefox", 1), ("NetExport", 2)])
def test_firefox_alone_marks_by_the_state_of_its_cache(creator, kept, tmp_path):
    cached = marked(read(), cache={"afterRequest": {"hitCount": 2}})
    assert len(load(har(tmp_path / "x.har", cached, read(), creator=creator)).interactions) == kept


def test_what_came_over_the_network_is_judged(tmp_path):
    one = marked(read(), _fetchType="Network Load", _fromCache=None, cache={})
    assert len(load(har(tmp_path / "x.har", one)).interactions) == 1


@pytest.mark.parametrize("dated", [True, False])
def test_each_way_of_writing_still_shows_a_mistake(dated, tmp_path):
    stage = at("https://platform-stage.adobe.io")
    for change in (lower, pseudo, capitals, twice, without_credentials, in_base64, stage):
        wrong = update()
        wrong["request"]["headers"] = [
            h for h in wrong["request"]["headers"] if h["name"] != "If-Match"
        ]
        entries = [read(), wrong]
        for one in entries:
            change(one)
        recording = load(har(tmp_path / "x.har", *entries, dated=dated))
        judgement = BENCH.judge([Listener(BENCH.contract, Redactor()).recording(recording)])
        assert "client.updates.if-match-is-sent" in red(judgement)
