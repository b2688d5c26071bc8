"""From findings to verdicts: pass, fail, warn, blocked, error or untested, one for each requirement."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

from conformance.engine.catalogue import Catalogue, Requirement
from conformance.engine.evidence import Evidence, Journey
from conformance.engine.exchange import Exchange

PASS, FAIL, WARN, BLOCKED = "pass", "fail", "warn", "blocked"
ERROR, UNTESTED, NOT_APPLICABLE, WAIVED = "error", "untested", "not-applicable", "waived"
ORDER = (FAIL, ERROR, BLOCKED, UNTESTED, WARN, WAIVED, NOT_APPLICABLE, PASS)
RED = (FAIL, WARN)


@dataclass(frozen=True)
class Finding:
    """One observation of one requirement on one exchange; `pointer` leads into the answer."""

    exchange: Exchange
    holds: bool
    expected: str = ""
    actual: Any = None
    pointer: str = ""


def holds(exchange: Exchange) -> Finding:
    """The requirement was seen to hold."""
    return Finding(exchange, True)


def breaks(exchange: Exchange, expected: str, actual: Any, pointer: str = "") -> Finding:
    """The requirement was seen to be broken."""
    return Finding(exchange, False, expected, actual, pointer)


def check(exchange: Exchange, fine: bool, expected: str, actual: Any, pointer: str = "") -> Finding:
    """A finding that holds when `fine`."""
    return holds(exchange) if fine else breaks(exchange, expected, actual, pointer)


@dataclass
class Verdict:
    """The verdict on one requirement, with the findings behind it."""

    requirement: Requirement
    verdict: str
    message: str = ""
    broken: list[Finding] = field(default_factory=list)
    observed: int = 0
    sequences: list[str] = field(default_factory=list)
    witnesses: list[str] = field(default_factory=list)
    blocked_by: str | None = None
    stopped_at: str | None = None
    shown: list[Exchange] = field(default_factory=list)
    waiver: dict[str, str] | None = None

    @property
    def intermittent(self) -> bool:
        """Whether the requirement was seen both to hold and to be broken in the same way of asking."""
        return 0 < len(self.broken) < self.observed

    def blocks(self, other: "Verdict") -> bool:
        """Whether this requirement, or the exchange that broke it, is why another could not be judged."""
        broken_at = {finding.exchange.id for finding in self.broken}
        by_us = other.blocked_by == self.requirement.id or other.stopped_at in broken_at
        return other.verdict == BLOCKED and by_us


Rule = Callable[[Evidence], Iterable[Finding]]


class Judge:
    """Gives each requirement its verdict, prerequisites first."""

    def __init__(
        self,
        catalogue: Catalogue,
        rule_for: Callable[[Requirement], Rule],
        evidence_for: Callable[[Requirement], Evidence],
        not_applicable: Callable[[Requirement], str | None] = lambda _: None,
        narrowed: bool = False,
        lacking: Callable[[Requirement], str | None] = lambda _: None,
    ) -> None:
        self._catalogue = catalogue
        self._rule_for = rule_for
        self._evidence_for = evidence_for
        self._not_applicable = not_applicable
        self._narrowed = narrowed
        self._lacking = lacking
        self._known: dict[str, Verdict] = {}

    def verdict(self, row: Requirement) -> Verdict:
        """The verdict on a requirement; the same one each time."""
        if row.id not in self._known:
            self._known[row.id] = self._decide(row)
        return self._known[row.id]

    def _decide(self, row: Requirement) -> Verdict:
        reason = self._not_applicable(row)
        if reason:
            return Verdict(row, NOT_APPLICABLE, reason)
        evidence = self._evidence_for(row)
        findings = list(self._rule_for(row)(evidence))
        broken = [f for f in findings if not f.holds]
        base = Verdict(
            row,
            PASS,
            "",
            broken,
            len(findings),
            sorted({f.exchange.journey for f in findings}),
            _witnesses(findings, broken),
            shown=[finding.exchange for finding in (broken or findings)[:3]],
        )
        if broken or not findings:
            need = self._failed_need(row)
            if need:
                base.verdict, base.blocked_by = BLOCKED, need.blocked_by or need.requirement.id
                base.stopped_at = need.stopped_at
                base.message = f"{base.blocked_by} does not hold"
                return base
        return (
            self._broken(base)
            if broken
            else (base if findings else self._unobserved(base, evidence))
        )

    def _failed_need(self, row: Requirement) -> Verdict | None:
        needs = (self.verdict(self._catalogue[need]) for need in row.needs)
        return next((one for one in needs if one.verdict == FAIL or one.blocked_by), None)

    def _broken(self, verdict: Verdict) -> Verdict:
        verdict.verdict = FAIL if verdict.requirement.level == "MUST" else WARN
        first = verdict.broken[0]
        where = f" at {first.pointer}" if first.pointer else ""
        wanted, got = contrast(first)
        got = repr(first.actual) if got == wanted else got  # the text 0 is not the number
        verdict.message = f"expected {wanted}, got {got}{where}"
        if verdict.intermittent:
            verdict.message += (
                f" (broken in {len(verdict.broken)} of {verdict.observed} observations)"
            )
        return verdict

    def _unobserved(self, verdict: Verdict, evidence: Evidence) -> Verdict:
        absent = _absent(verdict.requirement, evidence)
        silent = [e for e in evidence.exchanges if e.error and _asks(e, verdict.requirement)]
        silent.sort(key=lambda exchange: exchange.case is None)
        if silent and not absent:
            verdict.verdict, verdict.message = ERROR, str(silent[0].error)
            return verdict
        stopped = [j for j in evidence.journeys if j.halted_at]
        if not stopped:
            lacking = self._lacking(verdict.requirement) or absent
            verdict.verdict = NOT_APPLICABLE if self._narrowed or lacking else UNTESTED
            verdict.message = lacking or "no exchange of this run shows it"
            return verdict
        first = min(stopped, key=lambda journey: (journey.cut_short, not journey.unreachable))
        if first.cut_short:
            verdict.verdict = UNTESTED
            verdict.message = f"the run ended before it: {first.reason}"
            return verdict
        verdict.verdict = ERROR if first.unreachable else BLOCKED
        verdict.blocked_by = None if first.unreachable else f"{first.name} at {first.halted_at}"
        verdict.stopped_at = first.exchange
        verdict.message = f"{first.name} stopped at {first.halted_at}: {first.reason}"
        return verdict


def _absent(row: Requirement, evidence: Evidence) -> str | None:
    """Why successful answers may show nothing of a requirement, or None."""
    return row.absent if evidence.successes(*row.operations) else None


def _asks(exchange: Exchange, row: Requirement) -> bool:
    """Whether an exchange could have shown a requirement."""
    return exchange.case == row.id or (
        exchange.took_effect and exchange.operation in row.operations
    )


def _witnesses(findings: list[Finding], broken: list[Finding]) -> list[str]:
    chosen = broken[:10] or findings[:3]
    return list(dict.fromkeys(f.exchange.id for f in chosen))


def short(value: Any, limit: int = 160) -> str:
    """A value for a message, cut with its length."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def contrast(finding: Finding, limit: int = 160) -> tuple[str, str]:
    """Expected and actual value for a message, long ones from a little before where they part."""
    expected, actual = finding.expected, finding.actual
    is_text = expected[:1] in ("'", '"')
    written = repr(actual) if is_text else str(actual)
    if _look_alike(expected, written) or (is_text and _look_alike(expected, f"'{actual}'")):
        expected, written = _escaped(expected), _escaped(written)
    elif len(expected) <= limit:
        return expected, short(actual, limit)
    if len(expected) <= limit:
        return expected, short(written, limit)
    pairs = enumerate(zip(expected, written, strict=False))
    parting = next((i for i, (want, got) in pairs if want != got), min(len(expected), len(written)))
    start, half = max(0, parting - limit // 8), limit // 2
    shown = [f"{'…' if start else ''}{short(text[start:], half)}" for text in (expected, written)]
    return shown[0], shown[1]


def _look_alike(one: str, other: str) -> bool:
    """Whether two texts differ in how their characters are composed, or in the width of a space alone."""
    return one != other and normalize("NFKC", one) == normalize("NFKC", other)


def _escaped(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()


def stopped(journeys: Iterable[Journey]) -> list[Journey]:
    """The journeys that did not reach their end."""
    return [journey for journey in journeys if journey.halted_at]
