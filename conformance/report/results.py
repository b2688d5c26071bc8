"""results.json: everything that a run found, for the reports and for other tools."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from conformance.engine.catalogue import Catalogue
from conformance.engine.evidence import Journey
from conformance.engine.exchange import ABSENT, Exchange, Message
from conformance.engine.verdict import (
    BLOCKED,
    FAIL,
    NOT_APPLICABLE,
    ORDER,
    PASS,
    UNTESTED,
    WAIVED,
    Finding,
    Verdict,
    contrast,
)
from conformance.report.measures import operations
from conformance.report.text import verdict_sentence

SCHEMA_VERSION = "1.1"
BODY_LIMIT = 40_000
VALUE_LIMIT = 2_000
FINDINGS = 3


def tool_version() -> str:
    """The version of the installed package."""
    try:
        return version("aep-conformance")
    except PackageNotFoundError:
        return "0+checkout"


def count(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """The number of rows of each level and verdict."""
    counts = {level: dict.fromkeys(sorted(ORDER), 0) for level in ("MUST", "SHOULD", "MAY")}
    for row in rows:
        counts[row["level"]][row["verdict"]] += 1
    return counts


def is_conformant(rows: list[dict[str, Any]]) -> bool:
    """Whether every MUST row ran and holds, and at least one did."""
    return PASS in _verdicts(rows) and _nothing_is_red(rows)


def _verdicts(rows: list[dict[str, Any]]) -> set[str]:
    return {row["verdict"] for row in rows if row["level"] == "MUST"}


def _nothing_is_red(rows: list[dict[str, Any]]) -> bool:
    return _verdicts(rows) <= {PASS, WAIVED, NOT_APPLICABLE}


def row_of(verdict: Verdict) -> dict[str, Any]:
    """The entry of a requirement."""
    row = verdict.requirement
    entry: dict[str, Any] = {
        "id": row.id,
        "level": row.level,
        "basis": row.basis,
        "verdict": verdict.verdict,
        "message": verdict.message,
        "statement": row.statement,
        "source": list(row.source),
        "sequences": verdict.sequences,
        "exchanges": verdict.witnesses,
    }
    if verdict.blocked_by:
        entry["blocked_by"] = verdict.blocked_by
    if verdict.waiver:
        entry["waiver"] = verdict.waiver
    if verdict.broken:
        entry["findings"] = [_finding(finding) for finding in verdict.broken[:FINDINGS]]
    if verdict.intermittent:
        entry["intermittent"] = {"failed": len(verdict.broken), "observed": verdict.observed}
    return entry


def _finding(finding: Finding) -> dict[str, Any]:
    expected, actual = contrast(finding, VALUE_LIMIT)
    return {
        "exchange": finding.exchange.id,
        "expected": expected,
        "actual": actual,
        "pointer": finding.pointer,
    }


def exit_code(results: dict[str, Any]) -> int:
    """0 when every judged MUST holds or is waived, 1 when one does not, 3 when the target could not be reached."""
    rows = results["requirements"]
    if is_conformant(rows) or (WAIVED in _verdicts(rows) and _nothing_is_red(rows)):
        return 0
    must = results["counts"]["MUST"]
    return 1 if must["fail"] or not must["error"] else 3


def build(
    rows: list[dict[str, Any]],
    journeys: list[Journey],
    catalogue: Catalogue,
    connectors: dict[str, str],
    target: dict[str, str],
    settings: dict[str, Any],
    profile: str,
    contract_version: str,
    started: float,
    finished: float,
    notes: list[str],
    complete: bool = True,
    scope: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The results of a run, as `contracts/schemas/results.schema.json` describes them.

    A run that judged only a part of its profile (not `complete`) is never called conformant; `scope` says
    which part, so that the parts can be merged.
    """
    exchanges = [exchange for journey in journeys for exchange in journey.exchanges]
    failing = {
        e: row["verdict"] for row in rows if row["verdict"] == FAIL for e in row["exchanges"]
    }
    shown = {e for row in rows for e in row["exchanges"]} | {
        e.id for j in journeys if j.name in connectors for e in j.exchanges
    }
    conformant = complete and is_conformant(rows)
    counts = count(rows)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "aep-conformance", "version": tool_version()},
        "contracts": {"version": contract_version, "rows": len(catalogue.rows)},
        "target": target,
        "settings": settings,
        "profile": profile,
        "started": _instant(started),
        "finished": _instant(finished),
        "seconds": round(finished - started, 3),
        "complete": complete,
        **({"scope": scope} if scope else {}),
        "conformant": conformant,
        "verdict": verdict_sentence(counts, conformant, target["name"], complete),
        "counts": counts,
        "requests": sum(e.attempts for e in exchanges),
        "retries": sum(e.attempts - 1 for e in exchanges),
        "requirements": sorted(rows, key=lambda row: ORDER.index(row["verdict"])),
        "operations": operations(exchanges),
        "variants": variants(catalogue, exchanges),
        "sequences": [
            _sequence(j, connectors[j.name], failing) for j in journeys if j.name in connectors
        ],
        "exchanges": {e.id: _exchange(e) for e in exchanges if e.id in shown},
        "leftovers": [left for journey in journeys for left in journey.leftovers],
        "notes": notes,
    }


