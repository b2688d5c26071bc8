"""The command: what it prints, writes and ends with, for recordings good and bad."""

import json
import shutil
import time
from argparse import ArgumentParser

import pytest

from conformance.cli import main
from conformance.engine.data import contracts_root
from conformance.recordings.drift.arguments import add_arguments
from conformance.recordings.drift.command import compared
from conformance.recordings.drift.live import words
from conformance.selftest.drifting import EMULATOR, Cassette, compact, drifts, shipped

READ = "create-source-connection (read back)"


@pytest.fixture
def pair(tmp_path):
    """Two files that hold the same, to be changed."""
    old = shipped("stripe")
    return old, old.copy(), tmp_path / "old.json", tmp_path / "new.json"


@pytest.fixture
def run(pair, tmp_path, capsys):
    def ran(*words):
        old, new, *files = pair
        paths = [str(c.save(f)) for c, f in zip((old, new), files, strict=True)]
        ended = main(["drift", *paths, "--report-dir", str(tmp_path / "out"), *words])
        return ended, capsys.readouterr().out, json.loads((tmp_path / "out/drift.json").read_text())

    return ran


def test_no_drift_ends_with_0_and_says_what_was_compared(run):
    ended, out, data = run()
    assert ended == 0
    assert out.startswith("No drift from ")
    assert (data["counts"], data["failed"]) == (
        {"breaking": 0, "additive": 0, "cosmetic": 0},
        False,
    )


def test_breaking_drift_ends_with_1_and_comes_first(pair, run):
    pair[1].change(READ, lambda body: body["items"][0].pop("state") and None)
    pair[1].change("prepare-data-set.create-class", lambda body: {"extra": 1, **body})
    ended, out, _ = run()
    lines = out.splitlines()
    assert ended == 1
    assert lines[0] == "breaking (1)"
    assert lines[1].startswith(
        f"  stripe · {READ} · getSourceConnection · /items/0/state removed: "
    )
    assert "flow-service.source-connections.state-is-documented" in lines[2]
    assert lines[-1].endswith(
        "1 breaking, 1 additive, 0 cosmetic; 1 journeys with 47 steps compared."
    )


@pytest.mark.parametrize(
    ("change", "fail_on", "ended"),
    [
        ({"extra": 1}, "breaking", 0),
        ({"extra": 1}, "additive", 1),
        ({"description": "other"}, "additive", 1),
        ({"meta:containerId": "global"}, "additive", 0),
        ({"meta:containerId": "global"}, "cosmetic", 1),
    ],
)
def test_the_class_to_fail_on_is_the_users(pair, run, change, fail_on, ended):
    pair[1].change("prepare-data-set.create-class", lambda body: body.update(change))
    assert run("--fail-on", fail_on)[0] == ended


def test_the_json_fits_its_schema(pair, run):
    import jsonschema_rs

    pair[1].change(READ, lambda body: body["items"][0].update(state=None, more=[1]))
    pair[1].answer("delete-flow.delete-flow")["status"]["code"] = 202
    pair[1].drop(0)
    schema = json.loads((contracts_root() / "schemas/drift.schema.json").read_text())
    data = run()[2]
    assert len(data["drifts"]) >= 4
    assert [str(e) for e in jsonschema_rs.validator_for(schema).iter_errors(data)] == []


def test_a_folder_is_compared_by_journey_and_a_missing_journey_is_breaking(tmp_path, capsys):
    shutil.copytree(EMULATOR, tmp_path / "new")
    (tmp_path / "new/index.yaml").unlink()
    (tmp_path / "new/token.yaml").unlink()
    ended = main(
        ["drift", str(EMULATOR), str(tmp_path / "new"), "--json", str(tmp_path / "d.json")]
    )
    out = capsys.readouterr().out
    assert ended == 1
    assert "only the old recording has the journey" in out
    assert len(json.loads((tmp_path / "d.json").read_text())["drifts"]) == 1


def test_options_may_stand_between_the_two_recordings(tmp_path, capsys):
    one = str(EMULATOR / "token.yaml")
    written = tmp_path / "d.json"
    assert main(["drift", one, "--json", str(written), one]) == 0
    assert json.loads(written.read_text())["drifts"] == []
    with pytest.raises(SystemExit):
        main(["drift", one, one, "--json", str(written), "third.yaml"])
    assert "unknown argument third.yaml" in capsys.readouterr().err


def test_one_new_cassette_is_compared_with_its_journey_of_a_folder():
    data = compared(EMULATOR, EMULATOR / "kinesis.yaml")
    assert (data["journeys"], data["drifts"]) == (1, [])


