"""The wheel and the README's commands work where there is nothing but Python."""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = re.findall(
    r"```sh\n(python3 .*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        source = ROOT / name
        if source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    return folder


def shell(command, cwd, **environ):
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("AEP_", "PYTEST_", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        ["bash", "-c", command],
        cwd=cwd,
        check=False,
        env={**kept, **environ},
        capture_output=True,
        text=True,
        timeout=500,
    )


def test_the_first_command_ends_conformant(checkout):
    ended = shell(COMMANDS[0], checkout)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "emulator is conformant" in ended.stdout


def test_the_second_command_finds_the_tests(checkout):
    # With everything but the collection left out: this very test is among them.
    ended = shell(COMMANDS[1], checkout, PYTEST_ADDOPTS="--collect-only -q")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "test_the_second_command_finds_the_tests" in ended.stdout


def test_the_wheel_works_from_any_folder(checkout, tmp_path):
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(tmp_path),
            str(checkout),
        ],
        check=True,
        capture_output=True,
    )
    venv.create(tmp_path / "empty", with_pip=True)
    wheel = next(tmp_path.glob("*.whl"))
    pip = f"{tmp_path}/empty/bin/pip install --quiet {wheel}"
    away = tmp_path / "away"
    away.mkdir()
    ended = shell(f"{pip} && {tmp_path}/empty/bin/aep-conformance run --profile smoke", away)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (away / "reports" / "latest" / "results.json").exists()
