"""The pytest plugin, in pytest runs of its own: tests as people have them, judged by their traffic."""

import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import entry_points

from conformance.engine.data import contracts_root
from conformance.fixtures import Target
from conformance.selftest.contract_files import ROOT

pytest_plugins = ["pytester", "conformance.selftest.pytest_runs"]
IF_MATCH = "client.updates.if-match-is-sent"


def test_a_right_client_passes_with_each_of_the_fixtures(run_tests):
    ended = run_tests(
        """
def test_requests(aep_session, aep_target):
    assert right(aep_session, aep_target).ok

def test_httpx(aep_httpx, aep_emulator):
    assert right(aep_httpx, aep_emulator).is_success

def test_a_client_of_its_own(aep_judge, aep_target):
    assert right(aep_judge.watch(requests.Session()), aep_target).ok

def test_none_of_them():
    assert True
"""
    )
    ended.assert_outcomes(passed=4)


def test_a_clients_mistake_fails_its_test_with_requirement_lines_and_exchange(run_tests):
    ended = run_tests(
        """
def test_requests(aep_session, aep_target):
    wrong(aep_session, aep_target)

def test_httpx(aep_httpx, aep_target):
    wrong(aep_httpx, aep_target)

def test_a_client_of_its_own(aep_judge, aep_target):
    wrong(aep_judge.watch(requests.Session()), aep_target)
"""
    )
    ended.assert_outcomes(failed=3)
    ended.stdout.fnmatch_lines(
        [
            f"client breaks {IF_MATCH}",
            "MUST An update carries If-Match.",
            "documents: S1:440, *(stated)",
            "expected: the header If-Match",
            "request 2, updateConnection:",
            "  > PATCH http://127.0.0.1:*/data/foundation/flowservice/connections/*",
            "  < 400",
        ]
    )
    assert "Traceback" not in ended.stdout.str()


