"""`report --allure` with an allure of our own: what is asked of it, what is published, what is said when it fails."""

import json
import shutil
from pathlib import Path

import pytest

from conformance.engine.errors import SettingsError
from conformance.report import allure
from conformance.report.allure import allure_report
from conformance.report.reading import read
from conformance.selftest import fake_allure
from conformance.selftest.command import run_command
from conformance.selftest.published import conformant, lay, results_of

RENAMED = "ims.answers.lawful-reads-succeed"


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Only what a test installs is on the PATH, whatever this machine has."""
    monkeypatch.setattr(allure, "_path", lambda: str(tmp_path / "bin"))
    return tmp_path / "bin"


def make(output: Path, *folders: Path, history=None, results=None):
    runs = [read(folder) for folder in folders or (conformant(),)]
    return allure_report(runs, results or runs[0].results, output, history)


def test_the_command_makes_the_page_without_google_and_without_our_settings(tmp_path):
    folder = fake_allure.install(tmp_path / "bin")
    ended = run_command(
        "report", str(conformant()), "--output", str(tmp_path / "r.html"), "--allure",
        PATH=f"{folder}:/usr/bin:/bin", AEP_CLIENT_SECRET="planted-secret-of-ours",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    page = (tmp_path / "allure-report" / "index.html").read_text()
    assert str(tmp_path / "allure-report" / "index.html") in ended.stdout
    assert "google" not in page
    assert "gtag" not in page
    assert "var kept = 1" in page
    asked = fake_allure.asked(folder)
    assert "planted-secret-of-ours" not in json.dumps(asked["environ"])
    assert asked["config"]["categories"][0]["name"] == "Documented fact broken"
    assert asked["config"]["plugins"]["awesome"]["options"]["singleFile"] is True


def test_allure_sees_each_requirement_once_with_its_attachments(path, tmp_path):
    fake_allure.install(path)
    make(tmp_path / "out")
    asked = fake_allure.asked(path)
    names = [document["name"] for document in asked["results"]]
    assert sorted(names) == sorted(row["id"] for row in results_of(conformant())["requirements"])
    attached = {
        a["source"] for d in asked["results"] for s in d.get("steps", []) for a in s["attachments"]
    }
    assert attached
    assert attached <= set(asked["others"])
    assert {"categories.json", "environment.properties", "executor.json"} <= set(asked["others"])


def shard(folder: Path, verdict: str, status: str) -> Path:
    """The conformant run with one requirement as another shard would have seen it."""
    results = results_of(conformant())
    row = next(row for row in results["requirements"] if row["id"] == RENAMED)
    row["verdict"] = verdict
    lay(results, folder)
    shutil.copytree(conformant() / "allure-results", folder / "allure-results")
    for place in (folder / "allure-results").glob("*-result.json"):
        document = json.loads(place.read_text())
        if document["name"] == RENAMED:
            place.write_text(json.dumps({**document, "status": status}))
    return folder


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_of_two_shards_the_one_that_decided_is_shown(path, tmp_path, order):
    fake_allure.install(path)
    shard(tmp_path / "a", "fail", "failed")
    shard(tmp_path / "b", "pass", "passed")
    folders = [tmp_path / name for name in order]
    make(tmp_path / "out", *folders, results=results_of(tmp_path / "a"))
    shown = [d["status"] for d in fake_allure.asked(path)["results"] if d["name"] == RENAMED]
    assert shown == ["failed"]


def test_a_run_is_in_the_history_once_however_often_it_is_reported(path, tmp_path):
    fake_allure.install(path)
    history = tmp_path / "history"
    history.mkdir()
    for _ in range(2):
        make(tmp_path / "out", history=history)
    (past,) = history.iterdir()
    assert len(past.read_text().splitlines()) == 1
    later = {**results_of(conformant()), "started": "2099-01-01T00:00:00.000Z"}
    with past.open("a") as file:
        file.write('{"name": "cut off')
    make(tmp_path / "out", history=history, results=later)
    names = [json.loads(line)["name"] for line in past.read_text().splitlines()]
    assert len(names) == len(set(names)) == 2


def test_without_a_history_none_is_asked_for(path, tmp_path):
    fake_allure.install(path)
    make(tmp_path / "out")
    assert "historyPath" not in fake_allure.asked(path)["config"]


def one_line(path: Path) -> str:
    with pytest.raises(SettingsError) as error:
        make(path)
    (line,) = str(error.value).splitlines()
    return line


def test_without_node_one_line_says_what_to_install(path, tmp_path):
    assert "pip install 'aep-conformance[allure]'" in one_line(tmp_path / "out")


@pytest.mark.parametrize("installed", [{"version": "2.30.0"}, {"broken": True}])
def test_an_allure_2_or_one_without_its_java_is_passed_over(path, tmp_path, installed):
    fake_allure.install(path, **installed)
    assert "pip install" in one_line(tmp_path / "out")
    fake_allure.install(path, name="npx")
    make(tmp_path / "out")
    assert fake_allure.asked(path)["words"][:3] == ["--yes", "--prefer-offline", allure.PINNED]


def test_the_reason_of_a_failing_allure_is_one_line_and_nothing_is_published(path, tmp_path):
    fake_allure.install(
        path, complaint="npm ERROR! network unreachable\n    at line 1\n    at line 2"
    )
    assert "network unreachable" in one_line(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_tracker_that_cannot_be_removed_is_not_published(path, tmp_path):
    fake_allure.install(path, page='<link href="https://www.googletagmanager.com/x">')
    assert "Google" in one_line(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_run_without_or_with_damaged_allure_results_is_one_line(path, tmp_path):
    fake_allure.install(path)
    lay(results_of(conformant()), tmp_path / "bare")
    with pytest.raises(SettingsError, match="no Allure results"):
        make(tmp_path / "out", tmp_path / "bare")
    (tmp_path / "bare" / "allure-results").mkdir()
    (tmp_path / "bare" / "allure-results" / "1-result.json").write_text('{"name": ')
    with pytest.raises(SettingsError, match="damaged Allure result"):
        make(tmp_path / "out", tmp_path / "bare")
