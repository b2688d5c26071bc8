"""One result from the runs of parallel shards: each judged a part of the same profile on the same target."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

from conformance.engine.errors import SettingsError
from conformance.engine.verdict import (
    BLOCKED,
    ERROR,
    FAIL,
    NOT_APPLICABLE,
    ORDER,
    PASS,
    UNTESTED,
    WAIVED,
    WARN,
)
from conformance.report.results import count, is_conformant
from conformance.report.text import verdict_sentence

Data = dict[str, Any]
STRONGER = (FAIL, WARN, WAIVED, PASS, ERROR, BLOCKED, UNTESTED, NOT_APPLICABLE)
ALIKE: tuple[tuple[str, Callable[[Data], Any]], ...] = (
    ("target", lambda r: identity(r["target"])),
    ("contracts", lambda r: r["contracts"]["version"]),
    ("tool version", lambda r: r["tool"]["version"]),
    ("profile", lambda r: r["profile"]),
)

IDENTITY = ("name", "base_url", "sandbox", "org_id")


def identity(target: Data) -> tuple[str, ...]:
    """What makes two runs runs of one target; the embedded emulator has another port and org each time."""
    own = ("name", "sandbox") if target["mode"] == "emulator" else IDENTITY
    return (str(target["mode"]), *(str(target[member]) for member in own))


def merge(shards: Sequence[tuple[str, Data]]) -> Data:
    """The results of all shards, given by name, as if one run had judged everything.

    Raises SettingsError when they are of different targets, contract versions, tools or profiles.
    """
    _refuse_strangers(shards)
    parts = [results for _, results in shards]
    rows = _rows(parts)
    scope = _scope(parts)
    complete = _is_complete(parts, scope)
    conformant = complete and is_conformant(rows) and not any(map(_fails_otherwise, parts))
    counts = count(rows)
    first, last = min(p["started"] for p in parts), max(p["finished"] for p in parts)
    return {
        **parts[0],
        "started": first,
        "finished": last,
        "seconds": round(sum(p["seconds"] for p in parts), 3),
        "shards": len(parts),
        "complete": complete,
        "scope": scope,
        "conformant": conformant,
        "verdict": verdict_sentence(counts, conformant, parts[0]["target"]["name"], complete),
        "counts": counts,
        "requests": sum(p["requests"] for p in parts),
        "retries": sum(p["retries"] for p in parts),
        "requirements": sorted(rows, key=lambda row: ORDER.index(row["verdict"])),
        **_traffic(parts),
        "leftovers": [one for p in parts for one in p["leftovers"]],
        "notes": list(dict.fromkeys(note for p in parts for note in p["notes"])),
    }


def _refuse_strangers(shards: Sequence[tuple[str, Data]]) -> None:
    (name, first), *others = shards
    for other_name, other in others:
        for what, of in ALIKE:
            if of(first) != of(other):
                raise SettingsError(
                    f"{name} and {other_name} are no shards of one run: {what} {_said(of(first))}"
                    f" and {_said(of(other))}"
                )


def _said(value: Any) -> str:
    return " ".join(filter(None, value)) if isinstance(value, tuple) else str(value)


def _rows(parts: Iterable[Data]) -> list[Data]:
    seen: dict[str, list[tuple[Data, bool]]] = {}
    for number, part in enumerate(parts, 1):
        for row in part["requirements"]:
            own = {**row, "exchanges": [named(number, e) for e in row["exchanges"]]}
            if "findings" in row:
                own["findings"] = [
                    {**f, "exchange": named(number, f["exchange"])} for f in row["findings"]
                ]
            seen.setdefault(row["id"], []).append((own, _narrowed(part)))
    return [_one(rows) for rows in seen.values()]


def named(shard: int, exchange: str) -> str:
    """The id of a shard's exchange in the merged result."""
    return f"{shard}:{exchange}"


def _narrowed(part: Data) -> bool:
    return bool(part.get("scope", {}).get("narrowed", not part.get("complete", True)))