def _instant(seconds: float) -> str:
    return (
        datetime.fromtimestamp(seconds, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def _sequence(journey: Journey, connector: str, failing: dict[str, str]) -> dict[str, Any]:
    steps = [
        {
            "step": e.step,
            "operation": e.operation,
            "exchange": e.id,
            "seconds": e.seconds,
            "verdict": "error" if e.error else failing.get(e.id, PASS),
        }
        for e in journey.exchanges
    ]
    verdict = min((s["verdict"] for s in steps), key=ORDER.index, default=UNTESTED)
    if journey.halted_at and verdict in (PASS, UNTESTED):
        verdict = BLOCKED
    halted = {"halted_at": journey.halted_at, "reason": journey.reason} if journey.halted_at else {}
    return {
        "name": journey.name,
        "connector": connector,
        "verdict": verdict,
        "seconds": journey.seconds,
        **halted,
        "steps": steps,
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    response = exchange.response
    return {
        "request": {
            "method": exchange.request.method,
            "url": exchange.request.url,
            "headers": exchange.request.headers,
            "body": _body(exchange.request),
        },
        "response": {
            "status": response.status,
            "headers": response.headers,
            "body": _body(response),
        }
        if response
        else None,
        "error": exchange.error,
        "operation": exchange.operation,
        "sequence": exchange.journey,
        "step": exchange.step,
        "started": _instant(exchange.started),
        "seconds": exchange.seconds,
        "attempts": exchange.attempts,
    }


def _body(message: Message) -> Any:
    if len(message.text) > BODY_LIMIT:
        return f"{message.text[:BODY_LIMIT]}… ({len(message.text)} characters)"
    return message.text if message.body is ABSENT else message.body


def variants(catalogue: Catalogue, exchanges: list[Exchange]) -> list[dict[str, Any]]:
    """Which of several documented answers the target gave, and how often."""
    found = []
    asked = Counter((e.case or e.operation, e.status) for e in exchanges)
    for row in catalogue.testable():
        if len(row.statuses) > 1:
            asking = (row.id,) if row.check == "answer" else row.operations
            seen = {s: sum(asked[one, s] for one in asking) for s in row.statuses}
            for status, times in sorted(s for s in seen.items() if s[1]):
                found.append(_variant(f"{row.id}: {status}", times, row.errata))
    shapes = Counter(error_shape(e) for e in exchanges if 400 <= e.status < 500)
    found += [
        _variant(f"error body: {name}", times, ("X82",)) for name, times in sorted(shapes.items())
    ]
    return found


def _variant(name: str, seen: int, errata: tuple[str, ...]) -> dict[str, Any]:
    return {**({"erratum": errata[0]} if errata else {}), "name": name, "seen": seen}


def error_shape(exchange: Exchange) -> str:
    """Which of the documented forms an error body has (facts:92-101)."""
    body = exchange.body
    if not isinstance(body, dict):
        return "no JSON object"
    if "error_code" in body:
        return (
            "gateway, numeric code" if isinstance(body["error_code"], int) else "gateway, text code"
        )
    if "report" in body:
        return "current"
    return "older" if {"errorMessage", "message", "detail"} & set(body) else "other"


def write(path: Path, results: dict[str, Any]) -> None:
    """Write results.json whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    partial.write_text(
        text, encoding="utf-8", errors="backslashreplace"
    )  # a lone surrogate: \udXXX
    partial.replace(path)
