"""What the foreign clients exchange with an emulator, and the same written as other tools keep it."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import requests
import vcr

from conformance.emulator.server import running
from conformance.engine.redaction import Redactor
from conformance.recordings.judge import Bench
from conformance.recordings.traffic import Listener
from conformance.recordings.watching import Ear
from conformance.selftest.foreign_clients import Activation

BENCH = Bench()


def cassette_of(client, path: Path, mistakes=(), **emulator) -> Path:
    """A cassette of one run of a client, recorded by vcrpy alone."""
    with running(seed=1, **emulator) as settings, vcr.use_cassette(str(path)):
        client(settings, mistakes=mistakes).run()
    return path


def heard_from(client, **emulator):
    """The interactions of one run of a client."""
    ear = Ear()
    usual = httpx.Client(timeout=10) if client is Activation else requests.Session()
    with running(seed=1, **emulator) as settings:
        client(settings, ear.watch(usual)).run()
    ear.close()
    return ear.interactions()


def judged(interactions, **listening):
    """The judgement on some interactions."""
    listener = Listener(BENCH.contract, Redactor(), **listening)
    return BENCH.judge([listener.traffic("client", "client", interactions)])


def red(judgement) -> set[str]:
    """The ids of what is broken or not met."""
    return {one.verdict.requirement.id for one in judgement.red()}


def har_of(interactions, path: Path, *, in_base64=False, reverse=False) -> Path:
    """A HAR file of some interactions, with what browsers and proxies differ in."""
    entries = [_entry(one, number, in_base64) for number, one in enumerate(interactions)]
    log = {
        "version": "1.2",
        "creator": {"name": "selftest", "version": "1"},
        "entries": entries[::-1] if reverse else entries,
    }
    path.write_text(json.dumps({"log": log}), encoding="utf-8")
    return path


def _entry(one, number, in_base64):
    headers = [{"name": ":authority", "value": "x"}, *_listed(one.headers)]
    request = {"method": one.method, "url": one.url, "httpVersion": "HTTP/2", "headers": headers}
    if one.text:
        media = next((v for k, v in one.headers.items() if k.lower() == "content-type"), "")
        request["postData"] = {"mimeType": media, "text": one.text}
    text, size = one.answer_text, len(one.answer_text.encode())
    coded = {"text": base64.b64encode(text.encode()).decode(), "encoding": "base64"}
    content = {"size": size, **(coded if in_base64 else {"text": text})}
    moment = datetime.fromtimestamp(1_700_000_000 + number, UTC)
    return {
        "startedDateTime": moment.isoformat().replace("+00:00", "Z"),
        "time": 5,
        "request": request,
        "response": {
            "status": one.status,
            "headers": _listed(one.answer_headers),
            "content": content,
        },
    }


def _listed(headers):
    return [{"name": name, "value": value} for name, value in headers.items()]
