"""What a person reads: the failure of one requirement, and the sentence about them all."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.engine.curl import curl
from conformance.engine.exchange import Exchange, Message
from conformance.engine.verdict import (
    BLOCKED,
    ERROR,
    FAIL,
    PASS,
    UNTESTED,
    WAIVED,
    WARN,
    Finding,
    Verdict,
    contrast,
    short,
)

LONGEST_SEQUENCE = 30
BODY_LIMIT = 1200
SHOWN = 8
HEADERS_SHOWN = ("content-type", "if-match", "x-sandbox-name", "accept", "retry-after")


def failure(verdict: Verdict, rerun: str) -> str:
    """Statement, place in the documents, expected and actual, the exchange, and how to run it again."""
    row = verdict.requirement
    lines = [f"{row.level} {row.statement}", f"documents: {', '.join(row.source)} ({row.basis})"]
    if row.accepts:
        lines.append(f"accepted: {'; '.join(row.accepts)}")
    for finding in verdict.broken[:2]:
        lines += ["", *_finding(finding)]
    rest = len(verdict.broken) - 2
    if rest > 0:
        lines.append(f"\n… and {rest} more of {verdict.observed} observations")
    return "\n".join([*lines, "", f"rerun: {rerun}"])


def _finding(finding: Finding) -> list[str]:
    exchange = finding.exchange
    where = finding.pointer or "the answer"
    expected, actual = contrast(finding, 300)
    return [
        f"expected: {expected}",
        f"actual:   {actual}  (at {where})",
        f"exchange {exchange.id}, step {exchange.step}:",
        *exchange_lines(exchange),
        f"  {curl(exchange)}",
        *sequence_lines(exchange),
    ]


def sequence_lines(exchange: Exchange) -> list[str]:
    """The requests that led to a failure, where the exchange ends a sequence; of a long one the last."""
    lines = exchange.notes.get("curl_sequence") or []
    left_out = len(lines) - LONGEST_SEQUENCE
    dots = [f"  … {left_out} before these"] if left_out > 0 else []
    shown = [f"  {line}" for line in lines[-LONGEST_SEQUENCE:]]
    return ["sequence that shows it:", *dots, *shown] if lines else []


def exchange_lines(exchange: Exchange) -> list[str]:
    """A request and its answer, indented, bodies cut."""
    lines = [
        f"  > {exchange.request.method} {exchange.request.url}",
        *_message(exchange.request, ">"),
    ]
    if exchange.response is None:
        return [*lines, f"  ! {exchange.error}"]
    return [*lines, f"  < {exchange.status}", *_message(exchange.response, "<")]


def _message(message: Message, mark: str) -> list[str]:
    shown = [f"  {mark} {k}: {v}" for k, v in message.headers.items() if k.lower() in HEADERS_SHOWN]
    return [*shown, f"  {mark} {cut(message.text)}"] if message.text else shown


def cut(text: str, limit: int = BODY_LIMIT) -> str:
    """A text of at most `limit` characters, with its length when it was cut."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def summary(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each requirement that does not hold, then the first of those that could not be judged."""
    red = [row for row in rows if row["verdict"] in (FAIL, WARN)]
    dark = [r for r in rows if r["verdict"] in (ERROR, BLOCKED, UNTESTED) and r["level"] == "MUST"]
    lines = [f"{r['verdict']:5}{r['level']:7}{r['id']}: {brief(r['message'], 240)}" for r in red]
    lines += [f"{r['verdict']:9}{r['id']}: {brief(r['message'])}" for r in dark[:SHOWN]]
    if len(dark) > SHOWN:
        lines.append(f"… and {len(dark) - SHOWN} more blocked, untested or in error")
    return lines


def verdict_sentence(
    counts: Mapping[str, Mapping[str, int]], conformant: bool, target: str, complete: bool = True
) -> str:
    """One sentence with the numbers of MUST requirements; a partial run does not speak of conformance."""
    must = counts["MUST"]
    judged = sum(must.values()) - must["not-applicable"]
    parts = [
        f"{must[name]} {word}"
        for name, word in (
            (FAIL, "fail"),
            (BLOCKED, "blocked"),
            (ERROR, "in error"),
            (UNTESTED, "untested"),
            (WAIVED, "waived"),
        )
        if must[name]
    ]
    warned = [(counts[level][WARN], level) for level in ("SHOULD", "MAY")]
    tail = f"; {', '.join(parts)}" if parts else ""
    also = "".join(f"; {number} {level} not met" for number, level in warned if number)
    if not complete:
        return f"{target}: {must[PASS]} of {judged} chosen MUST requirements hold{tail}{also}."
    word = "is conformant" if conformant else "is NOT conformant"
    if must[ERROR] and not must[FAIL]:
        word = "could not be judged in full"
    return f"{target} {word}: {must[PASS]} of {judged} MUST requirements hold{tail}{also}."


def pretty(text: str) -> str:
    """JSON text indented, other text as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def brief(value: Any, limit: int = 120) -> str:
    """A value on one line."""
    return short(value, limit).replace("\n", " ")
