"""The contract files as the selftests see them: their data, and the line of every value."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"
SCHEMA_OF = {
    "documents.yaml": "documents",
    "foreign-traffic.yaml": "foreign-traffic",
    "requirements/*.yaml": "requirement",
    "errata/*.yaml": "erratum",
    "waivers/*.yaml": "waiver",
    "connectors/*.yaml": "connector",
    "connectors/flow-specs/*.yaml": "flow-spec",
    "sequences/*.yaml": "sequence",
    "examples/**/*.yaml": "example",
    "openapi/*.yaml": None,
}
_CITATION = re.compile(
    r"(S\d|facts|truth|recorded|RFC\d+|[a-z]+(?:-[a-z]+)*\.yaml):([0-9A-Z][0-9A-Z.-]*)"
    r"|example:([A-Za-z0-9_-]+)#([1-9][0-9]*)"
)
_SECTION = re.compile(r"[0-9A-Z]+(\.[0-9]+)*")
_LINES = re.compile(r"(\d+)(?:-(\d+))?")

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Located:
    """One YAML file: its data, the line of each value, and the keys given twice."""

    path: Path
    data: Any
    lines: dict[Place, int]
    repeated: tuple[str, ...]

    def at(self, place: Place) -> str:
        """`requirements/ims.yaml:12`: where the value, or what holds it, begins."""
        while place not in self.lines:
            place = place[:-1]
        return f"{name_of(self.path)}:{self.lines[place]}"


def name_of(path: Path) -> str:
    """The path below contracts/, or the bare name of a file elsewhere."""
    return path.relative_to(CONTRACTS).as_posix() if CONTRACTS in path.parents else path.name


@cache
def read(path: Path) -> Located:
    """The file with its lines, read the way the engine reads it."""
    loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
    loader.name = name_of(path)
    node = loader.get_single_node()
    lines: dict[Place, int] = {(): 1}
    repeated: list[str] = []
    for place, line in _places(node, ()):
        if place in lines and place:
            repeated.append(f"{name_of(path)}:{line}: {place[-1]} is given twice")
        lines[place] = line
    return Located(path, loader.construct_document(node), lines, tuple(repeated))


def _places(node: Any, place: Place) -> Iterator[tuple[Place, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*place, key.value), key.start_mark.line + 1
            yield from _places(value, (*place, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*place, index), value.start_mark.line + 1
            yield from _places(value, (*place, index))


def files(*globs: str) -> list[Path]:
    """The contract files that match, in the order of their names; all of them by default."""
    found = {path for glob in globs or SCHEMA_OF for path in CONTRACTS.glob(glob)}
    return sorted(found)


def schema_of(path: Path) -> str | None:
    """The name of the schema that the file must fit, None for OpenAPI."""
    kind = "*.yaml" if path.parent != CONTRACTS else path.name
    folder = path.parent.relative_to(CONTRACTS).as_posix()
    if folder.startswith("examples"):
        return "example"
    return SCHEMA_OF[kind if folder == "." else f"{folder}/{kind}"]


def schema_named(name: str | None) -> Any:
    """The JSON Schema of that name, or the one that everything fits."""
    path = CONTRACTS / "schemas" / f"{name}.schema.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else True


def schema_errors(located: Located, schema: Any) -> list[str]:
    """What does not fit, each with its file and line."""
    errors = Draft202012Validator(schema).iter_errors(located.data)
    return [f"{located.at(tuple(error.absolute_path))}: {error.message}" for error in errors]


def walk(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Each value with its place, the outermost first."""
    yield place, value
    if isinstance(value, dict):
        for key, child in value.items():
            yield from walk(child, (*place, str(key)))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from walk(child, (*place, index))


def entries(kind: str, *paths: Path) -> list[tuple[str, dict[str, Any]]]:
    """The requirements or errata of the files (of all by default), each with its place."""
    return [
        (read(path).at((kind, index)), entry)
        for path in paths or files(f"{kind}/*.yaml")
        for index, entry in enumerate(read(path).data[kind])
    ]


def named_twice(named: Iterable[tuple[str, str]]) -> list[str]:
    """Where a name is given again, for names with their places."""
    first: dict[str, str] = {}
    return [
        f"{at}: {name} stands at {first[name]} already"
        for name, at in named
        if first.setdefault(name, at) != at
    ]


def operations_defined() -> set[str]:
    """The operation ids of contracts/openapi."""
    return {
        operation["operationId"]
        for path in files("openapi/*.yaml")
        for item in read(path).data["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


def operations_named(located: Located) -> Iterator[tuple[Place, str]]:
    """The operation ids that a file names, each with its place."""
    for place, value in walk(located.data):
        key = place[-1] if place else ""
        if "body" in place:  # a printed body may have an `operation` member of its own (S1:423)
            continue
        if key in ("operation", "operationId") and isinstance(value, str):
            yield place, value.rpartition(".")[2]
        elif key == "operations" and isinstance(value, list):
            yield from (((*place, index), name) for index, name in enumerate(value))


@cache
def documents() -> dict[str, dict[str, Any]]:
    """The citable documents by id."""
    return {entry["id"]: entry for entry in read(CONTRACTS / "documents.yaml").data["documents"]}


def is_citation(text: str) -> bool:
    return _CITATION.fullmatch(text) is not None


def citation_error(text: str) -> str | None:
    """Why the citation leads nowhere, None when it leads to a line or a section."""
    match = _CITATION.fullmatch(text)
    if match is None:
        return None if text in documents() else f"{text} is no citation"
    if match[3]:
        return _exchange_error(text, match[3], int(match[4]))
    document = documents().get(match[1])
    if document is None:
        return f"{text} cites {match[1]}, which documents.yaml does not list"
    if document["kind"] == "standard":
        return None if _SECTION.fullmatch(match[2]) else f"{text} names no section"
    return _line_error(text, match[2], document["lines"])


def _exchange_error(text: str, stem: str, number: int) -> str | None:
    path = next((CONTRACTS / "examples").rglob(f"{stem}.har"), None)
    if path is None:
        return f"{text} cites no file of contracts/examples"
    count = len(json.loads(path.read_text(encoding="utf-8"))["log"]["entries"])
    return None if number <= count else f"{text} lies outside the {count} exchanges"


def _line_error(text: str, lines: str, count: int) -> str | None:
    match = _LINES.fullmatch(lines)
    if match is None:
        return f"{text} names no line"
    first, last = int(match[1]), int(match[2] or match[1])
    return None if 1 <= first <= last <= count else f"{text} lies outside the {count} lines"
