"""The ledger: on disk before the create is sent, whole whatever happens, and read as far as it is."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from conformance.engine.errors import ConformanceError, Halted, Hindered
from conformance.engine.ledger import GONE, LOST, MADE, NONE, OPEN, Ledger, read
from conformance.engine.redaction import Redactor
from conformance.engine.session import Session
from conformance.engine.world import World
from conformance.selftest.builders import CONTRACT, Script, settings

RUN = "aepc-0123ab"


@pytest.fixture
def ledger(tmp_path):
    found = Ledger(tmp_path / "deep" / "ledger.jsonl", RUN)
    found.begin({"base_url": "http://target.test"})
    return found


def session(ledger, answer):
    world = World(settings(), CONTRACT, Redactor(), Script(answer), "the-token", RUN)
    world.ledger = ledger
    return Session(world, "walk")


def entries(ledger):
    return list(ledger.account().entries.values())


def test_a_create_stands_in_the_ledger_before_it_is_sent_and_its_id_before_the_next_request(ledger):
    seen = []

    def answer(method, path, body):
        seen.append([(e.kind, e.name, e.sandbox, e.id, e.state) for e in entries(ledger)])
        return (201, {"id": "c1"}) if method == "POST" else (200, {"items": []})

    one = session(ledger, answer)
    one.call("createConnection", body={"name": f"{RUN} x"}, sandbox="other")
    one.call("listConnections")
    first = ("connection", f"{RUN} x", "other")
    assert seen == [[(*first, None, OPEN)], [(*first, "c1", MADE)]]


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (400, {}, NONE),
        (422, {}, NONE),
        (500, {}, LOST),
        (0, "", LOST),
        (201, {}, LOST),
        (201, {"id": "c1"}, MADE),
    ],
)
def test_what_came_of_a_create_is_written(ledger, status, body, state):
    session(ledger, lambda *_: (status, body)).call("createFlow", body={"name": "x"}, halts=False)
    assert [entry.state for entry in entries(ledger)] == [state]


def test_a_delete_closes_its_entry(ledger):
    one = session(ledger, lambda method, *_: (201, {"id": "1"}) if method == "POST" else (204, ""))
    for operation in ("createFlow", "createConnection"):
        one.call(operation, body={"name": "x"})
    one.call("deleteFlow", "1")
    assert [(e.kind, e.state) for e in entries(ledger)] == [("flow", GONE), ("connection", MADE)]
    assert one.tidy() == []
    assert ledger.account().remaining == []


def test_nothing_is_created_that_the_ledger_does_not_take(ledger):
    one = session(ledger, lambda *_: (201, {"id": "c1"}))
    ledger.path.unlink()
    ledger.path.mkdir()
    with pytest.raises(Hindered, match="Is a directory"):
        one.call("createFlow", body={"name": "x"})
    assert one.world.client.asked == []


def test_what_was_created_is_deleted_though_its_id_could_not_be_written(ledger):
    def answer(method, path, body):
        if method == "POST":
            ledger.path.rename(ledger.path.with_suffix(".kept"))
            ledger.path.mkdir()
            return 201, {"id": "c1"}
        return 204, ""

    one = session(ledger, answer)
    with pytest.raises(Halted):
        one.call("createFlow", body={"name": "x"})
    assert one.tidy() == []
    assert one.world.client.asked[-1] == ("DELETE", "/flowservice/flows/c1")


def test_a_ledger_starts_anew_only_when_every_run_in_it_has_ended(ledger):
    ledger.intend("flow", "x", "dev")
    other = Ledger(ledger.path, "aepc-222222")
    other.begin({})
    assert [a.run for a in read(ledger.path)] == [RUN, "aepc-222222"]
    ledger.end()
    other.end()
    last = Ledger(ledger.path, "aepc-333333")
    last.begin({})
    assert [a.run for a in read(ledger.path)] == ["aepc-333333"]


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_line_that_was_cut_off_spoils_no_other(ledger, cut):
    ledger.intend("flow", "kept", "dev")
    ledger.intend("flow", "cut off", "dev")
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole[:-cut])
    other = Ledger(ledger.path, "aepc-222222")
    other.begin({"base_url": "http://other.test"})
    first, second = read(ledger.path)
    assert next(e.name for e in first.entries.values()) == "kept"
    assert second.about["base_url"] == "http://other.test"


@pytest.mark.parametrize(
    "line",
    [
        *("null", "[]", "{}", "5", '{"run": 5}', "\x00", '"x"'),
        f'{{"run": "{RUN}"}}',
        f'{{"run": "{RUN}", "entry": "1"}}',
        f'{{"run": "{RUN}", "entry": ["1"], "kind": "flow", "name": null, "sandbox": "dev"}}',
        f'{{"run": "{RUN}", "entry": "1", "kind": "volcano", "name": "x", "sandbox": "dev"}}',
        f'{{"run": "{RUN}", "entry": "1", "kind": "flow", "name": 5, "sandbox": "dev"}}',
        f'{{"run": "{RUN}", "entry": "unknown", "state": "made", "id": "1"}}',
        f'{{"run": "{RUN}", "state": "gone"}}',
    ],
)
def test_a_line_that_is_none_is_passed_over(ledger, line):
    ledger.intend("flow", "kept", "dev")
    with ledger.path.open("a") as file:
        file.write(line + "\n")
    (account,) = read(ledger.path)
    assert [entry.name for entry in account.remaining] == ["kept"]


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/full", "/tmp"])
def test_what_is_no_file_is_one_clear_line(path):
    with pytest.raises(ConformanceError, match=f"--ledger {path}: that is no file"):
        read(Path(path))


@pytest.mark.parametrize("place", ["file/ledger", "file/folder/ledger"])
def test_a_place_that_cannot_be_is_one_clear_line(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(ConformanceError, match=r"--ledger .*: (Not a directory|File exists)"):
        Ledger(tmp_path / place, RUN).begin({})


def test_what_is_created_after_the_end_opens_the_run_again(ledger):
    ledger.end()
    ledger.intend("flow", "of a process that outlived the run", "dev")
    assert not ledger.account().ended


def test_whoever_lost_its_lock_is_dead_though_another_has_its_number(ledger, tmp_path):
    lock = FileLock(tmp_path / ".lock")
    with lock:
        ledger.begin({"lock": str(tmp_path / ".lock")})
        code = "import sys; from pathlib import Path; from conformance.engine.ledger import read\n"
        code += "print(read(Path(sys.argv[1]))[0].is_going_on)"
        words = [sys.executable, "-c", code, str(ledger.path)]
        told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        assert told == "True\n"
    assert not ledger.account().is_going_on


def test_whoever_is_dead_or_elsewhere_is_not_going_on(ledger):
    assert ledger.account().is_going_on
    begins = json.loads(ledger.path.read_text())
    child = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                           capture_output=True, text=True, check=True)  # fmt: skip
    for changed in ({"pid": int(child.stdout)}, {"host": "elsewhere"}, {"pid": None}):
        ledger.path.write_text(json.dumps({**begins, **changed}) + "\n")
        assert not ledger.account().is_going_on


def test_processes_write_their_lines_whole(ledger):
    code = (
        "import sys; from pathlib import Path; from conformance.engine.ledger import Ledger\n"
        "one = Ledger(Path(sys.argv[1]), sys.argv[2])\n"
        "for n in range(50): one.close(one.intend('flow', 'x' * 200, 'dev'), 'made', str(n))"
    )
    words = [sys.executable, "-c", code, str(ledger.path), RUN]
    several = [subprocess.Popen(words) for _ in range(3)]
    assert [one.wait(30) for one in several] == [0, 0, 0]
    assert len(entries(ledger)) == 150
    assert {entry.state for entry in entries(ledger)} == {MADE}


def test_of_runs_that_begin_at_once_on_an_ended_ledger_none_loses_its_lines(tmp_path, monkeypatch):
    path, runs = tmp_path / "ledger.jsonl", [f"aepc-00000{n}" for n in range(6)]
    ended = Ledger(path, RUN)
    ended.begin({})
    ended.end()

    def read_slowly(path):
        found = read(path)
        time.sleep(0.03)
        return found

    def begin(run):
        one = Ledger(path, run)
        one.begin({})
        one.intend("flow", run, "dev")

    monkeypatch.setattr("conformance.engine.ledger.read", read_slowly)
    with ThreadPoolExecutor(6) as pool:
        assert len(list(pool.map(begin, runs))) == 6
    assert {a.run: len(a.entries) for a in read(path)} == dict.fromkeys(runs, 1)


def test_others_cannot_read_it(ledger):
    assert ledger.path.stat().st_mode & 0o077 == 0
    assert os.access(ledger.path, os.W_OK)
