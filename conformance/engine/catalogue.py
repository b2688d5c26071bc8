"""The requirement catalogue: one row for each checkable statement of the documents."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from conformance.engine.data import line_of, load, load_folder
from conformance.engine.errors import ContractDataError, SettingsError

PROFILES = ("smoke", "core", "full")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row. `statuses` are the documented answers of a status or answer check."""

    id: str
    level: str
    basis: str
    source: tuple[str, ...]
    statement: str
    operations: tuple[str, ...]
    profile: str
    check: str | None = None
    excluded: str | None = None
    statuses: tuple[int, ...] = ()
    accepts: tuple[str, ...] = ()
    errata: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    file: str = field(default="", compare=False)

    @property
    def service(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def resource(self) -> str:
        return self.id.split(".")[1]


class Catalogue:
    """All rows by id, in the order of the files."""

    def __init__(self, rows: dict[str, Requirement]) -> None:
        self.rows = rows

    def __getitem__(self, requirement_id: str) -> Requirement:
        return self.rows[requirement_id]

    def testable(self) -> list[Requirement]:
        """The rows that a run can observe."""
        return [row for row in self.rows.values() if row.excluded is None]

    def select(self, profile: str, patterns: tuple[str, ...] = ()) -> list[Requirement]:
        """The testable rows of a profile that match one of the globs (all, when there are none).

        Raises SettingsError when a glob matches no row.
        """
        for pattern in patterns:
            if not any(fnmatchcase(name, pattern) for name in self.rows):
                raise SettingsError(
                    f"--requirement {pattern}: no requirement has such an id; see `aep-conformance list`"
                )
        if patterns:
            return [r for r in self.testable() if any(fnmatchcase(r.id, p) for p in patterns)]
        reach = PROFILES.index(profile)
        return [row for row in self.testable() if PROFILES.index(row.profile) <= reach]


def load_catalogue(root: Path) -> Catalogue:
    """The catalogue under `root`/requirements.

    Raises ContractDataError for a row that does not fit the schema, or an id given twice.
    """
    rows: dict[str, Requirement] = {}
    for path, document in load_folder("requirements", "requirement", root):
        for data in document["requirements"]:
            row = _row(data, path)
            if row.id in rows:
                raise ContractDataError(
                    f"{path}:{_line(path, row.id)}: {row.id} stands in {rows[row.id].file} already"
                )
            rows[row.id] = row
    _check_needs(rows, root / "requirements")
    return Catalogue(rows)


def _row(data: dict[str, Any], path: Path) -> Requirement:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    return Requirement(**values, file=path.name)


def _line(path: Path, requirement_id: str) -> int:
    ids = [data["id"] for data in load(path)["requirements"]]
    return line_of(path, ["requirements", len(ids) - 1 - ids[::-1].index(requirement_id)])


def _check_needs(rows: dict[str, Requirement], folder: Path) -> None:
    for row in rows.values():
        for need in row.needs:
            if need not in rows:
                place = f"{folder / row.file}:{_line(folder / row.file, row.id)}"
                raise ContractDataError(f"{place}: {row.id} needs {need}, which no file defines")
    try:
        TopologicalSorter({row.id: row.needs for row in rows.values()}).prepare()
    except CycleError as error:
        path = folder / rows[error.args[1][0]].file
        place = f"{path}:{_line(path, error.args[1][0])}"
        raise ContractDataError(
            f"{place}: needs go in a circle: {', '.join(error.args[1])}"
        ) from None
