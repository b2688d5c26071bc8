"""The gateway: media types, error bodies, sandboxes, secrets."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.media import is_json, media_type
from conformance.engine.verdict import Finding, breaks, check, holds
from conformance.rules.registry import rule

_SECRET = re.compile(r"<secret:(?!api_key|x-api-key|client_id|--)[^>]*>")
REASONS = ("message", "errorMessage", "title", "detail", "error", "error_description")
GENERATED = "(generated)"  # may well be right, so its server errors have rows of their own
CHANCE = 1e-4
MARKED = "a byte order mark before the JSON text (RFC 8259, section 8.1)"
UNDOCUMENTED_BODIES = ("catalog", "conversion")


@rule("gateway.media-type.answers-are-json")
def answers_are_json(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered():
        response = exchange.response
        if (
            response is None
            or not response.text
            or not (response.is_success or _documents_body(exchange))
        ):
            continue
        declared = response.header("Content-Type")
        if not is_json(declared):
            yield breaks(exchange, "a JSON media type", media_type(declared) or "(none)")
        elif exchange.is_lawful_success and exchange.body not in ({}, []):
            yield holds(exchange)


def _documents_body(exchange: Exchange) -> bool:
    """Whether a document shows the body of a refusal by this service (facts:92-100)."""
    asked = exchange.request.url
    return not any(f"/foundation/{service}/" in asked for service in UNDOCUMENTED_BODIES)


@rule("gateway.media-type.answers-parse-as-json")
def answers_parse_as_json(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered():
        response = exchange.response
        if response and response.text and is_json(response.header("Content-Type")):
            if exchange.body is ABSENT:
                yield breaks(exchange, "valid JSON", response.text)
            elif response.is_marked:
                yield breaks(exchange, "the JSON text alone", MARKED)
            elif exchange.is_lawful_success and exchange.body not in ({}, []):
                yield holds(exchange)
    spoilt = spoilt_in_one_place(evidence.exchanges)
    for exchange in spoilt:
        operation = exchange.operation
        asked = sum(e.operation == operation for e in evidence.exchanges)
        others = f"all but {len(spoilt)} of {asked} answers to {operation}"
        yield breaks(exchange, f"valid JSON, as in {others}", exchange.spoilt[0])


def spoilt_in_one_place(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Those whose first answers were no JSON, where that befalls one operation or one form of call alone.

    A network spoils what it likes: that it meets only one has to be less likely than `CHANCE`.
    """
    spoilt = [e for e in exchanges if e.spoilt]
    forms: tuple[Callable[[Exchange], Any], ...] = (
        lambda e: e.operation,
        lambda e: (e.operation, e.status),
    )
    return spoilt if any(_never_by_chance(exchanges, spoilt, form) for form in forms) else []


def _never_by_chance(
    exchanges: Sequence[Exchange], spoilt: Sequence[Exchange], form: Callable[[Exchange], Any]
) -> bool:
    met = {form(one) for one in spoilt}
    if len(met) != 1:
        return False
    places = Counter(map(form, exchanges))
    share = places[met.pop()] / len(exchanges)
    return len(places) * share ** len(spoilt) < CHANCE


@rule("gateway.authorization.missing-token-is-named-by-its-code")
def missing_token_is_named_by_its_code(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.cases("gateway.authorization.missing-token-is-refused"):
        if exchange.status == 403:
            yield check(
                exchange,
                str(exchange.at("/error_code")) == "403010",
                "403010",
                exchange.at("/error_code"),
                "/error_code",
            )


@rule("gateway.sandbox.entities-stay-in-their-sandbox")
def entities_stay_in_their_sandbox(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.cases("gateway.sandbox.entities-stay-in-their-sandbox"):
        if exchange.operation.startswith("get"):
            yield check(exchange, exchange.status in (400, 403, 404), "status 404", exchange.status)
        else:
            items = [i for i in exchange.at("/items") or [] if isinstance(i, dict)]
            foreign, own = exchange.notes["foreign"], exchange.request.header("x-sandbox-name")
            ids = [item.get("id") for item in items]
            yield check(exchange, foreign not in ids, f"no {foreign}", "it is listed", "/items")
            homes = {item.get("sandboxName", own) for item in items}
            yield check(exchange, homes <= {own}, f"only {own}", sorted(map(str, homes)), "/items")


def _refusals(evidence: Evidence) -> list[Exchange]:
    return [e for e in evidence.answered() if e.case is not None and 400 <= e.status < 500]


@rule("gateway.errors.bad-requests-never-answer-server-error")
def bad_requests_never_answer_server_error(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered():
        if exchange.case not in (None, GENERATED) and not exchange.status < 400:
            yield check(
                exchange, exchange.status < 500, "a status from 400 to 499", exchange.status
            )


@rule("gateway.errors.refusals-explain-themselves")
def refusals_explain_themselves(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _refusals(evidence):
        if not _documents_body(exchange):
            continue
        body = exchange.body
        said = isinstance(body, dict) and any(
            isinstance(body.get(k), str) and body[k] for k in REASONS
        )
        report = body.get("report") if isinstance(body, dict) else None
        said = said or (isinstance(report, dict) and bool(report.get("message")))
        yield check(
            exchange,
            said,
            f"a JSON object with one of {', '.join(REASONS)}",
            exchange.response and exchange.response.text,
        )


@rule("gateway.errors.status-in-body-equals-status")
def status_in_body_equals_status(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _refusals(evidence):
        stated = exchange.at("/status")
        if isinstance(stated, int | str):
            yield check(
                exchange,
                str(stated) == str(exchange.status),
                str(exchange.status),
                stated,
                "/status",
            )


@rule("gateway.errors.not-found-names-the-identifier")
def not_found_names_the_identifier(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _refusals(evidence):
        told, asked = exchange.at("/report/id"), exchange.path.get("id")
        if exchange.status == 404 and isinstance(told, str) and asked:
            yield check(exchange, told == asked, asked, told, "/report/id")


@rule("gateway.errors.secrets-are-never-echoed")
def secrets_are_never_echoed(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered():
        if exchange.response is None or (
            exchange.operation == "fetchToken" and exchange.status < 300
        ):
            continue
        asked, told = exchange.request, exchange.response
        carried = set(_SECRET.findall(json.dumps(asked.headers) + asked.text + asked.url))
        echoed = carried & set(_SECRET.findall(json.dumps(told.headers) + told.text))
        yield check(exchange, not echoed, "no secret of the request", sorted(echoed))
