"""How much of the contracts a run covers: operations, statuses, rows without a rule."""

from dataclasses import dataclass
from typing import Any

from conformance.engine.catalogue import Requirement
from conformance.report.reference import Reference

Data = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """One status of an operation: how often it was seen, and whether the contracts document it."""

    status: str
    seen: int
    documented: bool


@dataclass(frozen=True)
class Covered:
    """One operation: what was asked, and how many rows speak of it."""

    id: str
    service: str
    method: str
    path: str
    requests: int
    answers: list[Answer]
    rows: int
    seconds: Data | None


@dataclass(frozen=True)
class Coverage:
    """`excluded` are the rows that no run can judge, each with its reason."""

    operations: list[Covered]
    excluded: list[Requirement]
    judged: int
    statuses: int
    statuses_seen: int

    @property
    def called(self) -> int:
        return sum(one.requests > 0 for one in self.operations)


def coverage(results: Data, reference: Reference) -> Coverage:
    """What a run covers of the contracts at hand."""
    speaking: dict[str, int] = {}
    for row in reference.rows.values():
        for operation in row.operations:
            speaking[operation] = speaking.get(operation, 0) + 1
    measured = results.get("operations", {})
    found = [
        _covered(name, measured.get(name), reference, speaking.get(name, 0))
        for name in [*reference.operations, *(n for n in measured if n not in reference.operations)]
    ]
    documented = [a for one in found for a in one.answers if a.documented]
    return Coverage(
        sorted(found, key=lambda one: (one.service, one.path, one.method)),
        [row for row in reference.rows.values() if row.excluded],
        len(results["requirements"]),
        len(documented),
        sum(a.seen > 0 for a in documented),
    )


def _covered(name: str, measured: Data | None, reference: Reference, rows: int) -> Covered:
    known = reference.operations.get(name)
    given = measured or {"requests": 0, "statuses": {}}
    documented = [s for s in known.responses if s.isdigit()] if known else []
    statuses = sorted({*documented, *given["statuses"]})
    return Covered(
        name,
        known.service if known else "",
        known.method if known else "",
        known.template if known else "",
        given["requests"],
        [Answer(s, given["statuses"].get(s, 0), s in documented) for s in statuses],
        rows,
        given.get("seconds"),
    )
