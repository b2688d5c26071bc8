"""Whole runs of the command over networks that break: no verdict is wrong, results are complete, nothing is left."""

import jsonschema
import pytest

from conformance.selftest.command import run_command
from conformance.selftest.contract_files import schema_named
from conformance.selftest.remote import everything
from conformance.selftest.rough_network import QUICK, now_and_then
from conformance.selftest.unattended import place, results

CONNECTIONS = "/data/foundation/flowservice/connections"
SMOKE = ("run", "--profile", "smoke")

SOME = ("--requirement", "flow-service.connections.*", "--requirement", "ims.*")


class After:
    """Breaks every request after so many, for a while or for good."""

    def __init__(self, number, name, until=10**9):
        self.number, self.name, self.until, self.count = number, name, until, 0

    def __call__(self, method, path):
        self.count += 1
        return self.name if self.number < self.count <= self.until else None


def verdicts(found):
    jsonschema.validate(found, schema_named("results"))
    return {row["verdict"] for row in found["requirements"]}


def secrets_of(there):
    return [there.settings[name] for name in ("access_token", "client_secret")]


def test_a_run_over_a_rough_network_comes_to_the_usual_verdicts(tmp_path):
    turns = iter(QUICK * 50)
    dice = now_and_then(0.08, 7)
    with place(lambda *given: next(turns) if dice(*given) else None) as there:
        ended = there.command(*SMOKE, "--report-dir", str(tmp_path))
        found = results(tmp_path)
        assert ended.returncode == 0, ended.stdout
        assert verdicts(found) <= {"pass", "not-applicable"}
        assert set(there.network.broken) == set(QUICK)
        assert found["retries"] >= len(QUICK)
        assert there.names() == []
        assert not any(secret in everything(tmp_path, ended) for secret in secrets_of(there))


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("reset_before", "Connection reset by peer"),
        ("html", "what is not JSON"),
        ("redirect", "redirects to 127.0.0.1:9"),
        ("unavailable", "asks for patience"),
        ("huge", "is larger than 20000000 bytes"),
        ("silence", "did not answer in time"),
    ],
)
def test_a_network_that_fails_for_good_is_no_verdict(tmp_path, name, cause):
    choose = After(20, name)
    with place(choose) as there:
        words = (*SMOKE, *SOME, "--report-dir", str(tmp_path))
        ended = there.command(*words, AEP_HTTP_TIMEOUT="2" if name == "silence" else "30")
        found = results(tmp_path)
        assert ended.returncode == 3, ended.stdout
        assert verdicts(found) <= {"pass", "error", "blocked", "not-applicable", "untested"}
        assert any(cause in row["message"] for row in found["requirements"])
        assert "not all was tidied up" in str(found["notes"]) or found["leftovers"]
        choose.number = 10**9
        swept = there.command("sweep", "--yes", "--report-dir", str(tmp_path))
        assert swept.returncode == 0, swept.stdout + swept.stderr
        assert there.names() == []
        told = everything(tmp_path, ended, swept)
        assert not any(secret in told for secret in secrets_of(there))


@pytest.mark.parametrize(
    ("name", "failed"),
    [
        ("own_error", "flow-service.connections.create-answers-created"),
        ("own_page", "gateway.media-type.answers-are-json"),
    ],
)
def test_a_server_that_always_answers_so_of_its_own_is_not_conformant(tmp_path, name, failed):
    creates = lambda method, path: name if (method, path) == ("POST", CONNECTIONS) else None  # noqa: E731
    with place(creates) as there:
        ended = there.command(*SMOKE, "--report-dir", str(tmp_path))
        assert ended.returncode == 1
        found = results(tmp_path)
        assert "NOT conformant" in found["verdict"]
        assert failed in [r["id"] for r in found["requirements"] if r["verdict"] == "fail"]


@pytest.mark.parametrize(
    ("start", "name", "cause"),
    [
        ("/ims/", "bad_gateway", "no token: "),
        ("/ims/", "garbage", "without an access_token"),
        ("/data/", "html", "answers like the platform"),
        ("/", "reset_before", "Connection reset by peer"),
    ],
)
def test_a_run_that_cannot_begin_leaves_results_that_say_why(tmp_path, start, name, cause):
    (tmp_path / "results.json").write_text("of the night before")
    with place(lambda method, path: name if path.startswith(start) else None) as there:
        ended = there.command(*SMOKE, "--report-dir", str(tmp_path), AEP_ACCESS_TOKEN="")
    found = results(tmp_path)
    assert ended.returncode == 3
    assert verdicts(found) == {"error"}
    assert all(cause in row["message"] for row in found["requirements"])
    assert cause in ended.stderr
    assert found["conformant"] is False
    assert cause in (tmp_path / "report.html").read_text()
    assert not any(secret in everything(tmp_path, ended) for secret in secrets_of(there))


def test_the_embedded_emulator_is_reached_without_the_proxy_of_the_environment(tmp_path):
    names = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy")
    environ = dict.fromkeys(names, "http://127.0.0.1:9")
    for words in ((*SMOKE, *SOME, "-n", "2"), (*SMOKE, *SOME, "--dry-run")):
        ended = run_command(*words, "--report-dir", str(tmp_path), **environ)
        assert ended.returncode == 0, ended.stdout + ended.stderr
