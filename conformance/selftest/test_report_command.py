"""What stands beside results.json after a run, and what `aep-conformance report` adds to it."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from conformance.report.history import changes, read_history
from conformance.report.measures import operations, percentile
from conformance.selftest.builders import exchange
from conformance.selftest.command import run_command
from conformance.selftest.published import broken, conformant, lay, page_of, reference, results_of


def beside(folder, name):
    return (folder / name).read_text(encoding="utf-8")


def test_run_writes_page_summary_and_badge():
    results = results_of(conformant())
    assert results["verdict"] in beside(conformant(), "report.html")
    assert f"## ✅ {results['verdict']}" in beside(conformant(), "summary.md")
    badge = json.loads(beside(conformant(), "badge.json"))
    assert badge == {
        "schemaVersion": 1, "label": "AEP emulator", "color": "brightgreen",
        "message": f"conformant, {results['counts']['MUST']['pass']} of {results['counts']['MUST']['pass']}",
    }  # fmt: skip


def test_summary_and_badge_of_a_run_that_fails():
    results = results_of(broken())
    said = beside(broken(), "summary.md")
    for row in results["requirements"]:
        named = f"`{row['id']}`" in said
        assert named == (row["verdict"] != "pass")
    must = results["counts"]["MUST"]
    assert f"| MUST | {must['pass']} |" in said
    badge = json.loads(beside(broken(), "badge.json"))
    assert badge["color"] == "red"
    assert badge["message"] == f"not conformant, {must['pass']} of {sum(must.values())}"


def test_partial_run_has_a_grey_badge(tmp_path):
    folder = lay({**results_of(conformant()), "complete": False, "conformant": False}, tmp_path)
    run_command("report", str(folder))
    badge = json.loads(beside(folder, "badge.json"))
    assert (badge["color"], badge["message"].split(",")[0]) == ("lightgrey", "partial")


def test_junit_has_id_level_and_source_of_each_requirement():
    rows = {row["id"]: row for row in results_of(broken())["requirements"]}
    cases = ET.parse(broken() / "junit.xml").getroot().iter("testcase")
    found = [{p.get("name"): p.get("value") for p in case.iter("property")} for case in cases]
    assert {one["requirement"] for one in found} == set(rows)
    for one in found:
        row = rows[one["requirement"]]
        assert (one["level"], one["source"]) == (row["level"], " ".join(row["source"]))


def test_gate_ends_as_the_run_did(tmp_path):
    for folder, code in ((conformant(), 0), (broken(), 1)):
        page = str(tmp_path / "r.html")
        assert run_command("report", str(folder), "--output", page).returncode == 0
        assert run_command("report", str(folder), "--output", page, "--gate").returncode == code


def night(folder, day, **changes):
    results = {**results_of(conformant()), "started": f"2026-01-{day:02d}T02:00:00.000Z", **changes}
    (folder / f"night-{day}.json").write_text(json.dumps(results), encoding="utf-8")
    return results


def test_history_is_the_past_of_the_same_target_in_order(tmp_path):
    current = results_of(conformant())
    for day in (3, 1, 2):
        night(tmp_path, day)
    night(tmp_path, 4, profile="full")
    night(tmp_path, 5, target={**current["target"], "sandbox": "other"})
    (tmp_path / "cut.json").write_text("{", encoding="utf-8")
    (tmp_path / "drift.json").write_text("{", encoding="utf-8")
    history = read_history(tmp_path, current)
    assert [run["started"][8:10] for run in history.runs[:-1]] == ["01", "02", "03"]
    assert history.runs[-1] is current
    assert len(history.remarks) == 2
    assert any("cut.json" in remark for remark in history.remarks)
    assert any(remark.startswith("2 runs of other") for remark in history.remarks)


def test_history_says_what_changed_since_the_last_run_and_draws_latency(tmp_path):
    current = results_of(conformant())
    before = results_of(conformant())
    before["requirements"][0]["verdict"] = "fail"
    night(tmp_path, 1, requirements=before["requirements"])
    history = read_history(tmp_path, current)
    assert [(c.id, c.before, c.after) for c in changes(history)] == [
        (current["requirements"][0]["id"], "fail", "pass")
    ]
    page = page_of(current, history=history)
    assert "Since the last run (2026-01-01 02:00)" in page
    for operation in current["operations"]:
        assert f'<th scope="row">{operation}</th>' in page


def test_history_that_is_no_folder_is_refused(tmp_path):
    ended = run_command("report", str(conformant()), "--history", str(tmp_path / "no"))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)


def test_targets_stand_side_by_side(tmp_path):
    page = tmp_path / "r.html"
    ended = run_command(
        "report", str(broken()), "--beside", str(conformant()), "--output", str(page)
    )
    assert ended.returncode == 0
    text = page.read_text(encoding="utf-8")
    rows = {row["id"] for row in results_of(broken())["requirements"]}
    also = {row["id"] for row in results_of(conformant())["requirements"]}
    assert text.count('<span class="other">1 <span class="v pass">') == len(rows & also)
    assert text.count('<span class="other">1 –</span>') == len(rows - also)


def test_drift_and_proof_lie_beside_the_results_or_are_named(tmp_path):
    folder = lay(results_of(conformant()), tmp_path / "run")
    drift = run_command("drift", "cassettes/emulator/stripe.yaml", "cassettes/emulator/stripe.yaml",
                        "--json", str(folder / "drift.json"), cwd=Path(__file__).parents[2])  # fmt: skip
    assert drift.returncode == 0, drift.stderr
    ended = run_command("report", str(folder))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "0 breaking, 0 additive, 0 cosmetic" in beside(folder, "report.html")
    (folder / "drift.json").rename(tmp_path / "other.json")
    run_command("report", str(folder))
    assert "0 breaking" not in beside(folder, "report.html")
    run_command("report", str(folder), "--drift", str(tmp_path / "other.json"))
    assert "0 breaking" in beside(folder, "report.html")


def test_planted_secrets_are_in_no_file_of_the_report():
    secrets = {"the-planted-key-4711", "planted/secret+0815"}
    folder = broken().parent / "planted"
    planted = {"AEP_API_KEY": "the-planted-key-4711", "AEP_CLIENT_SECRET": "planted/secret+0815"}
    ended = run_command("run", "--profile", "smoke", "--report-dir", str(folder),
                        "--fault", "patch-race", **planted)  # fmt: skip
    assert ended.returncode in (0, 1, 2)
    for path in (p for p in folder.rglob("*") if p.is_file()):
        assert not [s for s in secrets if s.encode() in path.read_bytes()], path


def test_operations_are_measured_over_all_answered_requests():
    seconds = [0.001 * n for n in range(1, 101)]
    exchanges = [exchange("getFlow", 200, id="f", seconds=s) for s in seconds]
    silent = exchange("getFlow", 0, id="f", error="gone", seconds=30.0)
    found = operations([*exchanges, silent])["getFlow"]
    assert found["requests"] == 101
    assert found["statuses"] == {"0": 1, "200": 100}
    assert found["seconds"] == {"p50": 0.05, "p95": 0.095, "max": 0.1}
    assert percentile([7.0], 0.5) == 7.0
    assert "seconds" not in operations([silent])["getFlow"]


def test_chain_hands_on_what_called_workflows_capture():
    links = {link.step: link for link in reference().chains["stripe"]}
    assert ("prepare-data-set.create-schema", "schemaId") in links["create-target-connection"].takes
    assert links["create-flow"].captures == {"flowId": "$response.body#/id"}
    assert ("create-flow", "flowId") in links["delete-flow.delete-flow"].takes
    assert links["create-account"].takes == []
