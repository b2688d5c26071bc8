"""The report that Allure 3 itself makes, where Node and npm's registry can be reached; elsewhere skipped, and said."""

import base64
import json
import os
import re

import pytest

from conformance.engine.errors import SettingsError
from conformance.report import allure
from conformance.report.allure import allure_report
from conformance.report.allure_files import executor
from conformance.report.reading import read
from conformance.selftest.published import conformant, results_of, run_folder

DATA = re.compile(r'\bd\("([^"]+)","([^"]*)"\)')
BROKEN = "schema-registry.classes.create-answers-created"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Two runs reported one after the other: the pages' data, and the history."""
    folder = tmp_path_factory.mktemp("allure")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("npm_config_fetch_retries", "0")  # without a network, say so at once
        try:
            allure._said([*allure._command(), "--version"])
        except SettingsError as error:
            pytest.skip(f"Allure cannot be had here: {error}")
    red = run_folder("--profile", "smoke", "--fault", "class-create-answers-200")
    pages = [page(run, folder) for run in (conformant(), red)]
    return pages, (folder / "allure-emulator-smoke.jsonl").read_text().splitlines()


def page(run, history):
    found = read(run)
    text = allure_report([found], found.results, history / "out", history).read_text()
    return text, {name: base64.b64decode(data).decode() for name, data in DATA.findall(text)}


def of(data, start):
    return [json.loads(text) for name, text in data.items() if name.startswith(start)]


def test_the_counts_on_the_page_are_those_of_the_results(reports):
    (_, data) = reports[0][1]
    rows = results_of(run_folder("--profile", "smoke", "--fault", "class-create-answers-200"))
    verdicts = [row["verdict"] for row in rows["requirements"]]
    shown = [test["status"] for test in of(data, "data/test-results/")]
    assert len(shown) == len(verdicts)
    assert shown.count("failed") == verdicts.count("fail") == 1
    assert shown.count("passed") == verdicts.count("pass")


def test_categories_environment_and_executor_are_on_the_page(reports):
    text, data = reports[0][1]
    results = results_of(run_folder("--profile", "smoke", "--fault", "class-create-answers-200"))
    assert "Documented fact broken" in data["widgets/categories.json"]
    said = {e["name"]: e["values"] for e in json.loads(data["widgets/allure_environment.json"])}
    assert said["base_url"] == [results["target"]["base_url"]]
    assert said["profile"] == ["smoke"]
    assert executor(results, os.environ)["name"] in text


def test_the_second_run_knows_the_first(reports):
    pages, past = reports
    assert len(past) == 2
    red = next(t for t in of(pages[1][1], "data/test-results/") if t["name"] == BROKEN)
    assert red["transition"] == "regressed"


def test_the_page_is_one_file_that_calls_nobody(reports):
    for text, _ in reports[0]:
        assert "google" not in text
        assert (
            re.findall(
                r"<(?:script|link|img|iframe)\b[^>]{0,300}?(?:src|href)=\"?(?:https?:)?//", text
            )
            == []
        )
