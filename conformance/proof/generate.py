"""Response mutants, generated from the contract.

The rule: a mutation is a mutant only if the contract forbids its outcome. A body is altered in every way
in every place, and kept where the documented schema of that operation and status no longer accepts it;
dropping an optional member is lawful and so no mutant. A status is swapped for one that the operation, or
every row that judges the refusal, does not allow. A member that the create of the same resource sends is
altered in the read by id, because what was sent is what is stored. Whole bodies and media types are
altered where a JSON body is documented. Of the edits that break the same place
in the same way (another type, another text) the nearest miss alone is kept.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import jsonschema_rs

from conformance.engine.catalogue import Catalogue
from conformance.engine.contract import Contract, Operation
from conformance.engine.evidence import Journey
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.kinds import BY_OPERATION
from conformance.proof.answer import Answer, concrete, pointers
from conformance.proof.mutations import BODIES, CONTENT_TYPES, Mutation

Accepts = Callable[[Any], bool]
PATIENCE = 429  # may be asked for of any request, and is given
FAMILIES = (
    ("drop",),
    ("retype", "wrap", "null"),
    ("unquote", "upper", "shorten", "lengthen", "reword", "blank"),
    ("seconds", "negate", "raise"),
    ("hollow", "clear"),
    ("double",),
)


@dataclass
class Seen:
    """What a clean emulator answered for one operation with one status."""

    operation: str
    status: int
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def journeys(self) -> set[str]:
        return {exchange.journey for exchange in self.exchanges}

    @property
    def answers(self) -> list[Answer]:
        """The distinct answers, by their form."""
        found = {}
        for exchange in self.exchanges:
            if exchange.response:
                text = exchange.response.text.encode()
                answer = Answer(self.status, tuple(exchange.response.headers.items()), text)
                found[tuple(sorted(pointers(answer.body)))] = answer
        return list(found.values())


def observe(journeys: Iterable[Journey]) -> list[Seen]:
    """The answers of a run by operation and status."""
    found: dict[tuple[str, int], Seen] = {}
    for journey in journeys:
        for exchange in journey.exchanges:
            key = (exchange.operation, exchange.status)
            found.setdefault(key, Seen(*key)).exchanges.append(exchange)
    return [found[key] for key in sorted(found)]


def mutants(seen: Seen, contract: Contract, catalogue: Catalogue) -> list[Mutation]:
    """Every mutant of the answers of one operation with one status."""
    operation = contract[seen.operation]
    schema = operation.schemas.get(str(seen.status))
    found = list(_of_echo(seen, contract))
    if schema:
        found += _of_content_type(seen)
        accepts = jsonschema_rs.validator_for(schema.schema, validate_formats=True).is_valid
        found += [*_of_schema(seen, accepts), *_of_whole_body(seen, accepts)]
    return list(dict.fromkeys([*found, *_of_status(seen, operation, catalogue)]))


def _of_schema(seen: Seen, accepts: Accepts) -> Iterator[Mutation]:
    for answer in seen.answers:
        if answer.body is ABSENT or not accepts(answer.body):
            continue
        for pointer in pointers(answer.body):
            for family in FAMILIES:
                kinds = (Mutation(seen.operation, seen.status, kind, pointer) for kind in family)
                yield from islice((m for m in kinds if not accepts(m.apply(answer).body)), 1)


def _of_whole_body(seen: Seen, accepts: Accepts) -> Iterator[Mutation]:
    """No body, another body, text that is not JSON: wherever a JSON body is documented."""
    for place in BODIES:
        mutation = Mutation(seen.operation, seen.status, "body", place)
        for answer in seen.answers:
            mutated = mutation.apply(answer).body
            if mutated is ABSENT or not accepts(mutated):
                yield mutation


def _of_content_type(seen: Seen) -> Iterator[Mutation]:
    if any(answer.content for answer in seen.answers):
        for value in CONTENT_TYPES:
            yield Mutation(seen.operation, seen.status, "content-type", value)


def _of_echo(seen: Seen, contract: Contract) -> Iterator[Mutation]:
    kind = BY_OPERATION.get(seen.operation)
    if kind is None or seen.operation != kind.get() or not 200 <= seen.status < 300:
        return
    sent = (contract[kind.create()].request_schema or {}).get("properties", {})
    for answer in seen.answers:
        for holder in ("/items/0", "/*", ""):
            for member in sent:
                if at(answer.body, concrete(answer.body, f"{holder}/{member}")) is not ABSENT:
                    yield Mutation(seen.operation, seen.status, "alter", f"{holder}/{member}")


def _of_status(seen: Seen, operation: Operation, catalogue: Catalogue) -> Iterator[Mutation]:
    lawful = _lawful_statuses(seen, operation, catalogue)
    for status in _candidates(seen, operation):
        if status not in lawful:
            yield Mutation(seen.operation, seen.status, "status", str(status))


def _candidates(seen: Seen, operation: Operation) -> list[int]:
    if 200 <= seen.status < 300:
        other = next(s for s in (200, 201, 202, 204) if s not in operation.successes)
        return [other, 302, 404, 500]
    documented = (int(s) for s in operation.responses if s.isdigit() and s.startswith("4"))
    return sorted({min(operation.successes), 418, 500, *documented} - {seen.status, PATIENCE})


def _lawful_statuses(seen: Seen, operation: Operation, catalogue: Catalogue) -> set[int]:
    if 200 <= seen.status < 300:
        return set(operation.successes)
    allowed = [
        set(catalogue[e.case].statuses)
        for e in seen.exchanges
        if e.case in catalogue.rows and catalogue[e.case].statuses
    ]
    return set.intersection(*allowed) if allowed else {int(s) for s in operation.responses}
