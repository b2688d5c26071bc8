"""The shipped recording replays: whole, in parallel, without network, and with clear words when it does not fit."""

import socket

import pytest
import requests

from conformance.engine.data import contracts_root
from conformance.recordings import offline
from conformance.recordings.freshness import notes
from conformance.recordings.index import read_index
from conformance.rules.journeys import load_connectors
from conformance.selftest.recordings import (
    EMULATOR,
    copied,
    dump,
    loaded,
    replayed,
    results,
    verdicts,
)

SEQUENCES = [c["sequence"] for c in load_connectors(contracts_root()).values() if "sequence" in c]
CALLER = """
import socket
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    with pytest.raises(OSError, match="blocked during a replay"):
        socket.create_connection(("127.0.0.1", {port}), 1)
    return result
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    return replayed(EMULATOR, out), out


def test_core_replays_green(whole):
    ended, out = whole
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "replay of emulator is conformant" in ended.stdout
    told = results(out)
    assert told["target"]["mode"] == "replay"
    assert told["requests"] > 300
    assert (
        told["verdict"].partition("is conformant")[2]
        == (loaded(EMULATOR / "index.yaml")["verdict"].partition("is conformant")[2])
    )


def test_races_are_said_not_to_be_recorded(whole):
    rows = {row["id"]: row for row in results(whole[1])["requirements"]}
    race = rows["flow-service.flows.concurrent-updates-have-one-winner"]
    assert (race["verdict"], race["message"]) == ("not-applicable", "races are not recorded")


def test_two_processes_come_to_the_same_verdicts(whole, tmp_path):
    ended = replayed(EMULATOR, tmp_path, "-n", "2", "--profile", "smoke")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = verdicts(tmp_path)
    assert len(found) > 50
    assert found == {name: verdicts(whole[1])[name] for name in found}


def test_every_sequence_replays_green_while_nothing_can_connect(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        caller = CALLER.format(port=listener.getsockname()[1])
        (tmp_path / "caller.py").write_text(caller)
        words = [word for name in SEQUENCES for word in ("--sequence", name)]
        ended = replayed(
            EMULATOR, tmp_path / "out", *words, "-p", "caller", PYTHONPATH=str(tmp_path)
        )
        with pytest.raises(TimeoutError):
            listener.accept()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = results(tmp_path / "out")["sequences"]
    assert {s["name"]: s["verdict"] for s in found} == dict.fromkeys(SEQUENCES, "pass")


def test_every_way_out_is_blocked_until_it_is_opened_again():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        ways = (
            lambda: socket.create_connection(address),
            lambda: socket.socket().connect_ex(address),
            lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", address),
            lambda: socket.getaddrinfo("platform.adobe.io", 443),
            lambda: socket.gethostbyname("platform.adobe.io"),
        )
        offline.block()
        try:
            for way in ways:
                with pytest.raises(offline.NetworkBlocked):
                    way()
            with pytest.raises(requests.ConnectionError):
                requests.get(f"http://127.0.0.1:{address[1]}", timeout=1)
        finally:
            offline.unblock()
        socket.create_connection(address).close()


def edited(place, journey, change):
    path = place / f"{journey}.yaml"
    document = loaded(path)
    change(document["interactions"], document["metadata"]["aep-conformance"]["interactions"])
    dump(path, document)


def test_request_without_recording_names_the_nearest_and_the_difference(tmp_path):
    place = copied(tmp_path, only=("payments",))

    def another_interval(interactions, _):
        flow = next(i for i in interactions if "scheduleParams" in (i["request"]["body"] or ""))
        old = flow["request"]["body"]
        flow["request"]["body"] = old.replace('"interval": "30"', '"interval": "15"')
        assert flow["request"]["body"] != old

    edited(place, "payments", another_interval)
    ended = replayed(place, tmp_path / "out", "--sequence", "payments")
    assert ended.returncode == 3
    first = ended.stdout.partition("= verdict =")[2].splitlines()[1]
    assert first.startswith(
        "replay: no recording of POST /data/foundation/flowservice/flows; nearest is interaction "
    )
    assert first.endswith(
        'of payments.yaml, which differs at /scheduleParams/interval: "15" recorded, "30" sent'
    )
    assert (
        "record it again: aep-conformance record --profile core --sequence payments" in ended.stdout
    )
    assert set(verdicts(tmp_path / "out").values()) <= {"error", "not-applicable"}
    assert results(tmp_path / "out")["notes"][0] == first


def test_recording_that_nothing_asks_for_is_an_error(tmp_path):
    place = copied(tmp_path, only=("kinesis",))

    def one_more(interactions, about):
        interactions.append(interactions[3])
        about.append({})

    edited(place, "kinesis", one_more)
    ended = replayed(place, tmp_path / "out", "--sequence", "kinesis")
    assert ended.returncode == 3
    first = ended.stdout.partition("= verdict =")[2].splitlines()[1]
    count = len(loaded(place / "kinesis.yaml")["interactions"])
    assert first.startswith(f"replay: interaction {count} of kinesis.yaml (")
    assert first.endswith("was never used; nearest that was is interaction 4, the same request")


def test_old_recording_warns_with_the_command(tmp_path):
    place = copied(tmp_path)
    index = loaded(place / "index.yaml")
    index["recorded"] = "2020-01-01T00:00:00Z"
    index["target"] |= {"mode": "live", "base_url": "https://platform.adobe.io"}
    dump(place / "index.yaml", index)
    words = ("--requirement", "ims.*")
    command = (
        "aep-conformance record --profile core --base-url https://platform.adobe.io --allow-writes"
        f" --name emulator --cassettes {place.parent}"
    )
    ended = replayed(place, tmp_path / "out", *words)
    assert ended.returncode == 0
    told = [n for n in results(tmp_path / "out")["notes"] if "days ago" in n]
    assert told[0].endswith(f"record it again: {command}")
    assert told[0] in ended.stdout
    assert not [n for n in notes(read_index(place), place, 99999) if "days ago" in n]


def test_a_narrow_replay_takes_the_journey_as_it_was_recorded(tmp_path):
    ended = replayed(EMULATOR, tmp_path, "--requirement", "flow-service.flows.update-with-*")
    assert ended.returncode == 0, ended.stdout
    assert "error" not in verdicts(tmp_path).values()


def test_a_recording_of_fewer_requirements_is_not_called_conformant(tmp_path):
    place = copied(tmp_path)
    index = loaded(place / "index.yaml")
    left_out = "ims.token.lifetime-is-in-seconds"
    assert left_out in index["requirements"]
    index["requirements"].remove(left_out)
    dump(place / "index.yaml", index)
    ended = replayed(place, tmp_path / "out")
    assert ended.returncode == 0, ended.stdout
    assert "is conformant" not in ended.stdout
    assert "chosen MUST requirements hold" in ended.stdout
