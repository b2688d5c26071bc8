"""What a run leaves for Allure: categories that fit, the environment, the executor, a history that lasts."""

import json
import re
from dataclasses import replace

import pytest

from conformance.engine import verdict as verdicts
from conformance.engine.catalogue import load_catalogue
from conformance.engine.data import contracts_root
from conformance.engine.verdict import Verdict
from conformance.plugin import _outcome
from conformance.report.allure_files import CATEGORIES, describe_run, executor
from conformance.selftest.command import run_command
from conformance.selftest.published import conformant, results_of, run_folder

FAULT = "class-create-answers-200"
BROKEN = "schema-registry.classes.create-answers-created"
GITHUB = {
    "GITHUB_RUN_ID": "99", "GITHUB_RUN_NUMBER": "7", "GITHUB_WORKFLOW": "nightly",
    "GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "us/ours",
}  # fmt: skip


def category_of(status, message):
    for category in CATEGORIES:
        fits = re.search(category.get("messageRegex", ""), message)
        if status in category["matchedStatuses"] and fits:
            return category["name"]
    return None


def allure_of(folder):
    found = [json.loads(p.read_text()) for p in (folder / "allure-results").glob("*-result.json")]
    return {document["name"]: document for document in found}


@pytest.fixture(scope="module")
def run():
    return run_folder("--profile", "smoke", "--fault", FAULT)


@pytest.mark.parametrize(
    ("verdict", "category"),
    [
        (verdicts.ERROR, "Network: the target was out of reach"),
        (verdicts.BLOCKED, "Blocked by another failure"),
        (verdicts.UNTESTED, "Not judged in this run"),
        (verdicts.NOT_APPLICABLE, "Not judged in this run"),
    ],
)
def test_each_verdict_that_skips_its_test_has_its_category(verdict, category):
    row = load_catalogue(contracts_root())[BROKEN]
    with pytest.raises(pytest.skip.Exception) as skipped:
        _outcome(Verdict(row, verdict, "reset by peer\nat once"))
    assert category_of("skipped", skipped.exconly()) == category


def test_a_broken_fact_is_failed_and_not_an_error_of_the_suite(run):
    broken = allure_of(run)[BROKEN]
    assert broken["status"] == "failed"
    assert category_of("failed", broken["statusDetails"]["message"]) == "Documented fact broken"


def test_every_red_or_skipped_result_of_a_run_has_a_category(run):
    red = [d for d in allure_of(run).values() if d["status"] != "passed"]
    assert {d["name"] for d in red} == {
        row["id"] for row in results_of(run)["requirements"] if row["verdict"] != "pass"
    }
    assert None not in [category_of(d["status"], d["statusDetails"]["message"]) for d in red]


def test_the_run_writes_categories_environment_and_executor(run):
    folder, results = run / "allure-results", results_of(run)
    assert json.loads((folder / "categories.json").read_text()) == CATEGORIES
    lines = (folder / "environment.properties").read_text().splitlines()
    said = dict(line.split("=", 1) for line in lines)
    assert said["base_url"] == results["target"]["base_url"]
    assert said["sandbox"] == results["target"]["sandbox"]
    assert said["contracts"] == results["contracts"]["version"]
    assert said["profile"] == "smoke"
    assert json.loads((folder / "executor.json").read_text())["name"]


def test_a_value_with_a_backslash_or_a_line_break_stays_one_property(tmp_path):
    results = results_of(conformant())
    results["target"]["sandbox"] = "a\\b\nprofile=forged"
    describe_run(tmp_path, results, {})
    lines = (tmp_path / "environment.properties").read_text().splitlines()
    assert "sandbox=a\\\\b profile=forged" in lines
    assert [line for line in lines if line.startswith("profile=")] == ["profile=smoke"]


@pytest.mark.parametrize(
    ("environ", "kind", "order", "url"),
    [
        (GITHUB, "github", 7, "https://github.example/us/ours/actions/runs/99"),
        ({"GITLAB_CI": "true", "CI_PIPELINE_IID": "3", "CI_JOB_URL": "https://gl/1"},
         "gitlab", 3, "https://gl/1"),
        ({"JENKINS_URL": "https://j", "BUILD_NUMBER": "5", "BUILD_URL": "https://j/5"},
         "jenkins", 5, "https://j/5"),
        ({}, "local", None, None),
    ],
)  # fmt: skip
def test_the_executor_is_who_ran_it(environ, kind, order, url):
    found = executor(results_of(conformant()), environ)
    assert (found["type"], found.get("buildOrder"), found.get("buildUrl")) == (kind, order, url)


def test_history_knows_a_requirement_in_every_run_and_when_it_is_reworded(run):
    one, other = allure_of(conformant()), allure_of(run)
    assert {n: d["historyId"] for n, d in one.items()} == {
        n: d["historyId"] for n, d in other.items()
    }
    assert len({d["historyId"] for d in one.values()}) == len(one)
    row = load_catalogue(contracts_root())[BROKEN]
    assert repr(replace(row, statement="Reworded.", source=("S0:1",))) == repr(row)


def test_a_parallel_run_leaves_as_much_and_nothing_of_the_run_before(tmp_path):
    stale = tmp_path / "allure-results" / "stale-result.json"
    stale.parent.mkdir()
    stale.write_text('{"name": "stale"}')
    ended = run_command("run", "--profile", "smoke", "-n", "2", "--report-dir", str(tmp_path))
    assert ended.returncode == 0, ended.stdout
    assert set(allure_of(tmp_path)) == set(allure_of(conformant()))
