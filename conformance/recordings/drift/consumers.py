"""What the recorded consumer took from each answer: values that its later requests carry, and declared outputs."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.engine.exchange import Exchange
from conformance.engine.sequence import Workflows
from conformance.recordings.drift.references import ids
from conformance.recordings.drift.settling import leaves

Uses = dict[str, dict[str, str]]
Origin = tuple[Exchange, list[str]]

IF_MATCH = "as If-Match"

_POINTER = re.compile(r"\$response\.body#(/[^\s=!<>]*)")
_SHORTEST = 6


def uses(exchanges: list[Exchange], workflows: Workflows) -> Uses:
    """By exchange id: pointer (or header name) to what the consumer did with the value there.

    A step of a sequence reads what its workflow declares. Elsewhere a value that a later request sends
    counts as read where it was first told, an etag where it was last told before.
    """
    declared = _declared(workflows)
    found: Uses = defaultdict(dict)
    origins: dict[str, Origin] = {}
    latest: dict[str, Origin] = {}
    own: set[str] = set()
    for exchange in exchanges:
        for word, where in _sent(exchange):
            origin = (latest if where == IF_MATCH else origins).get(word)
            if origin is None:
                own.add(word)
            elif word not in own and _step(origin[0]) not in declared:
                for place in _likely(origin[1], where):
                    found[origin[0].id].setdefault(place, f"{exchange.step} sends it ({where})")
        for place in declared.get(_step(exchange), ()):
            found[exchange.id].setdefault(place, f"the sequence reads it at {exchange.step}")
        if exchange.status < 400:
            _remember(exchange, origins, latest)
    return found


def _step(exchange: Exchange) -> tuple[str, str]:
    return exchange.step.rsplit(".", 1)[-1], exchange.operation


def _declared(workflows: Workflows) -> dict[tuple[str, str], list[str]]:
    """By step and operation: the pointers that its outputs, extractions and conditions read."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for workflow in workflows.values():
        for step in workflow["steps"]:
            read = [*step.get("outputs", {}).values(), *step.get("successCriteria", ())]
            read += [rule["from"] for rule in step.get("x-extract", {}).values()]
            key = step["stepId"], str(step.get("operationId", "")).rsplit(".", 1)[-1]
            found[key] += _POINTER.findall(" ".join(map(str, read)).replace("'", " "))
    return found


def _sent(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Each id in a request, each whole part of its URL, and where it stands."""
    parts = urlsplit(exchange.request.url)
    whole = [(unquote(part), "in its path") for part in parts.path.split("/")]
    whole += [(value, f"as {name}") for name, value in parse_qsl(parts.query)]
    match = exchange.request.header("if-match")
    whole += [(match, IF_MATCH)] if match else []
    body = [(v, "in its body") for _, v in leaves(exchange.sent) if isinstance(v, str)]
    for text, where in (*whole, *body):
        yield from ((word, where) for word in ids(text))
    yield from ((text, where) for text, where in whole if len(text) >= _SHORTEST)


def _remember(exchange: Exchange, origins: dict[str, Origin], latest: dict[str, Origin]) -> None:
    told: dict[str, list[str]] = defaultdict(list)
    for place, value in _told(exchange):
        for word in {*ids(value), value}:
            told[word].append(place)
    for word, places in told.items():
        latest[word] = exchange, places
        origins.setdefault(word, latest[word])


def _told(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Every text in an answer, with its place."""
    yield from ((at, v) for at, v in leaves(exchange.body) if isinstance(v, str))
    for name in ("etag", "location"):
        value = exchange.response and exchange.response.header(name)
        if value:
            yield name, value


def _likely(places: list[str], where: str) -> list[str]:
    """Of several members with one value, those whose name says what it was used for."""
    wanted = "etag" if where == IF_MATCH else "id"
    named = [place for place in places if place.lower().endswith(wanted)]
    in_body = [place for place in places if place.startswith("/")]
    return named or in_body or places


def hurt(found: dict[str, str], pointer: str, whole: bool) -> str | None:
    """What the consumer did with the value at a pointer (or, if `whole`, with anything below), or None."""
    below: Any = (use for place, use in found.items() if whole and place.startswith(f"{pointer}/"))
    return found.get(pointer) or next(below, None)
