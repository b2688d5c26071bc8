import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conformance.embedded import Embedded
from conformance.selftest.command import run_command

HERE = ("--org-id", "ORG@AdobeOrg", "--sandbox", "dev", "--api-key", "key-of-a-test")
NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--base-url", "nonsense"), 2, "give an address such as"),
        (("--base-url", NOWHERE), 2, "org_id is missing"),
        (("--base-url", NOWHERE, *HERE), 2, "no credentials"),
        (("--base-url", NOWHERE, *HERE, "--access-token", "t"), 3, "Connection refused"),
        (
            ("--base-url", NOWHERE, *HERE, "--client-id", "i", "--client-secret", "s"),
            3,
            "--ims-url",
        ),
        (("--fault", "no-such-fault"), 2, "no such fault: no-such-fault"),
        (("--variant", "no-such-variant"), 2, "no such variant"),
        (("--sequence", "no-such"), 2, "known are"),
        (("--requirement", "no.such.*"), 2, "no requirement has such an id"),
        (("--profile", "huge"), 2, "invalid choice"),
        (("--connectors", "nowhere.toml"), 2, "No such file"),
        (("--config", "nowhere.toml"), 2, "No such file"),
        (("--no-such-option",), 2, "unrecognized arguments"),
    ],
)
def test_bad_input_gets_one_clear_line_and_its_exit_code(words, code, said, tmp_path):
    ended = run_command("run", "--report-dir", str(tmp_path / "r"), *words)
    told = ended.stdout + ended.stderr
    assert ended.returncode == code, told
    assert said in told
    assert "Traceback" not in told
    assert len([line for line in told.splitlines() if said in line]) == 1


@pytest.fixture(scope="module")
def emulator():
    embedded = Embedded()
    yield embedded.settings
    embedded.stop()


def options_of(settings, **changed):
    given = {**settings, **changed}
    names = ("base_url", "access_token", "api_key", "org_id", "sandbox")
    return [word for name in names for word in (f"--{name.replace('_', '-')}", given[name])]


def test_an_expired_token_is_said_in_one_line(emulator, tmp_path):
    words = options_of(emulator, access_token="expired-long-ago")
    ended = run_command("run", *words, "--report-dir", str(tmp_path))
    assert ended.returncode == 2
    assert "refuses these credentials" in ended.stderr
    assert "expired-long-ago" not in ended.stdout + ended.stderr


def test_a_page_that_is_no_platform_is_said_in_one_line(tmp_path):
    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(404)
            self.end_headers()
            self.wfile.write(b"<html>not here</html>")

        def log_message(self, *words):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    words = ("--base-url", address, "--access-token", "t", *HERE)
    ended = run_command("run", *words, "--report-dir", str(tmp_path))
    server.shutdown()
    assert ended.returncode == 3
    assert "nothing at" in ended.stderr


def test_tls_that_fails_is_said_in_one_line(emulator, tmp_path):
    words = options_of(emulator, base_url=emulator["base_url"].replace("http:", "https:"))
    ended = run_command("run", *words, "--report-dir", str(tmp_path))
    assert ended.returncode == 3
    assert "TLS failed at" in ended.stderr


def test_another_server_is_judged_by_the_same_command(emulator, tmp_path):
    words = options_of(emulator)
    ended = run_command("run", *words, "--profile", "smoke", "--report-dir", str(tmp_path))
    results = json.loads((tmp_path / "results.json").read_text())
    assert ended.returncode == 0, ended.stdout
    assert results["target"]["mode"] == "live"
    assert results["conformant"]


def test_settings_come_from_variables_too(emulator, tmp_path):
    names = ("base_url", "access_token", "api_key", "org_id", "sandbox")
    environ = {f"AEP_{name.upper()}": emulator[name] for name in names}
    words = ("--profile", "smoke", "--report-dir", str(tmp_path))
    assert run_command("run", *words, **environ).returncode == 0


def test_a_token_is_fetched_for_client_credentials(emulator, tmp_path):
    environ = {
        f"AEP_{n.upper()}": emulator[n] for n in ("base_url", "org_id", "sandbox", "ims_url")
    }
    environ |= {f"AEP_{n.upper()}": emulator[n] for n in ("client_id", "client_secret", "scopes")}
    words = ("--requirement", "ims.*", "--report-dir", str(tmp_path))
    ended = run_command("run", *words, **environ)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_parallel_workers_give_the_same_verdicts(tmp_path):
    verdicts = []
    for words in ((), ("-n", "2")):
        folder = tmp_path / "-".join(("run", *words))
        run_command("run", *words, "--fault", "patch-race", "--report-dir", str(folder))
        results = json.loads((folder / "results.json").read_text())
        verdicts.append({row["id"]: row["verdict"] for row in results["requirements"]})
    assert verdicts[0] == verdicts[1]


def test_a_fault_ends_in_one_and_names_its_requirement(tmp_path):
    ended = run_command("run", "--fault", "patch-race", "--report-dir", str(tmp_path))
    assert ended.returncode == 1
    assert "fail MUST   flow-service.flows.concurrent-updates-have-one-winner" in ended.stdout
    assert "rerun: aep-conformance run --requirement" in ended.stdout


def test_junit_and_allure_stand_beside_the_results(tmp_path):
    run_command("run", "--requirement", "ims.*", "--report-dir", str(tmp_path))
    junit = (tmp_path / "junit.xml").read_text()
    allure = [
        json.loads(p.read_text()) for p in (tmp_path / "allure-results").glob("*-result.json")
    ]
    labels = {(label["name"], label["value"]) for result in allure for label in result["labels"]}
    steps = [step for result in allure for step in result.get("steps", ())]
    assert 'name="requirement" value="ims.token.' in junit
    assert {("epic", "ims"), ("feature", "token"), ("severity", "critical")} <= labels
    assert all(step["attachments"] for step in steps)
    assert steps


def test_list_and_show_explain_requirements():
    listed = run_command("list", "ims.*").stdout
    shown = run_command("show", "ims.token.wrong-secret-is-refused").stdout
    assert listed.count("\n") == len([line for line in listed.splitlines() if "ims." in line])
    assert "RFC6749:5.2" in shown
