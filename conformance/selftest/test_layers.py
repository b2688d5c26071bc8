"""The layers: dependencies point one way, from the engine to the report."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
LAYERS = ("engine", "rules", "suite", "emulator", "report")
OWN = {
    "engine": {"engine"},
    "rules": {"engine", "rules"},
    "emulator": {"emulator"},
    "report": {"engine", "report"},
}
WITHOUT_EMULATOR = ("engine", "rules", "suite", "report", "plugin.py", "cli.py")


def modules(*parts):
    for part in parts:
        path = PACKAGE / part
        yield from sorted(path.rglob("*.py")) if path.is_dir() else filter(Path.is_file, [path])


def named(path):
    return path.relative_to(PACKAGE).as_posix()


def every_module_of(*parts):
    return pytest.mark.parametrize("path", list(modules(*parts)), ids=named)


def imports(path):
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(path, node)
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
            yield from ((a.value, a.lineno) for a in node.args[:1] if isinstance(a, ast.Constant))


def absolute(path, node):
    if not node.level:
        return node.module
    package = ("conformance", *path.relative_to(PACKAGE).parent.parts)
    base = package[: len(package) - node.level + 1]
    return ".".join((*base, *filter(None, [node.module])))


def called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def own(name):
    parts = name.split(".")
    return parts[1] if parts[0] == "conformance" and len(parts) > 1 else None


def refuse(path, forbidden):
    found = [(name, line) for name, line in imports(path) if forbidden(name)]
    assert not found, "\n".join(f"{named(path)}:{line} imports {name}" for name, line in found)


@every_module_of(*OWN)
def test_module_imports_only_the_layers_below(path):
    allowed = {None, *OWN[path.relative_to(PACKAGE).parts[0]]}
    refuse(path, lambda name: name == "conformance" or own(name) not in allowed)


@every_module_of("engine", "rules", "emulator", "report")
def test_module_imports_no_pytest(path):
    refuse(path, lambda name: name.split(".")[0] in ("pytest", "_pytest"))


@every_module_of("report")
def test_report_imports_little_beside_the_engine(path):
    known = {*sys.stdlib_module_names, "conformance", "jinja2", "markupsafe", "jsonschema_rs"}
    refuse(path, lambda name: name.split(".")[0] not in known)


@every_module_of(*WITHOUT_EMULATOR)
def test_module_never_imports_the_emulator(path):
    refuse(path, lambda name: own(name) == "emulator")


@every_module_of("engine", "rules", "emulator", "report", "suite", "plugin.py", "cli.py")
def test_module_never_imports_the_selftests(path):
    refuse(path, lambda name: own(name) == "selftest")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import conformance.emulator.app", "conformance.emulator.app"),
        ("from conformance import emulator", "conformance.emulator"),
        ("from ..emulator import app", "conformance.emulator.app"),
        ("from .. import emulator", "conformance.emulator"),
        ("import_module('conformance.emulator')", "conformance.emulator"),
    ],
)
def test_import_is_seen_however_it_is_written(line, name, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    path = tmp_path / "engine" / "module.py"
    path.parent.mkdir()
    path.write_text(f"{line}\n", encoding="utf-8")
    assert list(imports(path)) == [(name, 1)]


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_holds_modules(layer):
    assert [path for path in modules(layer) if path.name != "__init__.py"]


@pytest.mark.parametrize("name", ["plugin.py", "cli.py"])
def test_front_end_exists(name):
    assert (PACKAGE / name).is_file()
