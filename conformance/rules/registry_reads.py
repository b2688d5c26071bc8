"""Schema Registry: classes and schemas as they are read."""

from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.kinds import CLASS, SCHEMA, Kind
from conformance.engine.verdict import Finding, check
from conformance.rules.registry import rule, rule_of_kinds


@rule("schema-registry.classes.created-class-is-readable")
def created_class_is_readable(evidence: Evidence) -> Iterator[Finding]:
    yield from _readable(evidence, CLASS)


@rule("schema-registry.schemas.created-schema-is-readable")
def created_schema_is_readable(evidence: Evidence) -> Iterator[Finding]:
    yield from _readable(evidence, SCHEMA)


def _readable(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        reads = [e for e in timeline.events if e.operation == kind.get() and e.case is None]
        for read in (e for e in reads if e.response is not None and timeline.created is not None):
            created = timeline.created or read
            for pointer, expected in (
                ("/$id", created.at("/$id")),
                ("/title", at(created.sent, "/title")),
            ):
                fine = read.status == 200 and read.at(pointer) == expected
                yield check(read, fine, repr(expected), read.at(pointer), pointer)


SHOWN = ("/description", "/meta:class", "/meta:resourceType")


@rule_of_kinds("read-shows-what-was-created", CLASS, SCHEMA)
def read_shows_what_was_created(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        for read in timeline.reads:
            for pointer in SHOWN:
                expected = at(timeline.created and timeline.created.body, pointer)
                actual = read.at(pointer)
                if ABSENT not in (expected, actual):
                    yield check(read, actual == expected, repr(expected), actual, pointer)
            yield from _composed_alike(timeline.created, read)


def _composed_alike(created: Exchange | None, read: Exchange) -> Iterator[Finding]:
    if created is not None and isinstance(read.at("/allOf"), list):
        expected, actual = ([_reference(part) for part in _parts(e)] for e in (created, read))
        yield check(read, actual == expected, repr(expected), actual, "/allOf")


def _parts(exchange: Exchange) -> list[Any]:
    parts = exchange.at("/allOf")
    return parts if isinstance(parts, list) else []


def _reference(part: Any) -> str:
    reference = at(part, "/$ref")
    return str(reference) if reference is not ABSENT else "(fields)"


@rule("schema-registry.schemas.read-without-text-has-no-titles")
def read_without_text_has_no_titles(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.cases("schema-registry.schemas.read-without-text-has-no-titles"):
        told = sorted({"title", "description"} & set(_texts(exchange.body)))
        fine = exchange.status == 200 and not told
        expected = "200 with neither title nor description"
        yield check(exchange, fine, expected, f"{exchange.status} with {told or exchange.body}")


def _texts(value: Any) -> Iterator[str]:
    """The names of all members that are texts, however deep."""
    if isinstance(value, dict):
        yield from (name for name, member in value.items() if isinstance(member, str))
        value = list(value.values())
    for member in value if isinstance(value, list) else ():
        yield from _texts(member)
