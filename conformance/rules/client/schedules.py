"""When a flow is to run, as its create or its update says."""

import re
from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.verdict import Finding, breaks, check
from conformance.rules.client.requests import is_draft, sent
from conformance.rules.client.updates import operations_of
from conformance.rules.registry import client_rule

FREQUENCIES = ("once", "minute", "hour", "day", "week")
LEAST_MINUTES = 15
FIRST_MILLISECOND = 100_000_000_000  # as seconds this is the year 5138
PLACE = "/scheduleParams"


def _created(evidence: Evidence) -> Iterator[tuple[Exchange, dict[str, Any]]]:
    for exchange in sent(evidence, "createFlow"):
        schedule = at(exchange.sent, PLACE)
        if isinstance(schedule, dict) and not is_draft(exchange):
            yield exchange, schedule


def _set(evidence: Evidence, member: str) -> Iterator[tuple[Exchange, Any, str, Any]]:
    """Each value that a request gives a member of a schedule: exchange, value, pointer and frequency beside it."""
    for exchange, schedule in _created(evidence):
        if member in schedule:
            yield exchange, schedule[member], f"{PLACE}/{member}", schedule.get("frequency")
    for exchange in sent(evidence, "updateFlow"):
        for index, operation in enumerate(operations_of(exchange)):
            path, value = operation.get("path"), operation.get("value", ABSENT)
            if path == f"{PLACE}/{member}" and value is not ABSENT:
                yield exchange, value, f"/{index}/value", None
            elif path == PLACE and isinstance(value, dict) and member in value:
                beside = value.get("frequency")
                yield exchange, value[member], f"/{index}/value/{member}", beside


def _number(value: Any) -> int | None:
    """A whole number, sent as one or as its digits; both are documented (X46)."""
    text = str(value)
    return (
        int(text) if not isinstance(value, bool) and re.fullmatch(r"-?[0-9]{1,18}", text) else None
    )


@client_rule("client.schedules.start-is-in-epoch-seconds")
def start_is_in_epoch_seconds(evidence: Evidence) -> Iterator[Finding]:
    for exchange, schedule in _created(evidence):
        start = schedule.get("startTime", ABSENT)
        number = _number(start)
        fine = number is not None and 0 <= number < FIRST_MILLISECOND
        yield check(exchange, fine, "seconds since 1970", start, f"{PLACE}/startTime")


@client_rule("client.schedules.frequency-is-documented")
def frequency_is_documented(evidence: Evidence) -> Iterator[Finding]:
    for exchange, value, pointer, _ in _set(evidence, "frequency"):
        yield check(exchange, value in FREQUENCIES, ", ".join(FREQUENCIES), value, pointer)


@client_rule("client.schedules.interval-is-within-bounds")
def interval_is_within_bounds(evidence: Evidence) -> Iterator[Finding]:
    for exchange, value, pointer, frequency in _set(evidence, "interval"):
        if frequency == "once":
            continue
        least = LEAST_MINUTES if frequency == "minute" else 1
        number = _number(value)
        if number is None:
            yield breaks(exchange, "a whole number", value, pointer)
        else:
            yield check(exchange, number >= least, f"at least {least}", value, pointer)


@client_rule("client.schedules.once-has-no-interval")
def once_has_no_interval(evidence: Evidence) -> Iterator[Finding]:
    for exchange, schedule in _created(evidence):
        if schedule.get("frequency") == "once":
            extra = sorted({"interval", "backfill"} & schedule.keys())
            yield check(exchange, not extra, "neither interval nor backfill", extra, PLACE)
