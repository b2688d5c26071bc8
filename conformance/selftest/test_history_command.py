"""`aep-conformance history`: a folder of past runs, pruned by age, which the report draws."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from conformance.selftest.command import run_command
from conformance.selftest.published import conformant, lay, results_of


def ago(days, **given):
    started = (datetime.now(UTC) - timedelta(days=days)).isoformat().replace("+00:00", "Z")
    return {**results_of(conformant()), "started": started, **given}


def kept(folder):
    return sorted(json.loads(path.read_text())["started"] for path in folder.glob("*.json"))


def test_runs_are_added_once_without_their_traffic(tmp_path):
    for _ in range(2):
        ended = run_command("history", str(tmp_path / "past"), str(conformant()))
        assert ended.returncode == 0, ended.stderr
    (path,) = (tmp_path / "past").iterdir()
    results = results_of(conformant())
    assert json.loads(path.read_text()) == {**results, "exchanges": {}}
    assert results["exchanges"]


def test_old_runs_go_and_nothing_else_does(tmp_path):
    past = tmp_path / "past"
    runs = [ago(days) for days in (100, 31, 29, 1)]
    for number, run in enumerate(runs):
        run_command("history", str(past), str(lay(run, tmp_path / str(number))), "--days", "365")
    strangers = {"notes.json": '{"a": 1}', "half.json": '{"schema_version": "1.0"', "x.txt": "x"}
    for name, text in strangers.items():
        (past / name).write_text(text)
    ended = run_command("history", str(past), "--days", "30")
    assert ended.stdout.splitlines()[-1].endswith("0 added, 2 dropped, 2 kept")
    assert {name: (past / name).read_text() for name in strangers} == strangers
    for name in ("notes.json", "half.json"):
        (past / name).unlink()
    assert kept(past) == sorted(run["started"] for run in runs[2:])


def test_the_report_compares_with_the_run_before(tmp_path):
    before = ago(1)
    row = before["requirements"][0]
    row["verdict"] = "fail"
    past = tmp_path / "past"
    run_command("history", str(past), str(lay(before, tmp_path / "before")))
    page = tmp_path / "page.html"
    ended = run_command("report", str(conformant()), "--history", str(past), "--output", str(page))
    assert ended.returncode == 0, ended.stderr
    summary = (tmp_path / "summary.md").read_text()
    assert f"`{row['id']}`: fail → **pass**" in summary


def test_without_a_run_the_folder_is_made(tmp_path):
    assert run_command("history", str(tmp_path / "past")).returncode == 0
    assert (tmp_path / "past").is_dir()


@pytest.mark.parametrize(
    "words",
    [("past", "nowhere"), ("past", "--days", "0"), ("file",)],
)
def test_what_cannot_be_done_is_one_line(tmp_path, words):
    (tmp_path / "file").write_text("")
    ended = run_command("history", *words, cwd=tmp_path)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("aep-conformance: ")
