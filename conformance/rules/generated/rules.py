"""What holds of every answer to a generated request, and what every sequence of lawful operations shows."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any

import jsonschema_rs

from conformance.engine.contract import Contract, load_contract
from conformance.engine.data import contracts_root
from conformance.engine.evidence import Evidence, Journey
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.kinds import BY_OPERATION, LEAVING, created_names
from conformance.engine.verdict import Finding, breaks, check, holds
from conformance.rules import gateway
from conformance.rules.gateway import GENERATED
from conformance.rules.generated.model import violations
from conformance.rules.generic import said
from conformance.rules.registry import rule

SERVICES = ("catalog", "data-collection", "data-prep", "flow-service", "schema-registry")
MOST_STEPS, SHOWN_STEPS = 12, 5
ANY_ORDER = "flow-service.generated.any-order-of-operations-fits-the-model"
ETAGS = "flow-service.generated.read-entities-have-one-etag"
REFUSED = "flow-service.generated.refused-creates-store-nothing"
LINKS = "flow-service.generated.links-lead-to-what-exists"
LINK_CHECKS = ("use_after_free", "ensure_resource_availability")


@cache
def contract() -> Contract:
    """The contract, read once."""
    return load_contract(contracts_root())


def _generated(evidence: Evidence, service: str) -> Iterator[Exchange]:
    for exchange in evidence.answered():
        if exchange.case == GENERATED and contract()[exchange.operation].service == service:
            yield exchange


def no_server_errors(evidence: Evidence, service: str) -> Iterator[Finding]:
    """No generated request of a service is answered 5xx."""
    for exchange in _generated(evidence, service):
        fine = exchange.status < 500
        yield check(exchange, fine, "a status below 500", _and_how(exchange))


def answers_fit(evidence: Evidence, service: str) -> Iterator[Finding]:
    """Success has a documented status; where a body is documented for a status, it fits unless a finer row speaks."""
    odd = _odd(evidence, service)
    for exchange in _generated(evidence, service):
        operation = contract()[exchange.operation]
        schema = operation.schemas.get(str(exchange.status))
        if odd & set(exchange.path.values()):
            continue
        if 200 <= exchange.status < 300 and exchange.status not in operation.successes:
            yield breaks(exchange, f"one of {sorted(operation.successes)}", _and_how(exchange))
        elif schema is not None and exchange.status < 500:
            body = exchange.body
            errors = schema.errors(body) if body is not ABSENT else []
            wrong = [
                e for e in errors if e.requirement is None and not _is_of(odd, e.pointer, body)
            ]
            for error in wrong:
                yield breaks(exchange, error.expected, error.actual, error.pointer)
            if not wrong and body is not ABSENT:
                yield holds(exchange)


def _odd(evidence: Evidence, service: str) -> set[str]:
    """What was made with values of other types: taking them is forbidden nowhere, nor is showing them then."""
    odd: set[str] = set()
    for exchange in _generated(evidence, service):
        schema = contract()[exchange.operation].request_schema
        if schema is None or not 200 <= exchange.status < 300:
            continue
        if exchange.request.method == "PATCH":
            odd.update(exchange.path.values())
        elif not _fits(exchange):
            odd.update(_names(exchange))
    return odd


def _names(exchange: Exchange) -> list[str]:
    kind = BY_OPERATION.get(exchange.operation)
    return created_names(kind, exchange) if kind and exchange.operation == kind.create() else []


def _fits(exchange: Exchange) -> bool:
    return bool(_request_validator(exchange.operation).is_valid(exchange.sent))


@cache
def _request_validator(operation: str) -> Any:
    return jsonschema_rs.validator_for(contract()[operation].request_schema or {})


def _is_of(odd: set[str], pointer: str, body: Any) -> bool:
    parts = pointer.split("/")[1:3]
    if parts[:1] and parts[0] in odd:
        return True
    item = at(body, "/" + "/".join(parts)) if len(parts) > 1 else ABSENT
    names = [item.get(m) for m in ("id", "$id", "meta:altId")] if isinstance(item, dict) else []
    return any(name in odd for name in names if isinstance(name, str))


def _and_how(exchange: Exchange) -> str:
    sequence = exchange.notes.get("sequence")
    return f"{said(exchange)} after {sequence}" if sequence else said(exchange)


for _service in SERVICES:
    _row = f"{_service}.generated."
    rule(f"{_row}requests-never-cause-a-server-error")(partial(no_server_errors, service=_service))
    rule(f"{_row}answers-fit-the-contract")(partial(answers_fit, service=_service))


@rule(ETAGS)
def read_entities_have_one_etag(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _generated(evidence, "flow-service"):
        if exchange.request.method == "GET" and exchange.status == 200:
            for number, item in enumerate(_items(exchange)):
                if "etag" in item and "version" in item and exchange.operation[-4:] != "Runs":
                    fine = item["version"] == item["etag"]
                    pointer = f"/items/{number}/version"
                    yield check(exchange, fine, str(item["etag"]), item["version"], pointer)


def _items(exchange: Exchange) -> list[dict[str, object]]:
    found = exchange.at("/items")
    return [i for i in found if isinstance(i, dict)] if isinstance(found, list) else []


@rule(REFUSED)
def refused_creates_store_nothing(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered():
        if "refused" in exchange.notes and isinstance(exchange.at("/items"), list):
            stored = [i.get("name") for i in _items(exchange)]
            listed = [n for n in stored if n in exchange.notes["refused"]]
            yield check(exchange, not listed, "none of the refused", listed, "/items")


@rule(LINKS)
def links_lead_to_what_exists(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _generated(evidence, "flow-service"):
        if {"link", "living"} & set(exchange.notes) and exchange.at("/items/0/state") != LEAVING:
            noted = exchange.notes.get("checks", {})
            failed = [noted[name] for name in LINK_CHECKS if name in noted]
            if "living" in exchange.notes and exchange.status in (404, 410):
                failed.append(f"{exchange.notes['living']} was made and is not deleted")
            expected = "what was made is there, what was deleted is not"
            yield check(exchange, not failed, expected, f"{_and_how(exchange)}: {failed}")


@rule(ANY_ORDER)
def any_order_fits_the_model(evidence: Evidence) -> Iterator[Finding]:
    judged = [e for e in evidence.answered() if "model" in e.notes]
    for exchange in sorted(judged, key=_length):
        wrong = violations(exchange)
        for pointer, expected, actual in wrong:
            steps = exchange.notes.get("sequence")
            told = f"{actual} after {_ending(steps)}" if steps else actual
            yield breaks(exchange, expected, told, pointer)
        if not wrong:
            yield holds(exchange)


def _ending(sequence: str) -> str:
    """What came last: in a long sequence, the cause rather than how it began."""
    steps = sequence.split(" → ")
    return sequence if len(steps) <= MOST_STEPS else " → ".join(["…", *steps[-SHOWN_STEPS:]])


def _length(exchange: Exchange) -> float:
    """How long the sequence is that an exchange tells: the shortest explains most."""
    told = exchange.notes.get("curl_sequence")
    return len(told) if told else float("inf")


Rule = Callable[[Evidence], Iterable[Finding]]


def broken_rules(exchange: Exchange, service: str) -> list[str]:
    """What our own rules that need but one exchange hold against it."""
    evidence = Evidence([Journey(exchange.journey, [exchange])])
    rules: tuple[Rule, ...] = (
        partial(no_server_errors, service=service),
        partial(answers_fit, service=service),
        read_entities_have_one_etag,
        gateway.answers_parse_as_json,
        gateway.refusals_explain_themselves,
        gateway.status_in_body_equals_status,
        gateway.secrets_are_never_echoed,
    )
    findings = (f for judge in rules for f in judge(evidence))
    return [f"expected {f.expected}, got {f.actual}" for f in findings if not f.holds]
