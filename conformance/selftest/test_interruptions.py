"""Runs that are cut off: killed, interrupted, out of disk, without a reader; what they made is found and deleted."""

import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import jsonschema
import pytest

from conformance.engine.ledger import read
from conformance.selftest.contract_files import schema_named
from conformance.selftest.unattended import place, results

SMOKE = ("run", "--profile", "smoke")


class At:
    """Does something to a process with the request of a certain number."""

    def __init__(self, number, act):
        self.number, self.act, self.process, self.count = number, act, None, 0

    def __call__(self, method, path):
        self.count += 1
        if self.count == self.number:
            self.act(self.process)


@contextmanager
def cut_off(tmp_path, number, act, *words):
    """The place of a run to which something was done at a request, and the ended process."""
    at = At(number, act)
    with place(at) as there:
        at.process = there.start(*SMOKE, *words, "--report-dir", str(tmp_path / "r"))
        told, _ = at.process.communicate(timeout=60)
        yield there, at.process.returncode, told


def is_valid(found):
    jsonschema.validate(found, schema_named("results"))
    return True


def kill(process):
    process.kill()
    process.wait()


@pytest.mark.parametrize("number", [12, 47, 90])
def test_what_a_killed_run_left_is_swept_up(tmp_path, number):
    with cut_off(tmp_path, number, kill) as (there, code, _):
        assert code == -signal.SIGKILL
        assert not (tmp_path / "r" / "results.json").exists()
        strange = there.make("somebody else's")
        likewise = there.make("aepc-000000 of a run that no ledger knows")
        before = there.names()
        assert len(before) > 2
        swept = there.command("sweep", "--yes", "--report-dir", str(tmp_path / "r"))
        assert swept.returncode == 0, swept.stdout + swept.stderr
        assert len(there.names()) == 2
        assert strange not in swept.stdout
        assert likewise not in swept.stdout
        again = there.command("sweep", "--yes", "--report-dir", str(tmp_path / "r"))
        assert "nothing to do" in again.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
def test_a_signal_ends_the_run_with_its_results_and_nothing_left(tmp_path, number):
    interrupt = lambda process: process.send_signal(number)  # noqa: E731
    with cut_off(tmp_path, 60, interrupt) as (there, code, told):
        assert code == 3
        assert "Traceback" not in told
        assert there.names() == []
        found = results(tmp_path / "r")
        assert is_valid(found)
        assert found["notes"] == ["the run was interrupted: what is untested was not reached"]
        assert found["complete"] is False
        assert found["counts"]["MUST"]["untested"] > 0
        assert found["counts"]["MUST"]["fail"] == 0


def test_who_interrupts_twice_gets_the_results_at_once_and_sweeps_later(tmp_path):
    def twice(process):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)

    with cut_off(tmp_path, 60, twice) as (there, code, _):
        assert code == 3
        told = "not all was tidied up: `aep-conformance sweep` removes the rest"
        assert told in results(tmp_path / "r")["notes"]
        assert there.names() != []
        there.command("sweep", "--yes", "--report-dir", str(tmp_path / "r"))
        assert there.names() == []


def test_parallel_run_that_is_ended_leaves_nothing(tmp_path):
    terminate = lambda process: process.send_signal(signal.SIGTERM)  # noqa: E731
    with cut_off(tmp_path, 60, terminate, "-n", "2") as (there, code, _):
        assert code == 3
        assert there.names() == []
        assert is_valid(results(tmp_path / "r"))


@pytest.mark.parametrize("many", [False, True], ids=["one", "all"])
def test_a_process_that_dies_is_an_error_and_no_verdict(tmp_path, many):
    def kill_workers(process):
        workers = children(process.pid)
        for worker in workers if many else workers[-1:]:
            os.kill(worker, signal.SIGKILL)

    with cut_off(tmp_path, 60, kill_workers, "-n", "2") as (there, code, told):
        assert code == 3, told
        assert there.names() == []
        found = results(tmp_path / "r")
        assert is_valid(found)
        counts = found["counts"]["MUST"]
        assert (counts["fail"], found["conformant"]) == (0, False)
        assert sum(counts.values()) == len(found["requirements"])
        told_so = [row["message"] for row in found["requirements"] if row["verdict"] == "error"]
        # with all workers gone, xdist itself may end while it still hands out rows to one of them
        gave_up = many and counts["untested"] == len(found["requirements"])
        assert gave_up or any("crashed while running" in message for message in told_so)


