"""Runs whose reports the selftests look at: each is taken once, by the command, against the emulator."""

import atexit
import copy
import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from conformance.report.history import read_history
from conformance.report.page import Material, render
from conformance.report.reference import Reference, load_reference
from conformance.selftest.command import run_command

FAULTS = (
    "activation-forgets-the-last-attribute",
    "connection-list-ignores-orderby",
    "patch-race",
)
HOSTILE = (
    "<script>alert(1)</script></script><img src=x onerror=alert(2)>"
    "\"'`javascript:alert(3)</style></textarea><!--\u202egnp.exe\u2066\x00\x1b[31m\ud800{{ 7*7 }}{% raw %}"
)

Data = dict[str, Any]


@cache
def _folder() -> Path:
    folder = Path(mkdtemp(prefix="aep-published-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def run_folder(*options: str) -> Path:
    """The folder that a run with some options left."""
    folder = _folder() / f"run-{abs(hash(options))}"
    ended = run_command("run", "--report-dir", str(folder), *options)
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    return folder


def conformant() -> Path:
    """A conformant run of the smoke profile."""
    return run_folder("--profile", "smoke")


def broken() -> Path:
    """A run of the core profile against an emulator with three faults."""
    return run_folder(*(word for name in FAULTS for word in ("--fault", name)))


def results_of(folder: Path) -> Data:
    """The results in a folder, for the caller to change."""
    results: Data = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return copy.deepcopy(results)


def lay(results: Data, folder: Path) -> Path:
    """A folder with these results in it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results)
    (folder / "results.json").write_text(text, encoding="utf-8")
    return folder


@cache
def reference() -> Reference:
    """The contracts of this checkout."""
    return load_reference()


def page_of(results: Data, **given: Any) -> str:
    """The page of some results."""
    history = given.pop("history", None) or read_history(None, results)
    return render(Material(results, reference(), history, **given))
