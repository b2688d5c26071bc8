"""What a file of waivers says, and which verdicts it excuses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from conformance.engine.data import contracts_root, line_of, load_checked
from conformance.engine.errors import ContractDataError
from conformance.engine.verdict import WAIVED, Verdict


@dataclass(frozen=True)
class Waiver:
    """One known defect; `index` is its place in the file, `place` the file and line."""

    index: int
    place: str
    id: str
    verdict: str
    matches: str
    reason: str
    owner: str
    since: date
    expires: date
    link: str = ""

    def names(self, requirement_id: str) -> bool:
        """Whether it is about a requirement."""
        return fnmatchcase(requirement_id, self.id)

    def fits(self, verdict: str, message: str) -> bool:
        """Whether a verdict on such a requirement is the one that it excuses."""
        return verdict == self.verdict and self.matches in message

    def is_expired(self, today: date) -> bool:
        return today > self.expires

    def shown(self) -> dict[str, str]:
        """What results.json says of it."""
        said = {
            "verdict": self.verdict,
            "reason": self.reason,
            "owner": self.owner,
            "expires": self.expires.isoformat(),
            "place": self.place,
        }
        return {**said, "link": self.link} if self.link else said


@dataclass(frozen=True)
class Waivers:
    """All waivers of one target; none when there is no file."""

    path: Path | None = None
    entries: tuple[Waiver, ...] = ()
    today: date = date.min

    def revise(self, verdict: Verdict) -> Verdict:
        """The verdict, waived when one that has not expired excuses it."""
        for waiver in self.entries:
            if (
                waiver.names(verdict.requirement.id)
                and waiver.fits(verdict.verdict, verdict.message)
                and not waiver.is_expired(self.today)
            ):
                said = f"waived until {waiver.expires} by {waiver.owner} ({waiver.reason})"
                message = f"{said}: {verdict.message}"
                return replace(verdict, verdict=WAIVED, message=message, waiver=waiver.shown())
        return verdict

    def inherit(self, verdict: Verdict, causes: Iterable[Verdict]) -> Verdict:
        """The verdict, waived with the waived one that blocks it: nothing more is known to be wrong."""
        for cause in causes:
            if cause.waiver and cause.blocks(verdict):
                waiver = cause.waiver
                said = f"waived until {waiver['expires']} by {waiver['owner']} with {cause.requirement.id}"
                message = f"{said}: {verdict.message}"
                return replace(verdict, verdict=WAIVED, message=message, waiver=waiver)
        return verdict

    def applied(self, rows: Iterable[dict[str, Any]]) -> list[str]:
        """A line for each requirement that was waived."""
        return [f"{r['verdict']} {r['id']}: {r['message']}" for r in rows if r.get("waiver")]


def read_waivers(path: Path | None, today: date | None = None) -> Waivers:
    """The waivers in a file; without one there are none.

    Raises ContractDataError, with file and line, for a file that cannot be read or does not fit its schema.
    """
    if path is None:
        return Waivers()
    listed = load_checked(path, "waiver")["waivers"]
    entries = tuple(_waiver(path, index, data) for index, data in enumerate(listed))
    return Waivers(path, entries, today or datetime.now(UTC).date())


def _waiver(path: Path, index: int, data: dict[str, Any]) -> Waiver:
    place = f"{path}:{line_of(path, ['waivers', index])}"
    return Waiver(
        index,
        place,
        data["id"],
        data["verdict"],
        data["matches"],
        data["reason"],
        data["owner"],
        _day(path, index, "since", data["since"]),
        _day(path, index, "expires", data["expires"]),
        data.get("link", ""),
    )


def _day(path: Path, index: int, key: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        line = line_of(path, ["waivers", index, key])
        raise ContractDataError(f"{path}:{line}: {key}: {text} is no day") from None


def slug(target: str) -> str:
    """The name of a target as its file of waivers bears it."""
    return re.sub("[^a-z0-9]+", "-", target.lower()).strip("-")


def path_for(target: str, given: str | None, root: Path | None = None) -> Path | None:
    """The file of a target's waivers: the one that is given, else the one of its name, if there is one."""
    if given:
        return Path(given)
    path = (root or contracts_root()) / "waivers" / f"{slug(target)}.yaml"
    return path if path.is_file() else None