def children(parent):
    """The ids of the processes that one started."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def test_a_reader_that_goes_away_leaves_results_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    with place() as there:
        process = there.start(*SMOKE, "-v", "--report-dir", str(tmp_path / "r"))
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 3
        assert there.names() == []
    assert is_valid(results(tmp_path / "r"))


@pytest.mark.parametrize("words", [["list"], ["run", "--help"]], ids=["list", "help"])
def test_a_reader_that_goes_away_is_no_reason_to_complain(words, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    command = [sys.executable, "-m", "conformance.cli", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 3


def test_a_run_without_a_place_for_its_output_does_its_work(tmp_path):
    with place() as there:
        close = lambda: (os.close(1), os.close(2))  # noqa: E731
        process = there.start(*SMOKE, "--report-dir", str(tmp_path / "r"), preexec_fn=close)
        assert process.wait(60) == 0
        assert there.names() == []
    assert results(tmp_path / "r")["conformant"] is True


@pytest.mark.parametrize("ledger", ["/dev/full", "/proc/ledger", "FILE/ledger"])
def test_a_ledger_that_cannot_be_written_ends_the_run_before_it_creates(tmp_path, ledger):
    (tmp_path / "file").touch()
    ledger = ledger.replace("FILE", str(tmp_path / "file"))
    heard = []
    with place(lambda method, path: heard.append((method, path))) as there:
        words = ("--ledger", ledger, "--report-dir", str(tmp_path / "r"))
        ended = there.command(*SMOKE, *words)
        assert ended.returncode == 3
        assert f"--ledger {ledger}: " in ended.stderr
        assert "Traceback" not in ended.stdout + ended.stderr
        assert {method for method, path in heard if not path.startswith("/ims/")} <= {"GET"}


@pytest.mark.parametrize("size", [6_000, 60_000], ids=["ledger", "results"])
def test_a_disk_that_is_full_leaves_results_and_a_whole_ledger(tmp_path, size):
    """No file may grow beyond the size: that is how a full disk shows without one."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))  # noqa: E731
    with place() as there:
        words = ("--report-dir", str(tmp_path / "r"), "-p", "no:cacheprovider")
        process = there.start(*SMOKE, *words, preexec_fn=limit)
        told, _ = process.communicate(timeout=60)
        assert process.returncode == 3
        assert "Traceback" not in told
        assert there.names() == []
    lines = (tmp_path / "r" / "ledger.jsonl").read_bytes()
    assert lines.endswith(b"\n")
    assert len(read(tmp_path / "r" / "ledger.jsonl")) == 1
    assert "File too large" in told
    path = tmp_path / "r" / "results.json"
    assert "cannot be written" in told or is_valid(results(path.parent))


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path):
    with place() as there:
        folders = [tmp_path / "one", tmp_path / "other"]
        words = ("--requirement", "*list*", "--ledger", str(tmp_path / "shared.jsonl"))
        runs = [there.start("run", *words, "--report-dir", str(f)) for f in folders]
        for run, folder in zip(runs, folders, strict=True):
            told, _ = run.communicate(timeout=120)
            assert run.returncode == 0, told
            assert results(folder)["counts"]["MUST"]["pass"] > 10
        assert there.names() == []
        assert [account.ended for account in read(tmp_path / "shared.jsonl")] == [True, True]


def test_two_runs_do_not_write_into_one_folder(tmp_path):
    with place() as there:
        words = (*SMOKE, "--report-dir", str(tmp_path / "r"))
        first = there.start(*words, "--max-rate", "100")
        while not (tmp_path / "r" / "ledger.jsonl").exists():
            time.sleep(0.05)
        second = there.command(*words)
        assert second.returncode == 2
        assert "another run is writing there" in second.stdout + second.stderr
        first.terminate()
        assert first.wait(60) == 3


def test_four_processes_come_to_the_same_verdicts(tmp_path):
    found = []
    for words in ((), ("-n", "4")):
        with place(faults=["connection-create-answers-200"]) as there:
            there.command(*SMOKE, *words, "--report-dir", str(tmp_path / "r"))
            rows = results(tmp_path / "r")["requirements"]
            found.append({row["id"]: row["verdict"] for row in rows})
            assert there.names() == []
    assert "fail" in found[0].values()
    assert found[0] == found[1]
