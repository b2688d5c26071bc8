"""The requests that a client is judged by."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import Exchange

WHOLE = "whole"  # the note on an exchange whose request is known as it was sent, no header left out
OTHER_RULES = ("fetchToken", "collect", "collectBatch")
WRITES = ("POST", "PUT", "PATCH")


def sent(evidence: Evidence, *operations: str) -> Iterator[Exchange]:
    """The requests of some operations (all, when none is named) that no probe of our own made."""
    for exchange in evidence.exchanges:
        if exchange.case is None and (not operations or exchange.operation in operations):
            yield exchange


def to_platform(evidence: Evidence) -> list[Exchange]:
    """The requests to the services behind the gateway: neither for a token nor with data for an inlet."""
    return [e for e in sent(evidence) if e.operation not in OTHER_RULES]


def with_body(evidence: Evidence) -> Iterator[Exchange]:
    """The writes whose body is JSON by the documents, where one was sent."""
    for exchange in sent(evidence):
        wants_json = exchange.request.method in WRITES and exchange.operation != "fetchToken"
        if wants_json and exchange.request.text:
            yield exchange


def query(exchange: Exchange) -> dict[str, list[str]]:
    """The query parameters of a request, decoded."""
    return parse_qs(urlsplit(exchange.request.url).query, keep_blank_values=True)


def is_draft(exchange: Exchange) -> bool:
    """Whether a create makes a draft, which may lack anything (facts:484)."""
    return query(exchange).get("mode") == ["draft"]
