"""The Allure report as one HTML file, made by Allure 3 on Node; no Java is needed."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError
from conformance.report.allure_files import CATEGORIES
from conformance.report.allure_results import gather
from conformance.report.publishing import write
from conformance.report.reading import Found

Data = dict[str, Any]
PINNED = "allure@3.18.0"
KEPT = 60
PATIENCE = 600
MISSING = (
    "--allure needs Node: pip install 'aep-conformance[allure]', or put npx or Allure 3 on the PATH"
)
# Allure embeds Google's tag manager without a way to say no (github.com/allure-framework/allure3/issues/476).
SCRIPT = re.compile(r"<script\b.*?</script>\s*", re.DOTALL)
TRACKS = ("googletagmanager.com", "gtag(")


def allure_report(
    runs: Sequence[Found], results: Data, output: Path, history: Path | None = None
) -> Path:
    """Make the Allure report of a run, or of the shards that `results` merges; returns its page.

    `history` is the folder of past runs, to which Allure adds this one, once. Raises SettingsError, in one
    line, when there are no Allure results, no Node, or Allure fails.
    """
    command = _command()
    with tempfile.TemporaryDirectory(prefix="aep-allure-") as folder:
        work = Path(folder)
        gather(runs, results, work / "results")
        config = _config(results, work / "report", _past(history, results))
        write(work / "allurerc.json", json.dumps(config))
        _generate(command, work)
        page = _untracked((work / "report" / "index.html").read_text(encoding="utf-8"))
    write(output / "index.html", page)
    return output / "index.html"


def _command() -> list[str]:
    own = _found("allure")
    if own and _is_allure_3(own):
        return [own]
    npx = _found("npx")
    if npx is None:
        raise SettingsError(MISSING)
    return [npx, "--yes", "--prefer-offline", PINNED]


def _is_allure_3(program: str) -> bool:
    try:
        return _said([program, "--version"]).startswith("3.")
    except SettingsError:
        return False  # Allure 2 without its Java cannot even tell its version


def _path() -> str:
    # The extra puts npx beside this Python, and its Node is the one that Allure should run on.
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def _found(name: str) -> str | None:
    return shutil.which(name, path=_path())


def _generate(command: list[str], work: Path) -> None:
    _said([*command, "generate", "results", "--config", "allurerc.json", "--cwd", str(work)], work)
    if not (work / "report" / "index.html").is_file():
        raise SettingsError(f"{command[-1]} wrote no report")


def _said(words: list[str], cwd: Path | None = None) -> str:
    """What a command prints, run without our settings and secrets in its environment."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("AEP_")}
    try:
        ended = subprocess.run(  # noqa: S603
            words,
            cwd=cwd,
            env={**environ, "PATH": _path()},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SettingsError(f"{Path(words[0]).name}: {error}") from None
    if ended.returncode:
        raise SettingsError(f"{Path(words[0]).name}: {_reason(ended.stderr or ended.stdout)}")
    return ended.stdout


def _reason(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if "error" in line.lower()]
    return (lines or ["failed without a word"])[0][:200]


def _config(results: Data, output: Path, past: Path | None) -> Data:
    options = {"singleFile": True, "reportLanguage": "en", "groupBy": ["epic", "feature"]}
    return {
        "name": _name(results),
        "output": str(output),
        "categories": CATEGORIES,
        "plugins": {"awesome": {"options": options}},
        **({"historyPath": str(past), "appendHistory": True, "historyLimit": KEPT} if past else {}),
    }


def _name(results: Data) -> str:
    return f"{results['target']['name']}, {results['profile']}, {results['started']}"


def _past(history: Path | None, results: Data) -> Path | None:
    """Allure's own history of this target and profile, without this run."""
    if history is None:
        return None
    target = re.sub(r"[^\w.-]", "_", f"{results['target']['name']}-{results['profile']}")
    past = (history / f"allure-{target}.jsonl").absolute()
    if past.is_file():
        lines = past.read_text(encoding="utf-8").splitlines(keepends=True)
        write(past, "".join(line for line in lines if not _is_of(line, _name(results))))
    return past


def _is_of(line: str, name: str) -> bool:
    try:
        return bool(json.loads(line)["name"] == name)
    except (ValueError, KeyError, TypeError):
        return True  # a line that was cut off: Allure would stop at it


def _untracked(page: str) -> str:
    kept = SCRIPT.sub(lambda found: "" if _tracks(found.group()) else found.group(), page)
    if _tracks(kept):
        raise SettingsError(
            "this Allure tells Google of its readers in a way that is not known here"
        )
    return kept


def _tracks(text: str) -> bool:
    return any(mark in text for mark in TRACKS)