def _one(rows: list[tuple[Data, bool]]) -> Data:
    judged = [row for row, narrowed in rows if not (narrowed and row["verdict"] == NOT_APPLICABLE)]
    if not judged:
        return {**rows[0][0], "verdict": UNTESTED, "message": "no shard shows it"}
    strongest = min(judged, key=_strength)
    sequences = sorted({name for row in judged for name in row["sequences"]})
    return {**strongest, "sequences": sequences}


def _strength(row: Data) -> tuple[int, int]:
    # Blocked by another requirement, a row was seen broken; blocked by a stop, it was only not seen.
    seen_broken = row["verdict"] == BLOCKED and " at " not in row["blocked_by"]
    return (0 if seen_broken else 1, STRONGER.index(row["verdict"]))


def _scope(parts: list[Data]) -> Data:
    scopes = [p.get("scope", {}) for p in parts]
    missing = [set(scope.get("missing", ())) for scope in scopes]
    judged = {row["id"] for p in parts for row in p["requirements"]}
    return {
        "narrowed": all(_narrowed(p) for p in parts),
        "sequences": sorted({name for scope in scopes for name in scope.get("sequences", ())}),
        "missing": sorted(reduce(set.__and__, missing) - judged),
    }


def _is_complete(parts: list[Data], scope: Data) -> bool:
    if any(p.get("complete") for p in parts) or not all("scope" in p for p in parts):
        return any(p.get("complete") for p in parts)
    taken = {sequence["name"] for p in parts for sequence in p["sequences"]}
    return not scope["missing"] and taken >= set(scope["sequences"])


def _fails_otherwise(part: Data) -> bool:
    """Whether a shard is not conformant for another reason than a verdict: a waiver that must change."""
    whole = part.get("complete", True)
    return bool(whole and is_conformant(part["requirements"]) and not part["conformant"])


def _traffic(parts: list[Data]) -> Data:
    numbered = list(enumerate(parts, 1))
    return {
        "operations": _operations(p.get("operations", {}) for p in parts),
        "variants": _variants(parts),
        "sequences": _sequences(numbered),
        "exchanges": {named(n, k): e for n, p in numbered for k, e in p["exchanges"].items()},
    }


def _sequences(numbered: list[tuple[int, Data]]) -> list[Data]:
    found = [_sequence(n, s) for n, part in numbered for s in part["sequences"]]
    worst_last = sorted(found, key=lambda s: ORDER.index(s["verdict"]), reverse=True)
    kept = {sequence["name"]: sequence for sequence in worst_last}
    return [kept[name] for name in sorted(kept)]


def _sequence(shard: int, sequence: Data) -> Data:
    steps = [
        {**s, "exchange": named(shard, s["exchange"]) if s["exchange"] else None}
        for s in sequence["steps"]
    ]
    return {**sequence, "steps": steps}


def _variants(parts: Iterable[Data]) -> list[Data]:
    found: dict[str, Data] = {}
    for part in parts:
        for variant in part["variants"]:
            known = found.setdefault(variant["name"], {**variant, "seen": 0})
            known["seen"] += variant["seen"]
    return list(found.values())


def _operations(parts: Iterable[dict[str, Data]]) -> dict[str, Data]:
    found: dict[str, list[Data]] = {}
    for part in parts:
        for name, operation in part.items():
            found.setdefault(name, []).append(operation)
    return {name: _operation(several) for name, several in sorted(found.items())}


def _operation(several: list[Data]) -> Data:
    statuses: Counter[str] = Counter()
    for one in several:
        statuses.update(one["statuses"])
    merged = {
        "requests": sum(o["requests"] for o in several),
        "statuses": dict(sorted(statuses.items())),
    }
    times = [(o["seconds"], o["requests"]) for o in several if "seconds" in o]
    return {**merged, "seconds": _times(times)} if times else merged


def _times(several: list[tuple[Data, int]]) -> Data:
    # The percentiles of the parts cannot give that of the whole: their mean by requests comes near.
    total = sum(number for _, number in several)
    middle = {
        p: round(sum(t[p] * number for t, number in several) / total, 4) for p in ("p50", "p95")
    }
    return {**middle, "max": max(t["max"] for t, _ in several)}
