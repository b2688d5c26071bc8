"""A results.json that cannot be used is named in one line, and the command ends with 2."""

import json

import pytest

from conformance.engine.errors import SettingsError
from conformance.report.reading import read
from conformance.report.results import SCHEMA_VERSION
from conformance.selftest.command import run_command
from conformance.selftest.published import conformant, lay, results_of

MAJOR, MINOR = map(int, SCHEMA_VERSION.split("."))


def text_of(**changes):
    return json.dumps({**results_of(conformant()), **changes})


def without(member):
    return json.dumps({k: v for k, v in results_of(conformant()).items() if k != member})


BAD = {
    "empty": (lambda: "", "empty"),
    "blank": (lambda: " \n", "empty"),
    "cut": (lambda: text_of()[:5000], "damaged"),
    "no JSON": (lambda: "verdict: pass", "damaged"),
    "deep": (lambda: "[" * 100_000, "damaged"),
    "a list": (lambda: "[]", "no schema_version"),
    "another file": (lambda: '{"name": "x"}', "no schema_version"),
    "partial": (lambda: without("requirements"), "requirements"),
    "partial exchange": (lambda: text_of(exchanges={"a": {}}), "exchanges/a"),
    "next minor": (lambda: text_of(schema_version=f"{MAJOR}.{MINOR + 1}"), "newer"),
    "next major": (lambda: text_of(schema_version=f"{MAJOR + 1}.0"), "newer"),
    "odd version": (lambda: text_of(schema_version="one"), "no version"),
}


@pytest.mark.parametrize("name", BAD)
def test_unusable_file_is_named_in_one_line(name, tmp_path):
    make, said = BAD[name]
    path = tmp_path / "results.json"
    path.write_text(make(), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read(tmp_path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 300


def test_file_that_is_no_text_is_damaged(tmp_path):
    (tmp_path / "results.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="damaged"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["cut", "next major", "partial"])
def test_command_ends_with_2_and_one_line(name, tmp_path):
    (tmp_path / "results.json").write_text(BAD[name][0](), encoding="utf-8")
    ended = run_command("report", str(tmp_path))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert BAD[name][1] in ended.stderr
    assert not (tmp_path / "report.html").exists()


def test_missing_folder_and_missing_file(tmp_path):
    for place in (tmp_path, tmp_path / "nowhere"):
        ended = run_command("report", str(place))
        assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
        assert "cannot be read" in ended.stderr


def test_page_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    ended = run_command("report", str(conformant()), "--output", str(tmp_path / "file" / "x.html"))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert "x.html" in ended.stderr


def test_file_of_any_name_is_read(tmp_path):
    path = tmp_path / "night.json"
    path.write_text(text_of(), encoding="utf-8")
    assert read(path).results == results_of(conformant())


def test_older_format_is_read_and_shown(tmp_path):
    added = ("operations", "complete", "scope")
    old = {k: v for k, v in results_of(conformant()).items() if k not in added}
    ended = run_command("report", str(lay({**old, "schema_version": "1.0"}, tmp_path)))
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("kind", ["drift", "proof"])
def test_damaged_file_beside_the_results_is_named(kind, tmp_path):
    folder = lay(results_of(conformant()), tmp_path)
    (folder / f"{kind}.json").write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match=f"{kind}.json: damaged {kind} file: line 1"):
        read(folder)
