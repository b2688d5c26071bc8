"""Real recordings over HTTP: the same target twice shows no drift, another behaviour shows what it is."""

import json

import pytest

from conformance.selftest.command import run_command


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """A recording of one sequence, made by the command as a user makes it."""
    folder = tmp_path_factory.mktemp("old")
    kept = folder / "cassettes"
    words = ("--sequence", "kinesis", "--cassettes", str(kept), "--report-dir", str(folder / "run"))
    ended = run_command("record", *words, "--seed", "3")
    assert ended.returncode == 0, ended.stdout
    return kept / "emulator"


@pytest.fixture
def live(old, tmp_path):
    def ran(*words):
        ended = run_command("drift", str(old), *words, "--report-dir", str(tmp_path))
        return ended, json.loads((tmp_path / "drift.json").read_text())

    return ran


def test_the_same_target_with_another_seed_prefix_and_time_shows_no_drift(live):
    ended, data = live("--seed", "4")
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("No drift from ")
    assert (data["drifts"], data["journeys"]) == ([], 1)
    assert data["new"]["path"] == "emulator (recorded now)"
    assert data["old"]["recorded"].endswith("Z")


def test_other_documented_behaviours_are_variants_and_end_with_0(live):
    variants = ("delete-answers-202", "patch-answers-202-empty", "older-error-bodies")
    ended, data = live(*(word for name in variants for word in ("--variant", name)))
    assert ended.returncode == 0, ended.stdout
    assert {(d["class"], d["variant"]) for d in data["drifts"]} == {("additive", True)}
    assert {"status", "body", "form"} <= {d["kind"] for d in data["drifts"]}


def test_a_broken_requirement_is_breaking_drift_even_if_the_run_is_not_kept(live):
    ended, data = live("--fault", "connection-update-keeps-the-etag")
    assert ended.returncode == 1, ended.stdout
    found = [d for d in data["drifts"] if d["class"] == "breaking"]
    assert {(d["kind"], d["pointer"]) for d in found} == {("identity", "/items/0/etag")}
    rows = {row for d in found for row in d["requirements"]}
    assert rows == {"flow-service.connections.update-changes-etag"}


def test_a_target_that_does_not_answer_ends_with_3(old, tmp_path):
    words = ("--org-id", "X", "--sandbox", "y", "--api-key", "abcdef", "--access-token", "abcdefgh")
    ended = run_command(
        *("drift", str(old), "--base-url", "http://127.0.0.1:9", *words),
        *("--report-dir", str(tmp_path)),
    )
    assert ended.returncode == 3
    assert "Traceback" not in ended.stdout + ended.stderr
    assert ended.stderr.splitlines()[-1].endswith("so nothing can be compared")
