"""drift.json: the comparison as data, for the report and for other tools."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError
from conformance.engine.exchange import ABSENT
from conformance.engine.redaction import Redactor
from conformance.recordings.drift.arguments import CLASSES
from conformance.recordings.drift.drifts import Outcome
from conformance.recordings.drift.groups import Group
from conformance.recordings.drift.review import Drift
from conformance.recordings.drift.sides import Side
from conformance.report.results import tool_version

SCHEMA_VERSION = "1.0"
VALUE_LIMIT = 2000

Data = dict[str, Any]


def build(
    old: Side,
    new: Side,
    result: Outcome,
    groups: Sequence[Group],
    contracts: str,
    fail_on: str,
    redactor: Redactor,
) -> Data:
    """The comparison as `contracts/schemas/drift.schema.json` describes it, without secrets."""
    counts = Counter(group.first.opinion.name for group in groups)
    data = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "aep-conformance", "version": tool_version()},
        "contracts": {"version": contracts},
        "compared": datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds"),
        "old": _side(old),
        "new": _side(new),
        "journeys": result.journeys,
        "steps": result.steps,
        "fail_on": fail_on,
        "failed": fails(groups, fail_on),
        "counts": {name: counts[name] for name in CLASSES},
        "variants": sum(group.first.opinion.variant for group in groups),
        "drifts": [_entry(group) for group in groups],
    }
    hidden: Data = redactor.value(data)
    return hidden


def fails(groups: Sequence[Group], fail_on: str) -> bool:
    """Whether a change is of a class, or of a worse one."""
    worst = CLASSES.index(fail_on)
    return any(CLASSES.index(group.first.opinion.name) <= worst for group in groups)


def _side(side: Side) -> Data:
    recorded = {"recorded": side.recorded} if side.recorded else {}
    return {"path": side.path, "interactions": side.interactions, **recorded}


def _entry(group: Group) -> Data:
    found, why = group.first.difference, group.first.opinion
    return {
        "class": why.name,
        "variant": why.variant,
        "kind": found.kind,
        "operation": group.first.exchange.operation,
        **_place(group.first),
        **_value("old", found.old),
        **_value("new", found.new),
        "reason": why.reason,
        "requirements": list(why.requirements),
        "sources": list(why.sources),
        "places": [_place(drift) for drift in group.drifts],
    }


def _place(drift: Drift) -> Data:
    case = {"case": drift.exchange.case} if drift.exchange.case else {}
    return {
        "journey": drift.exchange.journey,
        "step": drift.exchange.step,
        "exchange": drift.exchange.id,
        "pointer": drift.difference.place,
        **case,
    }


def _value(name: str, value: Any) -> Data:
    if value is ABSENT:
        return {}
    text = json.dumps(value, ensure_ascii=False)
    cut = f"{text[:VALUE_LIMIT]}… ({len(text)} characters)"
    return {name: value if len(text) <= VALUE_LIMIT else cut}


def write(path: Path, data: Data) -> None:
    """Write the JSON whole or not at all. Raises SettingsError where that is not possible."""
    partial = path.with_name(f"{path.name}.part")
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", errors="backslashreplace")
        partial.replace(path)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
