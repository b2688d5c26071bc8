"""Past runs of the same target: a folder of results.json files, whatever their names."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError
from conformance.engine.verdict import FAIL, PASS
from conformance.report.merging import identity
from conformance.report.reading import read_json

Data = dict[str, Any]
MOST = 60
OTHER_FILES = ("drift.json", "proof.json", "badge.json")


@dataclass
class History:
    """The runs before this one, oldest first, and this one last; `remarks` say what was left out."""

    runs: list[Data]
    remarks: list[str] = field(default_factory=list)

    @property
    def previous(self) -> Data | None:
        """The last run before this one."""
        return self.runs[-2] if len(self.runs) > 1 else None


def read_history(folder: Path | None, current: Data) -> History:
    """The history that a folder holds for the target and profile of the current run.

    A file that cannot be used is left out with a remark. Raises SettingsError when there is no such folder.
    """
    if folder is None:
        return History([current])
    if not folder.is_dir():
        raise SettingsError(f"--history {folder}: no such folder")
    found, remarks = _readable(folder)
    same = [r for r in found if _alike(r, current)]
    if len(same) < len(found):
        remarks.append(f"{len(found) - len(same)} runs of other targets or profiles are left out")
    before = {r["started"]: r for r in same if r["started"] < current["started"]}
    runs = [before[started] for started in sorted(before)]
    return History([*runs[-(MOST - 1) :], current], remarks)


def _readable(folder: Path) -> tuple[list[Data], list[str]]:
    found, remarks = [], []
    for path in sorted(folder.rglob("*.json")):
        if path.name in OTHER_FILES:
            continue
        try:
            found.append(read_json(path, "results"))
        except SettingsError as error:
            remarks.append(f"left out: {error}")
    return found, remarks


def _alike(run: Data, current: Data) -> bool:
    return run["profile"] == current["profile"] and identity(run["target"]) == identity(
        current["target"]
    )


@dataclass(frozen=True)
class Change:
    """A requirement whose verdict is another than in the run before."""

    id: str
    before: str
    after: str


def changes(history: History) -> list[Change]:
    """What the last run says otherwise than the one before, what got worse first."""
    if history.previous is None:
        return []
    before = {row["id"]: row["verdict"] for row in history.previous["requirements"]}
    found = [
        Change(row["id"], before[row["id"]], row["verdict"])
        for row in history.runs[-1]["requirements"]
        if row["id"] in before and before[row["id"]] != row["verdict"]
    ]
    return sorted(found, key=lambda change: (change.after != FAIL, change.after == PASS, change.id))
