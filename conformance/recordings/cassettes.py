"""Cassettes as vcrpy opens them for us: what is kept of a request and its answer, with no secret in it."""

import logging
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from vcr.cassette import Cassette
from vcr.filters import decode_response
from vcr.record_mode import RecordMode
from vcr.request import Request

from conformance.engine.redaction import Redactor
from conformance.recordings.matching import is_recorded

# vcrpy logs whole requests, before their secrets are replaced.
logging.getLogger("vcr").setLevel(logging.ERROR)

SENT_BY_LIBRARY = ("user-agent", "accept-encoding", "connection", "content-length")
VOLATILE = ("date", "server")
UNREADABLE = "(packed in a way that cannot be read, so its secrets cannot be replaced: not kept)"


def open_cassette(
    path: Path, hide: Redactor, mode: RecordMode, persister: Any = None
) -> AbstractContextManager[Any]:
    """A cassette of vcrpy for one journey: with RecordMode.ONCE a new one, with NONE one to replay."""
    scrub = Scrubber(hide)
    # Not by way of vcr.VCR, which copies each request deeply, several times over.
    opened: AbstractContextManager[Any] = Cassette.use(
        path=str(path),
        persister=persister,
        record_mode=mode,
        match_on=(is_recorded,),
        before_record_request=scrub.request,
        before_record_response=None if mode == RecordMode.NONE else scrub.answer,
    )
    return opened


class Scrubber:
    """vcrpy's hooks: replaces secrets by the placeholders that the run's exchanges show."""

    def __init__(self, hide: Redactor) -> None:
        self.hide = hide

    def request(self, request: Any) -> Any:
        """The request as it is kept; vcrpy asks several times for the same one, a kept one included."""
        if not hasattr(request, "kept"):
            headers = {
                name: _text(value)
                for name, value in request.headers.items()
                if name.lower() not in SENT_BY_LIBRARY
            }
            shown = self.hide.headers(headers)
            body = None if request.body is None else self.hide.text(_text(request.body))
            kept = Request(request.method, self.hide.text(request.uri), body, shown)
            request.kept = kept.kept = kept
        return request.kept

    def answer(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer as it is kept."""
        headers, text = _unpacked(answer)
        body = self.hide.text(text).encode()
        kept = {
            name: [str(len(body))]
            if name.lower() == "content-length"
            else self._values(name, values)
            for name, values in headers.items()
            if name.lower() not in VOLATILE
        }
        status = {**answer["status"], "message": self.hide.text(answer["status"]["message"] or "")}
        return {"status": status, "headers": kept, "body": {"string": body}}

    def _values(self, name: str, values: Any) -> list[str]:
        each = [values] if isinstance(values, str) else list(values)
        return [self.hide.headers({name: value})[name] for value in each]


def _unpacked(answer: dict[str, Any]) -> tuple[dict[str, Any], str]:
    answer = decode_response(answer)
    plain = {k: v for k, v in answer["headers"].items() if k.lower() != "content-encoding"}
    packed = len(plain) < len(answer["headers"])
    return plain, UNREADABLE if packed else _text(answer["body"]["string"])


def _text(value: Any) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value or "")
