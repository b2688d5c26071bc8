"""Waivers through the real command: a known defect is waived, and a waiver that is wrong says so with a patch."""

import json
import subprocess

import pytest
import yaml

from conformance.engine.data import load_checked
from conformance.selftest.command import run_command
from conformance.selftest.unattended import FLOW_SERVICE, place, results

ROW = "ims.token.wrong-secret-is-refused"
FAULT = "any-client-secret-gets-a-token"
NARROW = ("--requirement", "ims.*")
PAST, FUTURE = "2020-01-31", "2999-12-31"
SAID = "expected status 400 or 401, got 200"


def waiver(**changed):
    return {
        "id": ROW,
        "verdict": "fail",
        "matches": SAID,
        "reason": "the gateway is replaced in spring",
        "owner": "team-gateway",
        "since": "2020-01-01",
        "expires": FUTURE,
        **changed,
    }


def written(folder, *waivers, target="emulator"):
    path = folder / "waivers.yaml"
    path.write_text(yaml.safe_dump({"target": target, "waivers": list(waivers)}, sort_keys=False))
    return path


def run(folder, path, *words, narrow=NARROW):
    """The ended run, its results, and the row that the fault breaks."""
    reports = folder / "reports"
    options = (*narrow, "--report-dir", str(reports), "--waivers", str(path))
    ended = run_command("run", *options, *words, cwd=folder)
    results = json.loads((reports / "results.json").read_text())
    rows = {row["id"]: row for row in results["requirements"]}
    return ended, results, rows[ROW]


def apply_patch(folder):
    subprocess.run(
        ["patch", "-p1", "-i", "reports/waivers.patch"], cwd=folder, check=True, capture_output=True
    )


def test_known_defect_is_waived_and_stands_in_the_results(tmp_path):
    path = written(tmp_path, waiver())
    ended, results, row = run(tmp_path, path, "--fault", FAULT, "-n", "2")
    assert ended.returncode == 0, ended.stdout
    assert row["verdict"] == "waived"
    assert row["waiver"] == {
        "verdict": "fail",
        "reason": "the gateway is replaced in spring",
        "owner": "team-gateway",
        "expires": FUTURE,
        "place": f"{tmp_path / 'waivers.yaml'}:3",
    }
    assert results["counts"]["MUST"]["waived"] == 1
    assert results["counts"]["MUST"]["fail"] == 0
    assert "1 waived" in results["verdict"]
    assert f"waived until {FUTURE} by team-gateway" in ended.stdout
    assert not (tmp_path / "reports" / "waivers.patch").exists()


@pytest.mark.parametrize(
    ("changed", "fault", "said", "after", "again"),
    [
        ({}, False, "excuses nothing: the requirement holds now", [], True),
        ({"expires": PAST}, True, f"expired on {PAST}", [], False),
        ({"matches": "got 500"}, True, "does not fit: it is fail now", [waiver()], False),
    ],
    ids=["stale", "expired", "other message"],
)
def test_waiver_that_is_wrong_fails_the_run_with_the_patch(
    tmp_path, changed, fault, said, after, again
):
    path = written(tmp_path, waiver(**changed))
    words = ("--fault", FAULT, "--allow-writes") if fault else ()
    ended, results, row = run(tmp_path, path, *words)
    assert ended.returncode == 1, ended.stdout
    assert row["verdict"] == ("fail" if fault else "pass")
    assert row.get("rerun", "").endswith(f"--waivers {path} --allow-writes" if fault else "")
    assert not results["conformant"]
    assert f"{path}:3: the waiver of" in ended.stdout
    assert said in ended.stdout
    assert "1 of its waivers must change" in results["verdict"]
    assert any(note.startswith("--- a/waivers.yaml") for note in results["notes"])
    apply_patch(tmp_path)
    assert load_checked(path, "waiver")["waivers"] == after
    if again:
        assert run(tmp_path, path, *words)[0].returncode == 0


def test_only_the_wrong_one_of_several_is_changed(tmp_path):
    path = tmp_path / "waivers.yaml"
    path.write_text(
        f"""# Known defects
target: emulator
waivers:
  # the gateway team
  - id: {ROW}
    verdict: fail
    matches: got 200   # as seen in June
    reason: the gateway is replaced in spring
    owner: team-gateway
    since: 2020-01-01
    expires: {FUTURE}

  # nobody knows
  - id: ims.token.token-type-is-bearer
    verdict: fail
    matches: expected bearer
    reason: it was so last year
    owner: nobody
    since: 2020-01-01
    expires: {FUTURE}
"""
    )
    ended, _, row = run(tmp_path, path, "--fault", FAULT)
    assert (ended.returncode, row["verdict"]) == (1, "waived"), ended.stdout
    before = path.read_text()
    apply_patch(tmp_path)
    assert path.read_text() == before[: before.index("  - id: ims.token.token-type")]


