"""When a request is the recorded one, and if not, where it differs first."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.engine.exchange import ABSENT, token
from conformance.engine.verdict import short

COMPARED = ("accept", "content-type", "if-match", "x-gw-ims-org-id", "x-sandbox-name")
PRESENT = ("authorization", "x-api-key")


@dataclass(frozen=True)
class Asked:
    """A request as far as matching looks at it, secrets already replaced."""

    method: str
    url: str
    headers: Mapping[str, str]
    text: str

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Equal for equal requests: JSON is compared as JSON, credentials by being there."""
        headers = (f"{name}={value}" for name, value in self.compared.items())
        body = self.body if isinstance(self.body, str) else json.dumps(self.body, sort_keys=True)
        return (self.method, self.url, *headers, body)

    @cached_property
    def compared(self) -> dict[str, str]:
        """The headers that count, by their names in lower case."""
        lower = {name.lower(): str(value) for name, value in self.headers.items()}
        shown = {name: lower[name] for name in COMPARED if name in lower}
        return shown | {name: "(given)" for name in PRESENT if name in lower}

    @cached_property
    def body(self) -> Any:
        """The parsed JSON or form, else the text."""
        if "form-urlencoded" in self.compared.get("content-type", ""):
            return [list(pair) for pair in parse_qsl(self.text, keep_blank_values=True)]
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return self.text

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        return f"{self.method} {parts.path}" + (f"?{parts.query}" if parts.query else "")


def asked(request: Any) -> Asked:
    """The request of vcrpy, read once."""
    known: Asked | None = getattr(request, "asked", None)
    if known is None:
        text = (request.body or b"").decode("utf-8", errors="replace")
        known = request.asked = Asked(request.method, request.uri, request.headers, text)
    return known


def is_recorded(sent: Any, recorded: Any) -> bool:
    """vcrpy's matcher: method, URL, the headers that count and the JSON body are the same."""
    return asked(sent).key == asked(recorded).key


def differences(recorded: Asked, sent: Asked) -> Iterator[str]:
    """Each place in which a request differs from the recorded one, the most telling first."""
    if recorded.method != sent.method:
        yield f"the method: {recorded.method} recorded, {sent.method} sent"
    yield from _of_urls(recorded.url, sent.url)
    for name in (*COMPARED, *PRESENT):
        one, other = recorded.compared.get(name), sent.compared.get(name)
        if one != other:
            yield f"header {name}: {one or 'none'} recorded, {other or 'none'} sent"
    yield from _of_values(recorded.body, sent.body, "")


def _of_urls(recorded: str, sent: str) -> Iterator[str]:
    one, other = urlsplit(recorded), urlsplit(sent)
    for name, left, right in (
        ("the host", one.netloc, other.netloc),
        ("the path", one.path, other.path),
    ):
        if left != right:
            yield f"{name}: {left} recorded, {right} sent"
    left_query, right_query = dict(parse_qsl(one.query)), dict(parse_qsl(other.query))
    for name in sorted({*left_query, *right_query}):
        left, right = left_query.get(name, "none"), right_query.get(name, "none")
        if left != right:
            yield f"query {name}: {left} recorded, {right} sent"
    if left_query == right_query and one.query != other.query:
        yield f"the query: {one.query} recorded, {other.query} sent"


def _of_values(recorded: Any, sent: Any, pointer: str) -> Iterator[str]:
    if isinstance(recorded, dict) and isinstance(sent, dict):
        for key in dict.fromkeys([*recorded, *sent]):
            one, other = recorded.get(key, ABSENT), sent.get(key, ABSENT)
            yield from _of_values(one, other, f"{pointer}/{token(key)}")
    elif isinstance(recorded, list) and isinstance(sent, list) and recorded and sent:
        for position in range(max(len(recorded), len(sent))):
            one, other = (x[position] if position < len(x) else ABSENT for x in (recorded, sent))
            yield from _of_values(one, other, f"{pointer}/{position}")
    elif _written(recorded) != _written(sent):
        yield f"{pointer or 'the body'}: {_written(recorded)} recorded, {_written(sent)} sent"


def _written(value: Any) -> str:
    if value is ABSENT:
        return "nothing"
    return short(json.dumps(value, ensure_ascii=False, sort_keys=True), 80)


def nearest(wanted: Asked, others: Sequence[Asked]) -> int | None:
    """The position of the request with the fewest differences, None when there is none to compare."""
    far = [(_distance(wanted, other), position) for position, other in enumerate(others)]
    return min(far)[1] if far else None


def _distance(one: Asked, other: Asked) -> int:
    parts, others = urlsplit(one.url).path.split("/"), urlsplit(other.url).path.split("/")
    segments = abs(len(parts) - len(others)) + _unequal(zip(parts, others, strict=False))
    return (
        100 * (one.method != other.method) + 20 * segments + sum(1 for _ in differences(other, one))
    )


def _unequal(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for one, other in pairs if one != other)
