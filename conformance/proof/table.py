"""What the proof prints."""

from collections.abc import Iterator
from typing import Any

from conformance.proof.record import LAWFUL, Entry

LIMIT = 60


def line(set_name: str, entry: Entry) -> str:
    """One trial on one line."""
    return " ".join(_line(set_name, entry).split())


def _line(set_name: str, entry: Entry) -> str:
    if set_name in LAWFUL:
        mixed = f" of {entry['summary']}" if set_name in ("mixtures", "pairs") else ""
        return f"{entry['name']}{mixed}: {_variant(entry)} ({entry['runs']} runs, {entry['seconds']} s)"
    state = "killed" if entry["killed"] else "SURVIVED"
    if set_name == "faults":
        state += f" missed: {entry['missed']}" if entry["missed"] else ""
        state += f" unrelated: {entry['unrelated']}" if entry["unrelated"] else ""
        return f"{entry['name']}: {state} ({entry['requests']} requests, {entry['seconds']} s)"
    if set_name == "intermittent":
        by = f" by {entry['red'][0]}: {entry['message']}" if entry["red"] else ""
        return f"{entry['name']}: {state}{by} ({entry['requests']} requests, {entry['seconds']} s)"
    if set_name == "source":
        return f"{entry['name']}: {entry['outcome']} {entry['change']} ({entry['seconds']} s)"
    state += f" CRASHED {entry['crashed']}" if entry["crashed"] else ""
    by = f" by {entry['red'][0]}: {entry['message']}" if entry["red"] else ""
    return f"{entry['name']}: {state}{by} ({entry['seconds']} s)"


def _variant(entry: Entry) -> str:
    if entry["lawful"] == entry["runs"]:
        return "conformant"
    return f"FALSE ALARM red: {entry['red']} not green: {entry['not_green']}"


def table(proof: dict[str, Any]) -> Iterator[str]:
    """The figures of each set, then all that is not as it should be, by name."""
    yield f"{'set':12}{'killed':>14}{'survivors':>11}{'false alarms':>14}{'precision':>11}"
    for one in proof["sets"]:
        yield _row(one)
    for one in proof["sets"]:
        yield from _exceptions(one, proof[one["set"]])
    if proof["unkilled"]:
        yield f"MUST rows that no fault of this proof kills: {', '.join(proof['unkilled'])}"
    yield f"{proof['seconds']} s, {proof['cpu_seconds']} CPU seconds, {proof['workers']} workers"
    yield "proven" if proof["proven"] else "NOT PROVEN"


def _row(one: Entry) -> str:
    killed = f"{one['killed']} / {one['total']}" if "killed" in one else f"– / {one['total']}"
    survivors = str(len(one["survivors"])) if "survivors" in one else "–"
    alarms = str(len(one["false_alarms"])) if "false_alarms" in one else "–"
    precision = "–"
    if one["total"] and "precise" in one:
        precision = f"{one['precise'] / one['total']:.1%}"
    return f"{one['set']:12}{killed:>14}{survivors:>11}{alarms:>14}{precision:>11}"


def _exceptions(one: Entry, entries: list[Entry]) -> Iterator[str]:
    by_name = {entry["name"]: entry for entry in entries}
    for survivor in one.get("survivors", ()):
        said = f" — {survivor['reason']}" if survivor["reason"] else ""
        yield f"{one['set']}: {line(one['set'], by_name[survivor['name']])}{said}"
    yield from (
        f"{one['set']}: {line(one['set'], e)}" for e in entries if e.get("crashed") and e["killed"]
    )
    for name in one.get("false_alarms", ()):
        yield f"{one['set']}: {line(one['set'], by_name[name])}"
    if one["set"] == "faults":
        inexact = [e for e in entries if e["killed"] and (e["missed"] or e["unrelated"])]
        yield from (f"faults: {line('faults', entry)}" for entry in inexact[:LIMIT])
        if len(inexact) > LIMIT:
            yield f"faults: … and {len(inexact) - LIMIT} more that miss a named row or turn another red"
