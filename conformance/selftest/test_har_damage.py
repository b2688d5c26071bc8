"""HAR files and cassettes with damaged entries: each is skipped and named with its place, the rest is judged."""

import copy
import json

import pytest
import yaml

from conformance.engine.redaction import Redactor
from conformance.recordings.judgement_text import lines
from conformance.recordings.loading import load
from conformance.recordings.traffic import Listener
from conformance.selftest.hars import CONNECTIONS, FLOWS, NAME, connection, entry, har
from conformance.selftest.heard import BENCH
from conformance.selftest.judging import cassette, interaction, judge, written

READ = entry(f"{CONNECTIONS}/{NAME}", told={"items": [connection()]})
WRITE = entry(
    f"{CONNECTIONS}/{NAME}",
    "PATCH",
    told={"id": NAME, "etag": '"2"'},
    sent=[{"op": "replace", "path": "/name", "value": "n"}],
    If_Match='"1"',
)
ABSENT = object()
PLACES = [
    (),
    ("request",),
    ("request", "method"),
    ("request", "url"),
    ("request", "headers"),
    ("request", "headers", 0),
    ("request", "headers", 0, "name"),
    ("request", "headers", 0, "value"),
    ("request", "queryString"),
    ("request", "postData"),
    ("request", "postData", "text"),
    ("request", "postData", "params"),
    ("response",),
    ("response", "status"),
    ("response", "headers"),
    ("response", "headers", 0, "value"),
    ("response", "content"),
    ("response", "content", "text"),
    ("response", "content", "encoding"),
    ("startedDateTime",),
    ("time",),
]
VALUES = [None, 3, -1.5, True, "x", "\ud800", "http://[::1/", [], {}, [3], {"name": 3}, ABSENT]
VARIANTS = [(place, value) for place in PLACES for value in VALUES if place or value is not ABSENT]


def damaged(place, value):
    found = copy.deepcopy(WRITE)
    if not place:
        return value
    inner = found
    for step in place[:-1]:
        inner = inner[step]
    if value is not ABSENT:
        inner[place[-1]] = value
    elif isinstance(inner, dict):
        inner.pop(place[-1], None)
    else:
        del inner[place[-1]]
    return found


def judged_file(path):
    recording = load(path)
    listener = Listener(BENCH.contract, Redactor())
    return recording, BENCH.judge([listener.recording(recording)])


def test_no_damage_stops_the_rest_from_being_judged(tmp_path):
    skipped = 0
    for place, value in VARIANTS:
        path = har(tmp_path / "x.har", READ, damaged(place, value), READ, entry(FLOWS))
        recording, judgement = judged_file(path)
        assert [one.entry for one in recording.skipped] in ([], [2]), (place, value)
        assert judgement.requests + len(judgement.traffics[0].others) >= 3, (place, value)
        "\n".join(lines(judgement)).encode("utf-8")
        assert all(one.reason for one in recording.skipped)
        skipped += len(recording.skipped)
    assert (len(VARIANTS), skipped) == (251, 123)


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        ((), None, "no request in it"),
        (("request",), ABSENT, "no request in it"),
        (("response",), None, "no response in it"),
        (("request", "method"), 3, "no method in its request"),
        (("request", "url"), None, "no address in its request"),
        (("request", "url"), "http://[::1/", "its address is no URL"),
        (("request", "url"), "https://platform.adobe.io:port/x", "its address is no URL"),
        (("request", "url"), "/data/foundation", "its address is no URL"),
        (("request", "headers", 0), 3, "its headers are no list of names and values"),
        (("request", "postData"), "x", "its postData is no object"),
        (("response", "status"), "soon", "its status is no number"),
        (("response", "content", "text"), 3, "a body of it is no text"),
        (("response", "content", "text"), "\ud800", "text that is not Unicode"),
    ],
)
def test_an_entry_is_skipped_with_its_place_and_why(place, value, reason, tmp_path):
    path = har(tmp_path / "x.har", READ, damaged(place, value))
    ended = judge(path, "--report-dir", tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    told = ended.stdout.splitlines()
    assert f"skipped 1 entry of {path} that cannot be read:" in told
    assert f"  entry 2: {reason}" in told
    [recording] = written(tmp_path)["recordings"]
    assert recording["skipped"] == [{"entry": 2, "reason": reason}]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("request", "headers"), {"x-api-key": "key", "Authorization": "Bearer abcdefgh"}),
        (("response", "status"), "200"),
        (("response", "headers"), None),
        (("response", "headers", 0, "value"), None),
        (("time",), "5.5"),
        (("time",), "long"),
        (("response", "content", "text"), {"id": NAME, "etag": '"2"'}),
        (("response", "content", "encoding"), "base64"),
    ],
)
def test_what_recorders_write_in_their_own_way_is_read(place, value, tmp_path):
    recording, _ = judged_file(har(tmp_path / "x.har", READ, damaged(place, value)))
    assert (len(recording.interactions), recording.skipped) == (2, ())


