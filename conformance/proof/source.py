"""Source mutants of the emulator, made by Cosmic Ray (its operators and its mutator, our own trial).

Mutations inside annotations are left out: nothing evaluates those.
"""

import ast
import importlib.util
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError

PACKAGE = "conformance.emulator"
MODULES = (
    "auth",
    "catalog",
    "composition",
    "connections",
    "dataprep",
    "entities",
    "flowrules",
    "flows",
    "gateway",
    "listing",
    "patch",
    "query",
    "references",
    "registry",
)


@dataclass(frozen=True)
class SourceMutant:
    """One occurrence of one operator in one module."""

    module: str
    operator: str
    occurrence: int
    line: int
    column: int

    @property
    def name(self) -> str:
        short = self.operator.rpartition("/")[2]
        return f"{self.module}.py:{self.line}:{self.column}.{short}.{self.occurrence}"

    def code(self) -> str:
        """The source of the module with the mutation in it."""
        mutate_code = _cosmic_ray("mutating").mutate_code
        operator = _cosmic_ray("plugins").get_operator(self.operator)()
        return str(mutate_code(source_of(self.module), operator, self.occurrence))

    def change(self) -> str:
        """The line before and after."""
        before, after = source_of(self.module).splitlines(), self.code().splitlines()
        pairs = zip(before, after, strict=False)
        found = next(((b, a) for b, a in pairs if b != a), ("", ""))
        return " → ".join(line.strip() for line in found)


def _cosmic_ray(module: str) -> Any:
    try:
        return importlib.import_module(f"cosmic_ray.{module}")
    except ImportError:
        raise SettingsError("source mutants need Cosmic Ray: install the extra `proof`") from None


def source_of(module: str) -> str:
    """The source of a module of the emulator."""
    folder = Path(__file__).resolve().parent.parent / "emulator"
    return (folder / f"{module}.py").read_text(encoding="utf-8")


def source_mutants() -> list[SourceMutant]:
    """Every mutant of the chosen modules that changes what is executed."""
    return [mutant for module in MODULES for mutant in _of_module(module)]


def _of_module(module: str) -> Iterator[SourceMutant]:
    tools, plugins = _cosmic_ray("ast"), _cosmic_ray("plugins")
    source = source_of(module)
    nodes = list(tools.ast_nodes(tools.get_ast(source)))
    ignored = set(_annotations(source))
    for operator in plugins.operator_names():
        kind = plugins.get_operator(operator)
        if kind.arguments():
            continue
        places = (place for node in nodes for place in kind().mutation_positions(node))
        for occurrence, (start, _) in enumerate(places):
            if start not in ignored:
                yield SourceMutant(module, operator, occurrence, *start)


def _annotations(source: str) -> Iterator[tuple[int, int]]:
    """The positions of all that stands in an annotation."""
    for node in ast.walk(ast.parse(source)):
        for name in ("annotation", "returns"):
            annotation = getattr(node, name, None)
            if isinstance(annotation, ast.AST):
                yield from _positions(annotation)


def _positions(node: ast.AST) -> Iterator[tuple[int, int]]:
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
    start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
    for line in range(first, last + 1):
        left = start if line == first else 0
        right = end if line == last else 200
        yield from ((line, column) for column in range(left, right + 1))


def sample(mutants: Sequence[Any], size: int | None, seed: int) -> list[Any]:
    """So many of them, the same ones for the same seed, in their order."""
    if size is None or size >= len(mutants):
        return list(mutants)
    chosen = set(random.Random(seed).sample(range(len(mutants)), size))  # noqa: S311 - reproducible
    return [mutant for position, mutant in enumerate(mutants) if position in chosen]


class Replaced(MetaPathFinder):
    """Loads one module of the emulator from a mutant's source."""

    def __init__(self, module: str, path: str) -> None:
        self.module, self.path = f"{PACKAGE}.{module}", path

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """The spec of the replaced module."""
        if fullname != self.module:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path)


def replace_module(module: str, path: str) -> None:
    """Let this process import the emulator anew, with one module from another file."""
    for name in [n for n in sys.modules if n == PACKAGE or n.startswith(f"{PACKAGE}.")]:
        del sys.modules[name]
    sys.meta_path.insert(0, Replaced(module, path))
