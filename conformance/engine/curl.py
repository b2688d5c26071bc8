"""Requests as curl commands; secrets are placeholders."""

import shlex
from collections.abc import Iterable

from conformance.engine.exchange import Exchange
from conformance.engine.verdict import short

LONGEST_BODY = 4000


def curl(exchange: Exchange) -> str:
    """The request as one line for a shell."""
    request = exchange.request
    parts = ["curl", "-X", request.method, request.url]
    for name, value in request.headers.items():
        parts += ["-H", f"{name}: {value}"]
    if request.text:
        parts += ["--data-raw", short(request.text, LONGEST_BODY)]
    return shlex.join(parts)


def curl_lines(exchanges: Iterable[Exchange]) -> list[str]:
    """Each request on a line of its own, with the status that it got."""
    return [f"{curl(exchange)}  # {exchange.status}" for exchange in exchanges]
