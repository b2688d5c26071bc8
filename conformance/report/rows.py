"""The requirements as the page shows them: by service and resource, with the verdicts of every target."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from conformance.engine.verdict import PASS
from conformance.report.exchanges import Exchanges, Shown
from conformance.report.reference import Reference

Data = dict[str, Any]
LISTED = Path(__file__).parent / "html" / "faults.json"


@dataclass(frozen=True)
class Fault:
    """A deliberate fault; `killed` is None where no proof lay at hand, else whether the row went red."""

    name: str
    summary: str
    killed: bool | None


@dataclass
class Row:
    """One requirement. `beside` are the rows of the other targets, None where they have none."""

    data: Data
    exchanges: list[Shown]
    hidden: int
    faults: list[Fault]
    beside: list[Data | None]
    accepts: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    errata: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def verdict(self) -> str:
        return str(self.data["verdict"])


@dataclass
class Group:
    """The rows of one resource of one service."""

    service: str
    resource: str
    rows: list[Row] = field(default_factory=list)

    @property
    def held(self) -> int:
        return sum(row.verdict == PASS for row in self.rows)


def rows(
    results: Data,
    shown: Exchanges,
    reference: Reference,
    beside: Sequence[Data],
    proof: Data | None,
) -> dict[str, Row]:
    """Every requirement of a run by its id, those that do not hold first."""
    faults = proven(proof) if proof else listed()
    others = [{row["id"]: row for row in other["requirements"]} for other in beside]
    return {
        data["id"]: _row(data, shown, reference, faults, [o.get(data["id"]) for o in others])
        for data in results["requirements"]
    }


def _row(
    data: Data,
    shown: Exchanges,
    reference: Reference,
    faults: Mapping[str, list[Fault]],
    beside: list[Data | None],
) -> Row:
    found = shown.of(data["exchanges"])
    known = reference.rows.get(data["id"])
    row = Row(data, found, len(data["exchanges"]) - len(found), faults.get(data["id"], []), beside)
    if known:
        row.accepts, row.operations, row.errata = known.accepts, known.operations, known.errata
    return row


def proven(proof: Data) -> dict[str, list[Fault]]:
    """The faults of a proof by the requirements that they name."""
    found: dict[str, list[Fault]] = {}
    for entry in proof.get("faults", ()):
        for name in entry["named"]:
            fault = Fault(entry["name"], entry["summary"], name in entry["red"])
            found.setdefault(name, []).append(fault)
    return found


@cache
def listed() -> dict[str, list[Fault]]:
    """The faults that the emulator knows by the requirements that they name."""
    known: Data = json.loads(LISTED.read_text(encoding="utf-8"))
    found: dict[str, list[Fault]] = {}
    for name, fault in known.items():
        for row in fault["breaks"]:
            found.setdefault(row, []).append(Fault(name, fault["summary"], None))
    return found


def groups(found: Mapping[str, Row]) -> list[Group]:
    """The rows by service and resource, in the order of the alphabet."""
    grouped: dict[tuple[str, str], Group] = {}
    for row in found.values():
        service, resource = row.id.split(".")[0], ".".join(row.id.split(".")[1:-1])
        grouped.setdefault((service, resource), Group(service, resource)).rows.append(row)
    return [grouped[key] for key in sorted(grouped)]
