"""What must change in a file of waivers after a run: those that excuse nothing any more, and the wrong ones."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from conformance.engine.verdict import FAIL, PASS, WAIVED, WARN
from conformance.waivers.fragments import fragment
from conformance.waivers.waiver import Waiver, Waivers

Row = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One waiver to change: new values by key, or its removal when there are none."""

    waiver: Waiver
    why: str
    values: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.waiver.place}: the waiver of {self.waiver.id} {self.why}"


def changes(waivers: Waivers, rows: Iterable[Row], known: Iterable[str]) -> list[Change]:
    """The waivers that must change, given the rows of a run and all ids of requirements.

    One that this run could not judge, because it judged no such requirement, may stay.
    """
    judged, ids = list(rows), sorted(known)
    found = (_change(waivers, waiver, judged, ids) for waiver in waivers.entries)
    return [change for change in found if change]


def _change(waivers: Waivers, waiver: Waiver, rows: list[Row], known: list[str]) -> Change | None:
    if not any(map(waiver.names, known)):
        near = get_close_matches(waiver.id, known, 1)
        hint = f", which no requirement is called{f'; {near[0]} is' if near else ''}"
        return Change(waiver, f"names {waiver.id}{hint}", {"id": near[0]} if near else {})
    if waiver.is_expired(waivers.today):
        return Change(waiver, f"expired on {waiver.expires}")
    if any(row.get("waiver", {}).get("place") == waiver.place for row in rows):
        return None
    return _idle(waiver, [row for row in rows if waiver.names(row["id"])])


def _idle(waiver: Waiver, rows: list[Row]) -> Change | None:
    """The change for a waiver that excused nothing, as far as the rows of its requirements tell."""
    red = [row for row in rows if row["verdict"] in (FAIL, WARN, waiver.verdict)]
    if red:
        row = red[0]
        values = {"verdict": row["verdict"], "matches": fragment(row["message"])}
        old = {"verdict": waiver.verdict, "matches": waiver.matches}
        new = {key: value for key, value in values.items() if value != old[key]}
        if waiver.matches in row["message"]:
            new.pop("matches", None)
        return Change(waiver, f"does not fit: it is {row['verdict']} now, {row['message']}", new)
    if any(row["verdict"] == PASS for row in rows):
        return Change(waiver, "excuses nothing: the requirement holds now")
    if any(row["verdict"] == WAIVED for row in rows):
        return Change(waiver, "excuses nothing: another one does")
    return None