def test_waiver_of_what_this_run_does_not_judge_may_stay(tmp_path):
    other = waiver(id="flow-service.flows.list-contains-the-created", matches="anything")
    path = written(tmp_path, other, waiver(id="flow-service.*"))
    assert run(tmp_path, path)[0].returncode == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("target: x\nwaivers:\n- id: a.b\n", "waivers.yaml:3: waivers/0"),
        ("target: x\nwaivers: [\n", "not valid YAML"),
        ("target: x\nwaivers:\n- " + str(waiver(expires="2999-02-31")), "waivers.yaml:3"),
        (None, "cannot be read"),
    ],
)
def test_file_that_cannot_be_used_is_one_clear_line(tmp_path, text, said):
    path = tmp_path / "waivers.yaml"
    if text is not None:
        path.write_text(text)
    options = (*NARROW, "--report-dir", str(tmp_path / "reports"), "--waivers", str(path))
    ended = run_command("run", *options)
    assert ended.returncode == 2, ended.stdout
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_run_of_nothing_but_what_is_waived_ends_well(tmp_path):
    path = written(tmp_path, waiver())
    ended, _, _ = run(tmp_path, path, "--fault", FAULT, "--requirement", ROW, narrow=())
    assert ended.returncode == 0, ended.stdout


def all_connections_fail(method, path):
    return "own_error" if (method, path) == ("POST", f"{FLOW_SERVICE}/connections") else None


@pytest.mark.parametrize("words", [(), ("-n", "2")], ids=["one process", "two"])
def test_what_is_blocked_by_what_is_waived_needs_no_waiver_of_its_own(tmp_path, words):
    command = ("run", "--profile", "smoke", "--report-dir", str(tmp_path), *words)
    with place(all_connections_fail) as there:
        assert there.command(*command).returncode == 1
        rows = results(tmp_path)["requirements"]
        blocked = {row["id"] for row in rows if row["verdict"] == "blocked"}
        failed = [row for row in rows if row["verdict"] in ("fail", "warn")]
        path = written(tmp_path, *map(waiver_of, failed))
        ended = there.command(*command, "--waivers", str(path))
    found = {row["id"]: row for row in results(tmp_path)["requirements"]}
    assert len(blocked) > 5
    assert ended.returncode == 0, ended.stdout
    assert {found[name]["verdict"] for name in blocked} == {"waived"}
    assert f"by team-gateway with {failed[0]['id']}" in found[min(blocked)]["message"]


def test_what_is_blocked_by_something_else_is_not_waived(tmp_path):
    words = ("--requirement", "ims.*", "--requirement", "flow-service.connections.*")
    path = written(tmp_path, waiver())
    with place(all_connections_fail, faults=[FAULT]) as there:
        options = ("--report-dir", str(tmp_path), "--waivers", str(path))
        assert there.command("run", *options, *words).returncode == 1
    rows = results(tmp_path)["requirements"]
    assert [row["id"] for row in rows if row["verdict"] == "waived"] == [ROW]
    assert "blocked" in {row["verdict"] for row in rows}


def waiver_of(row):
    return waiver(id=row["id"], verdict=row["verdict"], matches=row["message"])


def test_baseline_waives_what_a_run_found_and_nothing_else(tmp_path):
    reports, path = tmp_path / "reports", tmp_path / "first.yaml"
    words = (*NARROW, "--report-dir", str(reports), "--fault", FAULT)
    assert run_command("run", *words).returncode == 1
    command = ("baseline", str(reports / "results.json"), "--output", str(path))
    ended = run_command(*command, "--owner", "team-gateway", "--days", "30")
    assert ended.returncode == 0, ended.stderr
    listed = load_checked(path, "waiver")
    assert listed["target"] == "emulator"
    assert [(w["id"], w["verdict"], w["owner"]) for w in listed["waivers"]] == [
        (ROW, "fail", "team-gateway")
    ]
    assert run_command("run", *words, "--waivers", str(path)).returncode == 0
    again = run_command(*command, "--owner", "team-gateway")
    assert again.returncode == 2
    assert "--force" in again.stderr


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        (None, (), "No such file"),
        ("no json", (), "no results.json of a run"),
        ("[]", (), "no results.json of a run"),
        ('{"target": {"name": "x"}, "requirements": []}', (), "nothing fails there"),
        ('{"target": {"name": "x"}, "requirements": []}', ("--days", "0"), "--days 0"),
        ('{"target": {"name": "x"}, "requirements": []}', ("--reason", "short"), "--reason"),
    ],
    ids=["missing", "text", "list", "nothing", "days", "reason"],
)
def test_baseline_of_nothing_is_one_clear_line(tmp_path, content, words, said):
    path = tmp_path / "results.json"
    if content is not None:
        path.write_text(content)
    output = ("--output", str(tmp_path / "w.yaml"))
    ended = run_command("baseline", str(path), "--owner", "team", *output, *words)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert not (tmp_path / "w.yaml").exists()
