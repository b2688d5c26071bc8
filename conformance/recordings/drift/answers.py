"""Compares one exchange with its counterpart: what was asked, then status, headers and body of the answer."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.engine.exchange import ABSENT, Exchange, Message
from conformance.engine.media import comparable
from conformance.recordings.drift.comparison import Comparison, Difference
from conformance.recordings.drift.references import Match, References

ASKED = ("accept", "content-type", "if-match", "x-sandbox-name", "x-gw-ims-org-id")
VALUED = ("content-type", "etag", "location", "allow", "www-authenticate")
PASSING = re.compile(
    r"(date|server|content-length|connection|keep-alive|transfer-encoding|content-encoding|vary|via|age"
    r"|set-cookie|strict-transport-security|x-(request|correlation|amz|cache|envoy|served|adobe-request).*"
    r"|(cf|akamai|report|alt|server)-.*|nel|expires|cache-control|pragma|accept-ranges)$"
)
_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*"')


def learn_request(references: References, old: Exchange, new: Exchange) -> None:
    """Take it that both clients asked the same: what they call differently stands for the same."""
    _names(references, _base(old), _base(new))
    for one, other in zip(_asked(old), _asked(new), strict=True):
        _names(references, one, other)


def _base(exchange: Exchange) -> str:
    parts = urlsplit(exchange.request.url)
    return f"{parts.scheme}://{parts.netloc}"


def _asked(exchange: Exchange) -> list[Any]:
    parts = urlsplit(exchange.request.url)
    headers = [exchange.request.header(name) for name in ASKED]
    path = [unquote(part) for part in parts.path.split("/")]
    return [path, dict(parse_qsl(parts.query)), *headers, exchange.sent]


def _names(references: References, old: Any, new: Any) -> None:
    """Walk two requests and remember the texts that differ."""
    if isinstance(old, str) and isinstance(new, str):
        if not references.possible(old, new):
            references.name(old, new)
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() & new.keys():
            _names(references, old[key], new[key])
        alone = [key for key in old if key not in new], [key for key in new if key not in old]
        if len(alone[0]) == len(alone[1]) == 1:
            references.name(alone[0][0].strip("_"), alone[1][0].strip("_"))
            _names(references, old[alone[0][0]], new[alone[1][0]])
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            _names(references, one, other)


def request_changes(references: References, old: Exchange, new: Exchange) -> list[Difference]:
    """Where the clients ask for different things; the target is not to blame for what follows from it."""
    before, after = _told(old), _told(new)
    found = Comparison(references).compare(before, after)
    return [
        Difference("request", d.pointer, d.seen, d.old, d.new)
        for d in found
        if d.kind not in ("member order", "identity", "id form", "unit")
    ]


def _told(exchange: Exchange) -> dict[str, Any]:
    """What was asked, without what stands for a name: those were learned before."""
    path, query, *headers, sent = _asked(exchange)
    given = {name: value for name, value in zip(ASKED, headers, strict=True) if value is not None}
    body = {} if sent is ABSENT else {"body": sent}
    return {"path": path, "query": query, "headers": given, **body}


def answer_changes(
    references: References, old: Exchange, new: Exchange, place: str
) -> Iterator[Difference]:
    """The differences between two answers; their bodies count only where both are successes or both not."""
    if old.status != new.status:
        yield Difference("status", "", "", old.status, new.status)
    if (old.status < 400) != (new.status < 400) or not (old.response and new.response):
        return
    yield from _headers(references, old.response, new.response, place)
    told = _bodies(references, old.response, new.response, place)
    found = [d for d in told if (d.old, d.new) != (old.status, new.status)]
    yield from found if new.status < 400 else _as_form(found, old.body, new.body)


def _as_form(found: list[Difference], old: Any, new: Any) -> Iterator[Difference]:
    """An error body that lost a member has another form, which is one change, its words included."""
    parts = [d for d in found if d.kind in ("removed", "added", "value") and _depth(d) == 1]
    if not any(d.kind == "removed" for d in parts):
        yield from found
        return
    yield Difference("form", "", "", ", ".join(old), ", ".join(new))
    yield from (d for d in found if d not in parts)


def _depth(difference: Difference) -> int:
    return max(difference.pointer.count("/"), difference.seen.count("/"))


def _headers(
    references: References, old: Message, new: Message, place: str
) -> Iterator[Difference]:
    names = {k.lower() for k in (*old.headers, *new.headers) if not PASSING.match(k.lower())}
    for name in sorted(names):
        before, after = old.header(name), new.header(name)
        if name == "content-type" and not (old.text and new.text):
            continue
        if before is None or after is None:
            kind = "header added" if before is None else "header removed"
            yield Difference(kind, name, name, _or_absent(before), _or_absent(after))
        elif name in VALUED and _plain(name, before) != _plain(name, after):
            match = references.match(before, after, f"{place} {name}")
            if match is not Match.SAME:
                yield Difference("header", name, name, before, after)


def _or_absent(value: str | None) -> Any:
    return ABSENT if value is None else value


def _plain(name: str, value: str) -> str:
    return comparable(value) if name == "content-type" else value


def _bodies(references: References, old: Message, new: Message, place: str) -> Iterator[Difference]:
    if old.body is ABSENT or new.body is ABSENT:
        if references.match(old.text, new.text, place) is not Match.SAME:
            yield Difference("body", "", "", _body(old), _body(new))
        return
    found = list(Comparison(references, place).compare(old.body, new.body))
    yield from found
    if not found and _is_spaced(old.text) != _is_spaced(new.text):
        yield Difference("whitespace", "", "", _spacing(old), _spacing(new))


def _body(message: Message) -> Any:
    return message.body if message.body is not ABSENT else message.text or ABSENT


def _is_spaced(text: str) -> bool:
    return bool(re.search(r"\s", _TEXTS.sub("", text.strip())))


def _spacing(message: Message) -> str:
    return "spaced" if _is_spaced(message.text) else "compact"
