"""The checks that data states in full: documented statuses in the catalogue, body schemas in the contract."""

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from conformance.engine.catalogue import Requirement
from conformance.engine.contract import Contract
from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.kinds import BY_OPERATION, LEAVING
from conformance.engine.schema import BodySchema, SchemaError
from conformance.engine.verdict import Finding, breaks, check, holds

Known = dict[BodySchema, tuple[list[SchemaError], set[str]]]
_KNOWN: WeakKeyDictionary[Exchange, Known] = WeakKeyDictionary()


def answers(evidence: Evidence, row: Requirement) -> Iterator[Finding]:
    """Each request that puts the requirement to the test is answered with one of its statuses."""
    for exchange in evidence.cases(row.id):
        if 404 not in row.statuses or exchange.at("/items/0/state") != LEAVING:
            yield _status(exchange, row)


def statuses(evidence: Evidence, row: Requirement) -> Iterator[Finding]:
    """Each lawful request of the row's operations is answered with one of its statuses.

    An answer that promises no content (204, or 202 to a delete or an update) has none.
    """
    for exchange in evidence.answered(*row.operations):
        if exchange.case is None:
            if exchange.status in (202, 204) and exchange.response and exchange.response.text:
                yield breaks(exchange, f"no body with {exchange.status}", exchange.response.text)
            else:
                yield _status(exchange, row)


def _status(exchange: Exchange, row: Requirement) -> Finding:
    expected = " or ".join(map(str, row.statuses))
    return check(exchange, exchange.status in row.statuses, f"status {expected}", said(exchange))


def said(exchange: Exchange) -> str:
    """Status and, when there is one, the reason that an answer gives."""
    for pointer in ("/errorMessage", "/message", "/detail", "/title"):
        reason = exchange.at(pointer)
        if isinstance(reason, str):
            return f"{exchange.status} ({reason})"
    return str(exchange.status)


def reads(evidence: Evidence, row: Requirement, contract: Contract) -> Iterator[Finding]:
    """Each lawful request whose status no other row judges is answered with a documented success."""
    for exchange in evidence.answered():
        operation = contract[exchange.operation]
        if (
            exchange.case is not None
            or operation.service != row.service
            or _judged_elsewhere(exchange)
        ):
            continue
        expected = " or ".join(map(str, sorted(operation.successes)))
        if exchange.status not in operation.successes:
            yield breaks(exchange, f"status {expected}", said(exchange))
        elif exchange.body not in ({}, ABSENT):
            yield holds(exchange)


def _judged_elsewhere(exchange: Exchange) -> bool:
    kind = BY_OPERATION.get(exchange.operation)
    return kind is not None and exchange.operation in (kind.create(), kind.update(), kind.delete())


def schema(evidence: Evidence, row: Requirement, contract: Contract) -> Iterator[Finding]:
    """Where a successful answer reaches a subschema that names the row, it fits."""
    for exchange in evidence.successes(*row.operations):
        body_schema = contract[exchange.operation].schemas.get(str(exchange.status))
        if body_schema is None or exchange.body is ABSENT:
            continue
        found, observed = _worked_out(exchange, body_schema)
        errors = [e for e in found if e.requirement == row.id]
        for error in errors:
            yield breaks(exchange, error.expected, error.actual, error.pointer)
        if not errors and row.id in observed:
            yield holds(exchange)


def _worked_out(exchange: Exchange, schema: BodySchema) -> tuple[list[SchemaError], set[str]]:
    """What many rows ask of one exchange."""
    known = _KNOWN.setdefault(exchange, {})
    if schema not in known:
        known[schema] = schema.errors(exchange.body), schema.observed(exchange.body)
    return known[schema]


def contract(evidence: Evidence, row: Requirement, contract: Contract) -> Iterator[Finding]:
    """A successful answer has its documented form, wherever no finer requirement names the place."""
    answered = refused(evidence) if row.service == "gateway" else evidence.successes()
    for exchange in answered:
        operation = contract[exchange.operation]
        body_schema = operation.schemas.get(str(exchange.status))
        if row.service not in ("gateway", operation.service) or body_schema is None:
            continue
        if exchange.body is ABSENT:
            yield breaks(
                exchange, "a JSON body", exchange.response.text if exchange.response else ""
            )
            continue
        errors = body_schema.errors(exchange.body)
        for error in errors:
            if error.requirement in (None, row.id):
                yield breaks(exchange, error.expected, error.actual, error.pointer)
        if not errors:
            yield holds(exchange)


def refused(evidence: Evidence) -> list[Exchange]:
    """The answers to requests that had to be refused and were."""
    return [e for e in evidence.answered() if e.notes.get("refusal") and 400 <= e.status < 500]
