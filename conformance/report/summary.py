"""summary.md: what a CI job page shows of a run."""

import re
from collections.abc import Iterator
from typing import Any

from conformance.engine.verdict import BLOCKED, ERROR, FAIL, ORDER, UNTESTED, WARN
from conformance.report.history import changes
from conformance.report.page import LEVELS, Material, visible

Data = dict[str, Any]
MOST = 25
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~!@&])")


def markdown(material: Material) -> str:
    """The verdict, the numbers, what needs attention, what changed and what drifted."""
    return "\n".join(_lines(material)) + "\n"


def _lines(material: Material) -> Iterator[str]:
    results = material.results
    target = results["target"]
    mark = "✅" if results["conformant"] else "❌" if results.get("complete", True) else "⚪"
    yield f"## {mark} {escaped(results['verdict'])}"
    yield ""
    yield (
        f"{escaped(target['name'])}, sandbox {escaped(target['sandbox'])}, {results['profile']} profile, "
        f"contracts `{results['contracts']['version']}`, {results['requests']} requests in "
        f"{results['seconds']:.0f} s, {results['started'][:16].replace('T', ' ')} UTC."
    )
    yield ""
    yield from _table(results)
    yield from _attention(results)
    yield from _changes(material)
    yield from _drift(material.drift)


def _table(results: Data) -> Iterator[str]:
    shown = [v for v in reversed(ORDER) if any(results["counts"][level][v] for level in LEVELS)]
    if not shown:
        return
    yield f"| | {' | '.join(shown)} |"
    yield f"|---|{'---:|' * len(shown)}"
    for level in LEVELS:
        yield f"| {level} | {' | '.join(str(results['counts'][level][v]) for v in shown)} |"


def _attention(results: Data) -> Iterator[str]:
    rows = results["requirements"]
    red = [row for row in rows if row["verdict"] in (FAIL, WARN)]
    dark = [r for r in rows if r["verdict"] in (ERROR, BLOCKED, UNTESTED) and r["level"] == "MUST"]
    for title, found in (("Does not hold", red), ("Could not be judged", dark)):
        if found:
            yield f"\n### {title} ({len(found)})\n"
            yield from (_row(row) for row in found[:MOST])
        if len(found) > MOST:
            yield f"- … and {len(found) - MOST} more in report.html"


def _row(row: Data) -> str:
    said = f"- **{row['verdict']}** {row['level']} `{row['id']}`: {escaped(row['statement'])}"
    why = f" *{escaped(row['message'][:300])}*" if row["message"] else ""
    return f"{said}{why} ({', '.join(row['source'][:3])})"


def _changes(material: Material) -> Iterator[str]:
    found = changes(material.history)
    if found:
        yield "\n### Since the last run\n"
        yield from (f"- `{c.id}`: {c.before} → **{c.after}**" for c in found[:MOST])


def _drift(drift: Data | None) -> Iterator[str]:
    if drift:
        counts = ", ".join(f"{number} {name}" for name, number in drift["counts"].items())
        yield f"\nDrift: {counts}."


def escaped(text: str) -> str:
    """A text on one line in which nothing is Markdown or HTML."""
    shown: str = visible(" ".join(text.split()))
    return _SPECIAL.sub(r"\\\1", shown)