def broken_interactions():
    one = interaction()
    for part in ("request", "response"):
        yield {**one, part: None}
        yield {k: v for k, v in one.items() if k != part}
    for part, name, value in (
        ("request", "uri", None),
        ("request", "uri", "http://[::1/x"),
        ("request", "method", 3),
        ("request", "headers", 3),
        ("response", "status", 200),
        ("response", "status", {"code": "soon"}),
        ("response", "headers", ["x"]),
        ("response", "body", {"string": {}}),
        ("response", "body", 3),
    ):
        yield {**one, part: {**one[part], name: value}}
    yield from (None, 3, "x", [])


@pytest.mark.parametrize("broken", list(broken_interactions()), ids=lambda one: None)
@pytest.mark.parametrize("name", ["c.yaml", "c.json"])
def test_an_interaction_of_a_cassette_is_skipped_alike(name, broken, tmp_path):
    document = {"version": 1, "interactions": [interaction(), broken, interaction()]}
    text = json.dumps(document) if name.endswith("json") else yaml.safe_dump(document)
    (tmp_path / name).write_text(text)
    recording, judgement = judged_file(tmp_path / name)
    [skipped] = recording.skipped
    assert (skipped.entry, bool(skipped.reason), judgement.requests) == (2, True, 2)
    assert [one.about["entry"] for one in recording.interactions] == [1, 3]


def test_findings_are_told_at_their_place_in_the_file_in_spite_of_what_is_skipped(tmp_path):
    wrong = copy.deepcopy(WRITE)
    wrong["request"]["headers"] = wrong["request"]["headers"][:-2]
    ended = judge(har(tmp_path / "x.har", None, READ, {"request": 3}, wrong, READ))
    assert ended.returncode == 1
    assert "interaction 4 of x.har, updateConnection:" in ended.stdout
    assert f"skipped 2 entries of {tmp_path / 'x.har'} that cannot be read:" in ended.stdout


def test_files_that_cannot_be_judged_are_named_and_the_others_judged(tmp_path):
    (tmp_path / "a.har").write_text("{")
    (tmp_path / "b.yaml").write_text("just: yaml")
    har(tmp_path / "c.har", entry("/x", base="https://example.org"))
    har(tmp_path / "d.har", READ)
    cassette(tmp_path / "e.yaml")
    files = [tmp_path / name for name in ("a.har", "b.yaml", "c.har", "d.har", "e.yaml")]
    for words in ([tmp_path], files):
        ended = judge(*words, "--report-dir", tmp_path / "report")
        assert (ended.returncode, ended.stderr) == (0, "")
        for path, why in zip(
            [files[0], files[1], files[2], files[4]],
            ("damaged: not JSON", "not a cassette", "none of its 1 requests", "no requests in it"),
            strict=True,
        ):
            assert any(line.startswith(f"not judged  {path}") and why in line
                       for line in ended.stdout.splitlines())  # fmt: skip
        assert len(written(tmp_path / "report")["refused"]) == 4
        assert ended.stdout.splitlines()[-1].startswith("1 requests judged")


def test_where_none_can_be_judged_one_line_says_so(tmp_path):
    (tmp_path / "a.har").write_text("{")
    (tmp_path / "b.yaml").write_text("just: yaml")
    ended = judge(tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"aep-conformance: {tmp_path / 'a.har'}:1: damaged")
    assert line.endswith("(nor can 1 more be judged)")


def test_a_file_that_is_not_there_is_no_recording_to_do_without(tmp_path):
    ended = judge(har(tmp_path / "x.har", READ), tmp_path / "misspelt.har")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.endswith("misspelt.har: No such file or directory\n")


def test_a_damaged_recording_is_not_compared(tmp_path):
    from conformance.selftest.command import run_command

    path = har(tmp_path / "x.har", READ, None)
    ended = run_command("drift", str(path), str(path))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "entry 2 is damaged (no request in it); record it again" in ended.stderr
