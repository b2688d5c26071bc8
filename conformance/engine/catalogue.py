"""The requirement catalogue: one row for each checkable statement of the documents."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from conformance.engine.data import line_of, load_checked, load_folder
from conformance.engine.errors import ContractDataError, SettingsError

PROFILES = ("smoke", "core", "full")
EXAMPLE = "example"  # citations of exchanges in contracts/examples, which a test follows
READ_ONLY = "read-only"  # the requirements of core, as far as a run shows them that writes nothing


@dataclass(frozen=True, slots=True, repr=False)
class Requirement:
    """One row. `statuses` are the documented answers of a status or answer check.

    Its repr is its id, by which Allure's history knows a test: rewording a row starts no new one.
    """

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
    absent: str | None = None
    side: str = "server"
    formerly: tuple[str, ...] = ()
    file: str = field(default="", compare=False)

    def __repr__(self) -> str:
        return self.id

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
        reach = PROFILES.index("core" if profile == READ_ONLY else profile)
        return [row for row in self.testable() if PROFILES.index(row.profile) <= reach]


def load_catalogue(root: Path, side: str = "server") -> Catalogue:
    """What the catalogue under `root`/requirements asks of one side: of servers, or of clients.

    Raises ContractDataError, with file and line, for a row that does not fit the schema, an id given
    twice, a need that no row defines, needs in a circle, or a citation that leads nowhere.
    """
    rows: dict[str, Requirement] = {}
    places: dict[str, Place] = {}
    for path, document in load_folder("requirements", "requirement", root):
        for index, data in enumerate(document["requirements"]):
            row, place = _row(data, path), Place(path, index)
            if row.id in rows:
                raise place.error("id", f"{row.id} stands in {rows[row.id].file} already")
            rows[row.id], places[row.id] = row, place
    lines = _line_counts(root)
    for row in rows.values():
        _check(row, rows, lines, places[row.id])
    try:
        TopologicalSorter({row.id: row.needs for row in rows.values()}).prepare()
    except CycleError as error:
        names = ", ".join(error.args[1])
        raise places[error.args[1][0]].error("needs", f"needs go in a circle: {names}") from None
    return Catalogue({name: row for name, row in rows.items() if row.side == side})


@dataclass(frozen=True)
class Place:
    """Where a row stands."""

    path: Path
    index: int

    def error(self, key: str, message: str) -> ContractDataError:
        """An error that names the file and the line of one member of the row."""
        line = line_of(self.path, ["requirements", self.index, key])
        return ContractDataError(f"{self.path}:{line}: {message}")


def _row(data: dict[str, Any], path: Path) -> Requirement:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    return Requirement(**values, file=path.name)


def _line_counts(root: Path) -> dict[str, int]:
    listed = load_checked(root / "documents.yaml", "documents")["documents"]
    return {document["id"]: document.get("lines", 0) for document in listed}


def _check(
    row: Requirement, rows: dict[str, Requirement], lines: dict[str, int], place: Place
) -> None:
    for need in row.needs:
        if need not in rows:
            raise place.error("needs", f"{row.id} needs {need}, which no file defines")
    for citation in row.source:
        document, _, where = citation.partition(":")
        if document == EXAMPLE:
            continue
        if document not in lines:
            raise place.error(
                "source", f"{row.id} cites {document}, which documents.yaml does not list"
            )
        if lines[document] and int(where.split("-")[-1]) > lines[document]:
            raise place.error(
                "source", f"{row.id} cites {citation}, but the document ends at {lines[document]}"
            )
