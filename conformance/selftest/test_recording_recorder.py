"""A good run leaves a recording, a bad one leaves the good one alone."""

import pytest
from vcr.record_mode import RecordMode

from conformance.engine.authentication import AuthorizedClient, Token, Tokens, issue
from conformance.engine.client import Client
from conformance.engine.contract import load_contract
from conformance.engine.data import contracts_root, fingerprint, load_checked
from conformance.engine.evidence import Journey
from conformance.engine.redaction import Redactor
from conformance.engine.session import Session
from conformance.engine.world import World
from conformance.recordings.cassettes import open_cassette
from conformance.recordings.listening import RecordingClient
from conformance.recordings.recorded import read_cassette
from conformance.recordings.recorder import Recorder
from conformance.selftest.builders import raw_server, settings
from conformance.selftest.command import run_command
from conformance.selftest.recordings import replayed, verdicts

SEQUENCE = ("--sequence", "kinesis")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("record")
    ended = record(folder, "--seed", "4", "--report-dir", str(folder / "good"))
    return folder, ended


def record(folder, *words):
    return run_command("record", *SEQUENCE, "--cassettes", str(folder / "cassettes"), *words)


def test_good_run_is_kept_with_its_index(kept):
    folder, ended = kept
    assert ended.returncode == 0, ended.stdout + ended.stderr
    place = folder / "cassettes" / "emulator"
    assert f"recorded 1 cassettes in {place}" in ended.stdout
    assert sorted(path.name for path in place.iterdir()) == ["index.yaml", "kinesis.yaml"]
    index = load_checked(place / "index.yaml", "recording")
    assert index["contracts"] == fingerprint(contracts_root())
    assert index["target"]["mode"] == "emulator"
    assert index["settings"]["api_key"] == "<secret:api_key>"
    assert index["token"] == "<secret:access_token>"
    assert not (folder / "good" / "cassettes" / "emulator").exists()


def test_cassette_says_what_each_interaction_was_for(kept):
    recording = read_cassette(kept[0] / "cassettes" / "emulator" / "kinesis.yaml")
    contract = load_contract(contracts_root())
    for interaction in recording.interactions:
        operation = contract[interaction.about["operation"]]
        assert operation.method == interaction.method
        assert interaction.about["step"]
    assert recording.metadata["journey"] == "kinesis"


def test_replay_comes_to_the_verdicts_of_the_recorded_run(kept):
    folder, _ = kept
    ended = replayed(folder / "cassettes" / "emulator", folder / "replayed", *SEQUENCE)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert verdicts(folder / "replayed") == verdicts(folder / "good")


def test_bad_run_does_not_touch_the_good_recording(kept):
    folder, _ = kept
    place = folder / "cassettes" / "emulator"
    before = {path: path.read_bytes() for path in place.iterdir()}
    words = ("--fault", "connection-create-answers-200", "--report-dir", str(folder / "bad"))
    ended = record(folder, *words)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    aside = folder / "bad" / "cassettes" / "emulator"
    assert f"recorded in {aside} only, since the run is no good one: not conformant" in ended.stdout
    assert {path: path.read_bytes() for path in place.iterdir()} == before
    assert [p.name for p in place.parent.iterdir()] == ["emulator"]
    assert replayed(aside, folder / "again", *SEQUENCE).returncode == 1
    assert verdicts(folder / "again") == verdicts(folder / "bad")


def test_a_run_that_records_less_leaves_the_older_recording_as_it_is(kept):
    folder, _ = kept
    place = folder / "cassettes" / "emulator"
    before = {path: path.read_bytes() for path in place.iterdir()}
    words = ("--sequence", "stripe", "-n", "2")
    ended = run_command(
        *("record", *words, "--cassettes", str(folder / "cassettes")),
        *("--report-dir", str(folder / "less")),
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    aside = folder / "less" / "cassettes" / "emulator"
    why = f"{place} holds kinesis too; give another --name or remove it"
    assert f"recorded in {aside} only, since {why}" in ended.stdout
    assert {path: path.read_bytes() for path in place.iterdir()} == before


def test_unreachable_target_records_nothing(tmp_path):
    words = (
        "--base-url",
        "http://127.0.0.1:9",
        "--org-id",
        "a",
        "--sandbox",
        "b",
        "--api-key",
        "c",
    )
    ended = record(tmp_path, *words, "--access-token", "d", "--report-dir", str(tmp_path / "out"))
    assert ended.returncode == 3
    assert not (tmp_path / "cassettes" / "127.0.0.1").exists()


def reply(status, body="{}", *headers):
    lines = [f"HTTP/1.1 {status} OK", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def recorded(tmp_path, *replies, client=Client):
    """The journey and the cassette of one list request."""
    with raw_server(*replies) as (address, _):
        here = settings(address, client_id="an-id", client_secret="a-secret")
        contract = load_contract(contracts_root())
        world = World(here, contract, Redactor(), client(here), "first-token", "run")
        journey = Journey("walk")
        with Recorder(tmp_path, tmp_path).around(journey, world) as inner:
            session = Session(inner, "walk")
            session.call("listFlows", step="list", halts=False)
            journey.exchanges = session.exchanges
    return journey.exchanges[0], tmp_path / "walk.yaml"


def test_request_that_was_sent_again_has_an_interaction_each_time(tmp_path):
    again = reply(429, "{}", "Retry-After: 0")
    exchange, path = recorded(tmp_path, again, reply(200))
    assert (exchange.status, exchange.attempts) == (200, 2)
    found = read_cassette(path).interactions
    assert [(i.status, i.about["step"]) for i in found] == [(429, "list"), (200, "list")]


def test_answer_that_cannot_be_unpacked_is_an_error_and_no_interaction(tmp_path):
    again = [reply(200, "no gzip", "Content-Encoding: gzip")] * 4  # a read is asked for again
    exchange, path = recorded(tmp_path, *again)
    assert exchange.error
    assert "DecodeError" in exchange.error
    assert read_cassette(path).interactions == ()


def test_hung_up_connection_is_an_error_and_no_interaction(tmp_path):
    exchange, path = recorded(tmp_path, *[None] * 4)
    assert "no connection" in exchange.error
    assert read_cassette(path).interactions == ()


def renewing(here):
    """A client whose token is refused, so that it fetches another."""
    tokens = Tokens(Token("first-token"), lambda: issue(Client(here)), lambda _: None)
    return AuthorizedClient(here, tokens)


def test_renewed_token_leaves_no_trace(tmp_path):
    token = reply(200, '{"access_token": "second-token", "expires_in": 100}')
    exchange, path = recorded(tmp_path, reply(401), token, reply(200), client=renewing)
    assert (exchange.status, exchange.attempts) == (200, 2)
    found = read_cassette(path).interactions
    assert [(i.status, i.about["step"]) for i in found] == [(200, "list")]
    assert "second-token" not in path.read_text(encoding="utf-8")


def test_one_call_counts_its_interactions(tmp_path):
    with raw_server(reply(200)) as (address, _):
        here = settings(address)
        with open_cassette(tmp_path / "a.yaml", Redactor(), RecordMode.ONCE) as cassette:
            client = RecordingClient(Client(here), cassette)
            client.send("GET", f"{address}/x", {}, None)
    assert client.counts == [1]
