"""What the terminal shows of a comparison, from its data."""

import json
from collections.abc import Iterator
from typing import Any

from conformance.recordings.drift.arguments import CLASSES
from conformance.report.text import brief

SHOWN = 3


def lines(data: dict[str, Any]) -> Iterator[str]:
    """The changes by class, worst first, and the sentence about them all."""
    for name in CLASSES:
        entries = [entry for entry in data["drifts"] if entry["class"] == name]
        if entries:
            yield f"{name} ({len(entries)})"
            for entry in entries:
                yield from _entry(entry)
            yield ""
    yield sentence(data)


def _entry(entry: dict[str, Any]) -> Iterator[str]:
    where = [entry["journey"], entry["step"], entry["operation"], entry["pointer"]]
    values = f"{_shown(entry, 'old')} -> {_shown(entry, 'new')}"
    yield f"  {' · '.join(filter(None, where))} {entry['kind']}: {values}"
    mark = "variant changed: " if entry["variant"] else ""
    named = ", ".join((*entry["requirements"], *entry["sources"]))
    yield f"      {mark}{entry['reason']}{f' ({named})' if named else ''}"
    others = list(dict.fromkeys(f"{p['journey']}/{p['step']}" for p in entry["places"][1:]))
    if others:
        more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        yield f"      also at {', '.join(others[:SHOWN])}{more}"


def _shown(entry: dict[str, Any], name: str) -> str:
    return brief(json.dumps(entry[name], ensure_ascii=False)) if name in entry else "(absent)"


def sentence(data: dict[str, Any]) -> str:
    """One sentence with the numbers of changes and of what was compared."""
    counts = data["counts"]
    compared = f"{data['journeys']} journeys with {data['steps']} steps compared"
    if not data["drifts"]:
        return f"No drift from {data['old']['path']} to {data['new']['path']}: {compared}."
    variants = f" ({data['variants']} of them variants)" if data["variants"] else ""
    return (
        f"Drift from {data['old']['path']} to {data['new']['path']}: {counts['breaking']} breaking, "
        f"{counts['additive']} additive{variants}, {counts['cosmetic']} cosmetic; {compared}."
    )
