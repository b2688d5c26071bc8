"""A lawful server that somebody else wrote from the documents is not accused, whatever its seed chooses."""

import json

import pytest

from conformance.selftest.command import run_command
from conformance.selftest.stranger.app import KEY, SECRET, served

QUICK = {"latency": 0, "settle": 0.05, "slow_delete": 0, "flaky": 0, "secrets": "mask"}


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_strangers_lawful_server_is_conformant(seed, tmp_path):
    with served(seed, **QUICK) as (variables, traits):
        ended = run_command("run", "--report-dir", str(tmp_path), **variables)
    results = json.loads((tmp_path / "results.json").read_text())
    accused = [
        f"{row['id']}: {row['verdict']} {row['message']}"
        for row in results["requirements"]
        if row["verdict"] not in ("pass", "not-applicable")
    ]
    assert (ended.returncode, accused) == (0, []), f"{ended.stdout[-1500:]} {traits}"
    assert SECRET not in ended.stdout + json.dumps(results)


def test_a_stranger_that_breaks_a_documented_fact_is_accused(tmp_path):
    with served(1, **QUICK, delete_status=299) as (variables, _):
        ended = run_command("run", "--report-dir", str(tmp_path), **variables)
    assert ended.returncode == 1
    assert KEY not in ended.stdout
