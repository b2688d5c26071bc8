"""What judging traffic comes to, and its form as judgement.json."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from conformance.engine.exchange import ABSENT
from conformance.engine.verdict import (
    BLOCKED,
    FAIL,
    ORDER,
    PASS,
    WARN,
    Finding,
    Verdict,
    contrast,
    short,
)
from conformance.recordings.traffic import Traffic

CLIENT, SERVER = "client", "server"
SIDES = (CLIENT, SERVER)
SCHEMA_VERSION = "1.1"
SHOWN = 50


@dataclass(frozen=True)
class Judged:
    """The verdict on one requirement from one recording."""

    side: str
    traffic: str
    verdict: Verdict


@dataclass
class Judgement:
    """The verdicts on some traffic; `unreadable` are requirements whose rules could not read it.

    `refused` are the files that could not be judged, each with why.
    """

    traffics: list[Traffic]
    judged: list[Judged] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def add(self, side: str, traffic: str, verdicts: Iterable[Verdict]) -> None:
        """Add the verdicts from one recording."""
        self.judged += [Judged(side, traffic, verdict) for verdict in verdicts]

    def only(self, sides: Iterable[str], patterns: Iterable[str] = ()) -> "Judgement":
        """What it says about some sides and, where globs are given, the requirements that match one."""
        globs, chosen = list(patterns) or ["*"], set(sides)
        kept = [
            one
            for one in self.judged
            if one.side in chosen
            and any(fnmatchcase(one.verdict.requirement.id, glob) for glob in globs)
        ]
        return Judgement(self.traffics, kept, self.unreadable, self.refused)

    @property
    def requests(self) -> int:
        """How many requests call a documented operation."""
        return sum(len(traffic.journey.exchanges) for traffic in self.traffics)

    def red(self) -> list[Judged]:
        """The verdicts that something is broken: MUSTs first, the client's before the server's."""
        red = [one for one in self.judged if one.verdict.verdict in (FAIL, WARN)]
        return sorted(red, key=lambda one: (one.verdict.verdict == WARN, SIDES.index(one.side)))

    def is_broken(self) -> bool:
        """Whether a MUST is broken."""
        return any(one.verdict.verdict == FAIL for one in self.judged)

    def worst(self, side: str) -> dict[str, str]:
        """The worst verdict on each requirement of a side that any recording touches."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self.judged:
            if one.side == side:
                found[one.verdict.requirement.id].append(one.verdict.verdict)
        return {name: min(verdicts, key=ORDER.index) for name, verdicts in found.items()}

    def sentence(self) -> str:
        """One sentence with the numbers; it never speaks of conformance, which no recording shows."""
        clients = list(dict.fromkeys(t.client for t in self.traffics if t.client))
        of = f" of {short(clients[0], 60)}" if len(clients) == 1 else ""
        parts = [self._kept(side) for side in SIDES if self.worst(side)]
        told = "; ".join(parts) or "no requirement is touched"
        return f"{self.requests} requests{of} judged: {told}."

    def _kept(self, side: str) -> str:
        verdicts = self.worst(side)
        kept = sum(verdict == PASS for verdict in verdicts.values())
        blocked = sum(verdict == BLOCKED for verdict in verdicts.values())
        tail = f" ({blocked} blocked by others)" if blocked else ""
        return f"{side} keeps {kept} of {len(verdicts)} requirements that it touched{tail}"

    def to_json(self, contracts: str, tool: str) -> dict[str, Any]:
        """The judgement as contracts/schemas/judgement.schema.json describes it."""
        return {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "aep-conformance", "version": tool},
            "contracts": contracts,
            "verdict": self.sentence(),
            "recordings": [_recording(traffic) for traffic in self.traffics],
            "refused": self.refused,
            "requirements": [_row(one) for one in self.judged],
            "unreadable": sorted(set(self.unreadable)),
        }


def place(exchange_id: str) -> str:
    """`interaction 12 of client.yaml`: where a finding's exchange stands."""
    path, _, number = exchange_id.rpartition("#")
    return f"interaction {number} of {Path(path).name}" if path else f"request {number}"


def _recording(traffic: Traffic) -> dict[str, Any]:
    return {
        "name": traffic.name,
        "client": traffic.client,
        "judged": len(traffic.journey.exchanges),
        "others": sorted(set(traffic.others)),
        "skipped": [asdict(one) for one in traffic.skipped],
    }


def _row(one: Judged) -> dict[str, Any]:
    row = one.verdict.requirement
    return {
        "id": row.id,
        "side": one.side,
        "recording": one.traffic,
        "level": row.level,
        "basis": row.basis,
        "source": list(row.source),
        "statement": row.statement,
        "verdict": one.verdict.verdict,
        "message": one.verdict.message,
        "observed": one.verdict.observed,
        "broken": len(one.verdict.broken),
        "findings": [_finding(finding) for finding in one.verdict.broken[:SHOWN]],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    exchange, (expected, actual) = finding.exchange, contrast(finding, 300)
    return {
        "interaction": int(exchange.id.rpartition("#")[2]),
        "file": exchange.id.rpartition("#")[0],
        "method": exchange.request.method,
        "url": exchange.request.url,
        "status": exchange.status,
        "expected": expected,
        "actual": "(absent)" if finding.actual is ABSENT else actual,
        "pointer": finding.pointer,
    }
