"""The workflows are valid, ask for little, and call only what exists."""

import re
import shlex
import subprocess
import sys
import tomllib

import pytest

from conformance.cli import _parser
from conformance.engine.data import contracts_root
from conformance.rules.journeys import load_connectors
from conformance.selftest.workflows import FOLDER, NAMES, ROOT, commands, steps, workflow

CALLS = [(name, line) for name in NAMES for s in steps(name) for line in commands(s.get("run", ""))]
OFFICIAL = re.compile(r"actions/[a-z-]+@v[0-9]+")


def check(path):
    words = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
    ]
    return subprocess.run([*words, str(path)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", NAMES)
def test_github_would_read_it(name, tmp_path):
    ended = check(FOLDER / f"{name}.yml")
    assert ended.returncode == 0, ended.stdout
    (tmp_path / "broken.yml").write_text((FOLDER / f"{name}.yml").read_text() + "steps: 1\n")
    assert check(tmp_path / "broken.yml").returncode == 1


@pytest.mark.parametrize(("name", "line"), CALLS, ids=[f"{n}: {c}"[:70] for n, c in CALLS])
def test_every_command_line_is_one_that_the_command_takes(name, line):
    words = [w for w in shlex.split(line)[1:] if w not in ("${options[@]}", "${only[@]}")]
    _, extra = _parser().parse_known_args(
        ["core" if w == "$PROFILE" else re.sub(r"^\$.*", "1", w) for w in words]
    )
    assert extra in ([], ["-n", "2"])
    assert not extra or words[0] == "run"


def test_options_that_a_script_gathers_are_ones_that_the_command_takes():
    known = {"only": ["record"], "options": ["report", "x"]}
    found = re.findall(
        r"(only|options)\+?=\(([^)\n]+)\)", "\n".join(s.get("run", "") for s in steps("nightly"))
    )
    assert {name for name, _ in found} == set(known)
    for name, words in found:
        _, extra = _parser().parse_known_args([*known[name], *shlex.split(words)])
        assert extra == []


@pytest.mark.parametrize("name", NAMES)
def test_a_token_may_read_and_each_job_says_what_more_it_needs(name):
    assert workflow(name)["permissions"] == {"contents": "read"}
    more = {
        n: job["permissions"] for n, job in workflow(name)["jobs"].items() if "permissions" in job
    }
    assert (
        more
        == {
            "nightly": {
                "report": {"contents": "write"},
                "pages": {"pages": "write", "id-token": "write"},
                "issue": {"issues": "write"},
            },
            "pull-request": {},
        }[name]
    )


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_githubs_own_and_pinned(name):
    used = [s["uses"] for s in steps(name) if "uses" in s]
    assert used
    assert [u for u in used if not OFFICIAL.fullmatch(u)] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_expression_is_pasted_into_a_script(name):
    assert [s["run"] for s in steps(name) if "${{" in s.get("run", "")] == []


def test_pull_requests_see_no_secret():
    text = str(workflow("pull-request"))
    assert "secrets." not in text
    assert "environment" not in text
    assert workflow("pull-request")[True] == {"pull_request": None}


def test_secrets_reach_only_the_steps_that_talk_to_the_target():
    holding = [s for s in steps("nightly") if "secrets." in str(s)]
    assert [s["name"] for s in holding] == [
        "Judge and record",
        "Sweep up after a run that was cut off",
    ]
    for one in holding:
        asked = {n for n, value in one["env"].items() if "secrets." in value}
        assert set(re.findall(r"secrets\.(\w+)", str(one))) == asked


def test_there_is_a_shard_for_every_sequence():
    sequences = {
        connector["sequence"]
        for connector in load_connectors(contracts_root(), None).values()
        if "sequence" in connector
    }
    shards = workflow("nightly")["jobs"]["judge"]["strategy"]["matrix"]["shard"]
    assert set(shards) == sequences | {"whole"}
    assert sorted(shards)[-1] == "whole"  # its cassettes are copied last, and count


def test_what_is_installed_exists():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    installed = {
        s["run"] for name in NAMES for s in steps(name) if "pip install" in s.get("run", "")
    }
    asked = set(re.findall(r"\[([a-z]+)\]", " ".join(installed)))
    assert asked == {"allure"}
    assert asked <= set(extras)
    assert (ROOT / ".ci" / "run").is_file()
