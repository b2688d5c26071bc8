"""The command `judge`: exit codes, what it prints and writes, and which files it refuses."""

import gzip

import pytest

from conformance.recordings.loading import load
from conformance.selftest.contract_files import ROOT
from conformance.selftest.foreign_clients import PIPELINE_MISTAKES, Pipeline
from conformance.selftest.heard import cassette_of
from conformance.selftest.judging import FLOWS, cassette, interaction, judge, written


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded")
    right = cassette_of(Pipeline, folder / "right.yaml")
    return right, cassette_of(Pipeline, folder / "wrong.yaml", ["no-if-match", "too-often"])


def test_nothing_broken_is_exit_code_zero_and_one_sentence(recorded, tmp_path):
    ended = judge(recorded[0], "--report-dir", tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    [sentence] = ended.stdout.splitlines()
    assert (
        sentence.startswith("19 requests of python-requests/") or "requests of python" in sentence
    )
    assert "conformant" not in sentence
    judgement = written(tmp_path)
    assert {row["side"] for row in judgement["requirements"]} == {"client", "server"}
    assert {row["verdict"] for row in judgement["requirements"]} == {"pass"}


def test_a_broken_must_is_exit_code_one_and_says_all_about_it(recorded, tmp_path):
    ended = judge(*recorded, "--report-dir", tmp_path)
    assert ended.returncode == 1
    for said in (
        "client breaks client.schedules.interval-is-within-bounds",
        "MUST An interval is fifteen or more minutes, or one or more of any other unit.",
        "documents: S0:549, S3:647, S4:285-290 (stated)",
        "expected: at least 15",
        "actual:   10  (at /scheduleParams/interval of the request)",
        "of wrong.yaml, createFlow:",
        "  > POST http://127.0.0.1:",
        "  < 400",
    ):
        assert said in ended.stdout
    broken = [row for row in written(tmp_path)["requirements"] if row["verdict"] == "fail"]
    assert {row["id"] for row in broken} == {
        PIPELINE_MISTAKES["no-if-match"],
        PIPELINE_MISTAKES["too-often"],
    }
    for row in broken:
        [finding] = row["findings"]
        request = load(recorded[1]).interactions[finding["interaction"] - 1]
        assert (finding["method"], finding["url"]) == (request.method, request.url)


@pytest.mark.parametrize(
    ("option", "code", "sides"),
    [("--client-only", 1, {"client"}), ("--server-only", 0, {"server"})],
)
def test_one_side_can_be_judged_alone(recorded, option, code, sides, tmp_path):
    ended = judge(recorded[1], option, "--report-dir", tmp_path)
    assert ended.returncode == code
    assert {row["side"] for row in written(tmp_path)["requirements"]} == sides


def test_only_a_should_is_no_failure(tmp_path):
    path = cassette(tmp_path / "c.yaml", interaction(url=f"{FLOWS}?access_token=abcdefgh"))
    ended = judge(path)
    assert ended.returncode == 0
    assert "client does not meet client.addresses.no-secret-is-in-the-address" in ended.stdout


def test_requests_of_no_documented_operation_are_counted_and_listed(tmp_path):
    others = [interaction(url=f"https://example.org/{n}?token=planted-one") for n in (1, 1, 2)]
    path = cassette(tmp_path / "c.yaml", interaction(), *others)
    ended = judge(path, "--report-dir", tmp_path)
    assert "3 requests call no documented operation and are not judged:" in ended.stdout
    assert "  GET https://example.org/1 (2 times)" in ended.stdout
    assert written(tmp_path)["recordings"][0]["others"] == [
        "GET https://example.org/1",
        "GET https://example.org/2",
    ]


def test_a_gateway_may_serve_them_elsewhere(tmp_path):
    path = cassette(
        tmp_path / "c.yaml", interaction(url="https://gw.example.org/aep/flowservice/flows")
    )
    assert judge(path).returncode == 2
    ended = judge(path, "--base-path", "/aep")
    assert (ended.returncode, ended.stdout.startswith("1 requests judged")) == (0, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file or directory"),
        ("", "no such cassette, or an empty one"),
        ("interactions: [", "damaged: not YAML; record it again"),
        ("interactions: []\nversion: 1\n", "no requests in it"),
        ("just: yaml\n", "not a cassette of vcrpy, or a damaged one"),
        ("- 1\n- 2\n", "not a cassette of vcrpy, or a damaged one"),
        ("\x00\x01", "damaged: not YAML"),
        ('{"log": {"version": "1.2"}}', "no HAR: it has no log with entries"),
    ],
)
def test_what_cannot_be_judged_is_one_line_and_exit_code_two(text, said, tmp_path):
    path = tmp_path / "x.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    ended = judge(path)
    assert (ended.returncode, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"aep-conformance: {path}")
    assert said in line


def test_a_truncated_cassette_is_one_line(recorded, tmp_path):
    text = recorded[0].read_text("utf-8")
    for part in (0.3, 0.6, 0.9):
        path = tmp_path / "cut.yaml"
        path.write_text(text[: int(len(text) * part)], encoding="utf-8")
        ended = judge(path)
        assert len(ended.stderr.splitlines()) + (ended.returncode != 2) == 1, ended.stderr


def test_a_folder_that_cannot_be_written_is_one_line(recorded):
    ended = judge(recorded[0], "--report-dir", ROOT / "pyproject.toml")
    assert ended.returncode == 2
    assert "--report-dir" in ended.stderr


def test_packed_bodies_are_read(tmp_path):
    packed = interaction(told=gzip.compress(b'{"items": [{"id": 1}]}'))
    packed["response"]["headers"]["Content-Encoding"] = ["gzip"]
    ended = judge(cassette(tmp_path / "c.yaml", packed), "--server-only")
    assert ended.returncode == 1
    assert "server breaks flow-service.answers.fit-the-contract" in ended.stdout


def test_a_body_that_cannot_be_read_is_held_against_nobody(tmp_path):
    packed = interaction(told=b"\x01\x02")
    packed["response"]["headers"]["Content-Encoding"] = ["x-unheard-of"]
    assert judge(cassette(tmp_path / "c.yaml", packed), "--server-only").returncode == 0


def test_a_folder_stands_for_the_recordings_in_it(recorded, tmp_path):
    ended = judge(recorded[0].parent)
    assert ended.returncode == 1
    assert "of wrong.yaml, updateFlow" in ended.stdout
    ended = judge(tmp_path)
    assert (ended.returncode, ended.stderr) == (
        2,
        f"aep-conformance: {tmp_path}: no recording in this folder\n",
    )