def test_the_emulator_is_reached_without_the_proxy_of_the_environment(run_tests, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    ended = run_tests(
        """
def test_requests(aep_session, aep_target):
    assert right(aep_session, aep_target).ok

def test_httpx(aep_target, aep_httpx):
    assert right(aep_httpx, aep_target).is_success
"""
    )
    ended.assert_outcomes(passed=2)


FAULTY = """
import pytest

@pytest.fixture(scope="session")
def aep_emulator_options():
    return {"faults": ["target-connection-create-etag-is-weak", "connection-create-without-id"]}
"""


def test_a_servers_fault_fails_the_test_of_a_right_client(run_tests):
    ended = run_tests(
        """
def test_it(aep_session, aep_target):
    create(aep_session, aep_target)

@pytest.mark.aep(side="client")
def test_only_the_client_counts(aep_session, aep_target):
    create(aep_session, aep_target)

def test_that_stumbles_over_it(aep_session, aep_target):
    create(aep_session, aep_target)["id"]
""",
        conftest=FAULTY,
    )
    ended.assert_outcomes(passed=1, failed=2)
    ended.stdout.fnmatch_lines(
        [
            "server breaks flow-service.connections.create-returns-identifier",
            "*KeyError: 'id'",
            "*aep-conformance*",
            "server breaks flow-service.connections.create-returns-identifier",
        ]
    )


def test_clients_are_left_as_they_were(run_tests):
    ended = run_tests(
        """
import httpx

@pytest.fixture(scope="module")
def mine():
    return requests.Session(), httpx.Client()

def test_first(mine, aep_judge, aep_target):
    for client in mine:
        aep_judge.watch(aep_judge.watch(client), silent=True)

def test_second(mine, aep_target):
    for client in mine:
        wrong(client, aep_target)
"""
    )
    ended.assert_outcomes(passed=2)


def test_what_is_no_client_is_refused(run_tests):
    ended = run_tests("def test_it(aep_judge):\n    aep_judge.watch(object())\n")
    ended.assert_outcomes(failed=1)
    ended.stdout.fnmatch_lines(["*watch: object is no requests.Session and no httpx client"])


def test_an_async_client_is_judged_too(run_tests):
    ended = run_tests(
        """
import asyncio
import httpx

async def ask(client, target):
    async with client:
        await client.post(place(target), json=[], headers={"x-sandbox-name": "conformance"})

def test_it(aep_judge, aep_target):
    asyncio.run(ask(aep_judge.watch(httpx.AsyncClient()), aep_target))
"""
    )
    ended.assert_outcomes(failed=1)
    ended.stdout.fnmatch_lines(["client breaks client.headers.api-key-is-sent"])


def test_another_address_is_used_with_credentials_from_the_environment(run_tests, monkeypatch):
    from conformance.emulator.server import running

    source = (
        "def test_it(aep_httpx, aep_target):\n    assert right(aep_httpx, aep_target).is_success\n"
    )
    with running() as settings:
        for name in ("access_token", "api_key", "org_id", "sandbox"):
            monkeypatch.setenv(f"AEP_{name.upper()}", settings[name])
        ended = run_tests(source, "--aep-base-url", settings["base_url"])
        ended.assert_outcomes(passed=1)
        monkeypatch.delenv("AEP_API_KEY")
        ended = run_tests(source, "--aep-base-url", settings["base_url"])
    ended.assert_outcomes(errors=1)
    ended.stdout.fnmatch_lines(["api_key is missing: give --api-key or set AEP_API_KEY"])


def test_what_is_missing_is_one_line_without_a_traceback(run_tests):
    ended = run_tests(
        "def test_it(aep_httpx):\n    pass\n",
        conftest="import conformance.fixtures\nconformance.fixtures.find_spec = lambda name: None\n",
    )
    ended.assert_outcomes(errors=1)
    told = ended.stdout.str()
    shown = told.partition("ERROR at setup of test_it")[2].splitlines()[1:3]
    assert shown[0] == "aep_httpx needs httpx: pip install 'aep-conformance[httpx]'"
    assert shown[1].startswith("=")


def test_an_error_of_the_client_is_told_with_its_own_lines(run_tests):
    ended = run_tests(
        """
def test_it(aep_session):
    aep_session.get("http://127.0.0.1:1/data/foundation/flowservice/flows")
"""
    )
    ended.assert_outcomes(failed=1)
    assert "ConnectionError" in ended.stdout.str()
    assert "watching.py" not in ended.stdout.str()


def test_no_secret_is_shown(run_tests):
    ended = run_tests(
        """
import json

def test_it(aep_session, aep_target):
    headers = {**aep_target.headers, "Cookie": "planted-cookie"}
    deep = json.dumps({"clientSecret": json.dumps({"secretKey": "planted-deep"})})
    auth = {"params": {"password": "planted-password", "sasKey": 123456789, "note": deep}}
    body = {"name": 7, "auth": auth}
    url = place(aep_target, "?access_token=planted-in-query")
    aep_session.post(url, json=body, headers=headers)
"""
    )
    ended.assert_outcomes(failed=1)
    told = ended.stdout.str()
    assert "client.bodies.members-have-documented-types" in told
    assert [part for part in ("planted", "123456789") if part in told] == []


def test_a_target_shows_its_credentials_to_nobody_by_accident():
    shown = repr(Target("http://x", "ORG", "dev", "planted-token", "planted-key"))
    assert ("http://x" in shown, "planted" in shown) == (True, False)


def test_the_plugin_costs_nothing_until_it_is_used():
    script = (
        "import sys, pytest, conformance.fixtures;"
        "print([m for m in sys.modules if m.split('.')[0] in"
        " ('requests', 'httpx', 'vcr', 'yaml', 'hypothesis', 'schemathesis', 'jsonschema')])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"


def test_it_stands_beside_the_plugin_of_the_suite(tmp_path):
    installed = "aep_conformance" in entry_points(group="pytest11").names
    loaded = [] if installed else ["-p", "conformance.fixtures"]
    words = [*loaded, "--requirement", "ims.*", "--report-dir", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", "-q", "conformance/suite", *words]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_installed_package_names_the_plugin():
    project = tomllib.loads((contracts_root().parent / "pyproject.toml").read_text("utf-8"))
    named = project["project"]["entry-points"]["pytest11"]["aep_conformance"]
    assert import_module(named).aep_session
