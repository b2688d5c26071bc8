"""The workflows in .github, and a way to play their steps without GitHub."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".github" / "workflows"
NAMES = ("nightly", "pull-request")

Data = dict[str, Any]


def workflow(name: str) -> Data:
    """A workflow; YAML 1.1 reads its key `on` as true."""
    found: Data = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return found


def steps(name: str) -> list[Data]:
    """All steps of a workflow."""
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def step(name: str, job: str, title: str) -> Data:
    """One step, by its name or what it uses."""
    found = workflow(name)["jobs"][job]["steps"]
    return next(s for s in found if title in (s.get("name"), s.get("id"), s.get("uses")))


def commands(script: str) -> list[str]:
    """The command lines of a script that call aep-conformance, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", script)
    return re.findall(r"\baep-conformance [^\n|;&]*", joined)


def play(found: Data, cwd: Path, **given: str) -> tuple[subprocess.CompletedProcess[str], Data]:
    """Run a step as GitHub does; returns how it ended, and its outputs.

    `given` has a value for each variable of the step's `env`, and more for the process.
    """
    missing = set(found.get("env", {})) - set(given)
    assert not missing, f"no value for {missing}"
    places = {n: str(cwd / f".{n}") for n in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AEP_", "GITHUB_", "PYTEST_"))}
    path = os.pathsep.join([given.pop("PATH", ""), str(Path(sys.executable).parent), kept["PATH"]])
    ended = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", found["run"]],
        cwd=cwd,
        env={**kept, **places, "RUNNER_TEMP": str(cwd), "PATH": path, **given},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return ended, _outputs(Path(places["GITHUB_OUTPUT"]))


def _outputs(place: Path) -> Data:
    lines = place.read_text().splitlines() if place.is_file() else []
    place.unlink(missing_ok=True)
    return dict(line.split("=", 1) for line in lines)


def upload(found: Data, cwd: Path, to: Path) -> None:
    """Copy what an upload step keeps, as far as it is there."""
    for name in found["with"]["path"].split():
        if (cwd / name).is_dir():
            shutil.copytree(cwd / name, to / name)
        elif (cwd / name).is_file():
            to.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(cwd / name, to / name)