TORN = '{"version": 1, "interactions": [{"request": {"method": "GE'


@pytest.mark.parametrize("content", ["", "- 1\n- 2\n", "a: [", "\0\0", TORN, "{}", "<html>", "7"])
@pytest.mark.parametrize("name", ["new.yaml", "new.json"])
def test_what_is_no_recording_is_one_line_that_names_it(tmp_path, capsys, content, name):
    bad = tmp_path / name
    bad.write_text(content)
    ended = main(["drift", str(EMULATOR / "token.yaml"), str(bad), "--report-dir", str(tmp_path)])
    said = capsys.readouterr()
    assert ended == 2
    assert len(said.err.splitlines()) == 1
    assert str(bad) in said.err
    assert said.out == ""


def test_no_such_file_and_an_empty_folder_are_one_line(tmp_path, capsys):
    for bad in (tmp_path / "none.yaml", tmp_path):
        assert main(["drift", str(bad), str(EMULATOR), "--report-dir", str(tmp_path)]) == 2
        assert capsys.readouterr().err.startswith(f"aep-conformance: {bad}: ")


SECRETS = ("pl4nted-token-value", "pl4nted/pass+word==", 'pl4nted "quoted" one', "pl4nted-in-url")


def test_planted_secrets_never_come_out(pair, run):
    old, new, *_ = pair
    token, password, quoted, in_url = SECRETS
    for cassette, mark in ((old, "a"), (new, "b")):
        first = cassette.interactions[0]
        first["request"]["headers"]["Authorization"] = [f"Bearer {token}"]
        first["request"]["uri"] += f"?access_token={in_url}"
        nested = compact({"auth": {"password": password, "client_secret": quoted}})
        answer = {"id": mark * 8, "told": nested, "echo": f"{token} {quoted} {mark}", mark: in_url}
        first["response"]["body"]["string"] = compact(answer)
        first["response"]["headers"]["X-Echo"] = [f"{password} {mark}"]
        first["response"]["headers"]["Location"] = [f"/x/{in_url}/{mark}"]
    ended, out, data = run("--fail-on", "cosmetic")
    assert ended == 1
    assert "<secret:" in out
    for secret in SECRETS:
        for form in (secret, json.dumps(secret)[1:-1]):
            assert form not in out
            assert form not in json.dumps(data)


def test_a_har_is_compared_with_a_cassette(tmp_path):
    request = {"method": "GET", "url": "https://x.test/a", "headers": []}
    content = {"size": 7, "mimeType": "application/json", "text": '{"a":2}'}
    response = {"status": 200, "statusText": "", "headers": [], "content": content}
    started = "2026-11-23T05:00:00.000Z"
    entry = {"request": request, "response": response, "time": 1, "startedDateTime": started}
    har = tmp_path / "new.har"
    har.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    answer = {"status": {"code": 200, "message": ""}, "headers": {}, "body": {"string": '{"a":1}'}}
    answer["headers"]["Content-Type"] = ["application/json"]
    asked = {"method": "GET", "uri": "https://x.test/a", "headers": {}, "body": None}
    cassette = Cassette({"version": 1, "interactions": [{"request": asked, "response": answer}]})
    found = compared(cassette.save(tmp_path / "old.json"), har)["drifts"]
    assert [(d["kind"], d["pointer"]) for d in found] == [("value", "/a")]


def test_hundreds_of_interactions_take_about_a_second(tmp_path):
    shutil.copytree(EMULATOR, tmp_path / "new")
    path = tmp_path / "new" / "stripe.yaml"
    path.write_text(path.read_text().replace('"state":"enabled"', '"state":"unknown"'))
    began = time.perf_counter()
    data = compared(EMULATOR, tmp_path / "new")
    seconds = time.perf_counter() - began
    print(f"{data['old']['interactions']} against {data['new']['interactions']}: {seconds:.2f} s")
    assert data["counts"]["breaking"] >= 1
    assert seconds < 10


def test_what_is_added_one_way_is_removed_the_other(tmp_path):
    old = shipped("kinesis")
    new = old.copy()
    new.change("create-account", lambda body: body.update(extra=1))
    assert [d["kind"] for d in drifts(old, new, tmp_path)] == ["added"]
    assert [d["kind"] for d in drifts(new, old, tmp_path)] == ["removed"]


def test_the_options_of_a_run_are_handed_on_as_they_were_typed():
    parser = ArgumentParser()
    add_arguments(parser)
    given = ["--base-url", "http://x", "--sequence", "a", "--sequence", "b", "--allow-writes"]
    typed = words(parser.parse_args(["OLD", *given, "--fail-on", "additive"]))
    assert sorted(typed) == sorted(given)
