"""The limits of a run: requests a second, at once and in all, and time; how long it waits between tries."""

import subprocess
import sys
import threading
import time
from itertools import pairwise

import jsonschema
import pytest

from conformance.engine.client import Client
from conformance.engine.errors import SettingsError
from conformance.engine.manners import LONGEST_PAUSE, Limits, Manners, backoff
from conformance.engine.settings import Settings
from conformance.limits import ledger_of, limits_of
from conformance.selftest.contract_files import schema_named
from conformance.selftest.unattended import place, results

SMOKE = ("run", "--profile", "smoke")


def times(manners, count):
    found = []
    for _ in range(count):
        with manners.turn():
            found.append(time.monotonic())
    return found


def test_rate_is_kept_from_request_to_request():
    found = times(Manners(Limits(max_rate=50)), 6)
    assert all(later - earlier > 0.015 for earlier, later in pairwise(found))
    assert found[-1] - found[0] < 1.0


def test_processes_share_one_rate(tmp_path):
    code = (
        "import sys, time; from pathlib import Path\n"
        "from conformance.engine.manners import Limits, Manners\n"
        "one = Manners(Limits(max_rate=40), Path(sys.argv[1]))\n"
        "for _ in range(10):\n"
        "    with one.turn(): print(time.time())"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    several = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    found = sorted(float(t) for one in several for t in one.communicate(timeout=30)[0].split())
    assert len(found) == 30
    assert found[-1] - found[0] > 29 / 40 * 0.9


@pytest.mark.parametrize("shared", [False, True])
def test_no_more_are_under_way_at_once(tmp_path, shared):
    manners = Manners(Limits(concurrency=2), tmp_path if shared else None)
    under_way, most = [], []

    def work():
        with manners.turn():
            under_way.append(1)
            most.append(len(under_way))
            time.sleep(0.02)
            under_way.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2


def test_budget_of_requests_is_that_of_all_processes(tmp_path):
    one, other = (Manners(Limits(max_requests=4), tmp_path) for _ in range(2))
    times(one, 2)
    assert one.spent() is None
    times(other, 2)
    assert one.spent() == other.spent() == "its budget of 4 requests is spent (--max-requests)"


def test_time_runs_out():
    manners = Manners(Limits(max_time=0.05, until=time.time() + 0.05))
    assert manners.spent() is None
    time.sleep(0.06)
    assert manners.spent() == "its 0.05 seconds are over (--max-time)"


def test_without_limits_nothing_is_counted(tmp_path):
    times(Manners(Limits(), tmp_path), 3)
    assert list(tmp_path.iterdir()) == []
    assert Manners().spent() is None


def test_pauses_grow_and_differ():
    for attempt, longest in ((1, 0.2), (2, 0.4), (3, 0.8), (4, 1.6)):
        found = {backoff(attempt, 0.2) for _ in range(20)}
        assert len(found) > 10
        assert longest / 2 <= min(found)
        assert max(found) <= longest
    assert backoff(60, 0.2) <= LONGEST_PAUSE


@pytest.mark.parametrize("name", ["max_rate", "concurrency", "max_requests", "max_time"])
@pytest.mark.parametrize("given", ["0", "-1", "many", "nan", "inf", ""])
def test_a_limit_that_is_none_is_one_clear_line(name, given):
    with pytest.raises(SettingsError, match=f"--{name.replace('_', '-')} {given}: give a number"):
        limits_of({name: given})


@pytest.mark.parametrize("name", ["concurrency", "max_requests"])
def test_half_a_request_is_no_limit(name):
    with pytest.raises(SettingsError, match="give a whole number"):
        limits_of({name: "1.5"})


def test_limits_are_taken_as_given(tmp_path):
    found = limits_of(
        {"max_rate": "0.5", "concurrency": "3", "max_requests": "10", "max_time": "9"}
    )
    assert (found.max_rate, found.concurrency, found.max_requests) == (0.5, 3, 10)
    assert 8 < found.until - time.time() <= 9
    assert ledger_of({"ledger": "x", "report_dir": "r"}).name == "x"
    assert ledger_of({"ledger": None, "report_dir": "r"}).as_posix() == "r/ledger.jsonl"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--max-requests", "90"), "its budget of 90 requests is spent (--max-requests)"),
        (("--max-requests", "90", "-n", "2"), "its budget of 90 requests is spent"),
        (("--max-time", "1.5", "--max-rate", "40"), "its 1.5 seconds are over (--max-time)"),
    ],
)
def test_a_run_that_spent_its_budget_ends_early_with_whole_results(tmp_path, words, told):
    with place() as there:
        ended = there.command(*SMOKE, *words, "--report-dir", str(tmp_path))
        found = results(tmp_path)
        assert ended.returncode == 3
        jsonschema.validate(found, schema_named("results"))
        assert any(f"the run ended early: {told}" in note for note in found["notes"])
        assert told in ended.stdout
        seen = {row["verdict"] for row in found["requirements"]}
        assert seen <= {"pass", "untested", "not-applicable"}
        assert "untested" in seen
        assert (found["complete"], found["conformant"]) == (False, False)
        assert there.names() == []


def test_the_rate_and_the_number_at_once_are_seen_at_the_target(tmp_path):
    seen = []
    with place(lambda *_: seen.append(time.monotonic())) as there:
        words = ("--max-rate", "20", "--concurrency", "1", "--requirement", "ims.*")
        ended = there.command(*SMOKE, *words, "--report-dir", str(tmp_path))
        assert ended.returncode == 0, ended.stdout
    assert len(seen) > 3
    assert seen[-1] - seen[0] > (len(seen) - 1) / 20 * 0.9


def test_a_quota_of_the_target_is_waited_for():
    with place(variants=["quota"]) as there:
        names = ("org_id", "sandbox", "api_key", "access_token")
        client = Client(Settings(there.network.url, **{n: there.settings[n] for n in names}))
        url = f"{there.network.url}/data/foundation/flowservice/connections?limit=1"
        headers = there.headers("conformance")
        found = [client.send("GET", url, headers, None) for _ in range(250)]
    assert {answer.status for answer in found} == {200}
    assert sum(answer.attempts for answer in found) > 250
