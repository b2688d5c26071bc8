"""Nothing is written to somebody else's machine, or to production, unless the options say so."""

import json

import pytest

from conformance.engine.addresses import is_loopback
from conformance.safety import says_production
from conformance.selftest.command import run_command
from conformance.selftest.remote import everything, remote

GIVEN = ("base_url", "org_id", "sandbox", "client_id", "client_secret")
SANDBOXES = "/data/foundation/sandbox-management/"


@pytest.fixture(scope="module")
def there():
    with remote() as found:
        yield found


def run(there, folder, *words, judged="ims.*", **environ):
    """A run in which every request that the target gets is heard."""
    there.heard.clear()
    options = ("--report-dir", str(folder), "--requirement", judged)
    return run_command("run", *options, *words, **{**there.variables(*GIVEN), **environ})


def refused(ended, said):
    told = ended.stderr.strip().splitlines()
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert [line for line in told if said in line] == told[-1:]
    assert "Traceback" not in ended.stderr
    return told[-1]


def test_nothing_is_sent_to_another_machine_without_leave(there, tmp_path):
    ended = run(there, tmp_path)
    assert "--profile read-only" in refused(ended, "--allow-writes")
    assert there.heard == []


def test_leave_to_write_is_enough_for_a_development_sandbox(there, tmp_path):
    ended = run(there, tmp_path, "--allow-writes", judged="schema-registry.stats.*")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "POST" in there.methods()


def test_production_by_name_needs_leave_of_its_own(there, tmp_path):
    refused(run(there, tmp_path, "--allow-writes", AEP_SANDBOX="prod"), "--allow-production")
    refused(run(there, tmp_path, "--allow-writes", AEP_OTHER_SANDBOX="prod"), "sandbox prod")
    assert there.heard == []
    ended = run(there, tmp_path, "--allow-writes", "--allow-production", AEP_SANDBOX="prod")
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("listed", "allowed"),
    [
        ([{"name": "conformance", "type": "production"}], False),
        ([{"name": "x", "type": "production"}, {"name": "conformance", "type": "development"}], True),
        ([None, {"name": 7}, "nonsense"], True),
    ],
    ids=["production", "development", "nonsense"],
)  # fmt: skip
def test_production_by_type_needs_leave_of_its_own(tmp_path, listed, allowed):
    def canned(method, path, headers):
        return (200, {}, {"sandboxes": listed}) if path.startswith(SANDBOXES) else None

    with remote(canned=canned) as there:
        ended = run(there, tmp_path, "--allow-writes")
        if allowed:
            assert ended.returncode == 0, ended.stdout + ended.stderr
            return
        refused(ended, "of type production")
        assert there.methods() == {"GET"}
        ended = run(there, tmp_path, "--allow-writes", "--allow-production")
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_profile_read_only_writes_nothing_and_says_so(there, tmp_path):
    there.heard.clear()
    words = ("--profile", "read-only", "--report-dir", str(tmp_path))
    ended = run_command("run", *words, **{**there.variables(*GIVEN), "AEP_SANDBOX": "prod"})
    results = json.loads((tmp_path / "results.json").read_text())
    reasons = {r["message"] for r in results["requirements"] if r["verdict"] == "not-applicable"}
    passed = {r["id"] for r in results["requirements"] if r["verdict"] == "pass"}
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert there.methods() == {"GET"}
    assert reasons == {"needs requests that write, and --profile read-only sends none"}
    assert {
        "gateway.authorization.invalid-token-is-refused",
        "ims.token.wrong-secret-is-refused",
        "flow-service.connections.list-uses-items-envelope",
        "schema-registry.stats.returns-tenant",
    } <= passed
    assert not results["conformant"]


@pytest.mark.parametrize("words", [("--sequence", "stripe"), ("--record", "cassettes")])
def test_what_a_read_only_run_cannot_do_is_refused(there, tmp_path, words):
    refused(run(there, tmp_path, "--profile", "read-only", *words), words[0])
    assert {m for m, _, _ in there.heard} <= {"GET", "POST"}
    assert there.methods() <= {"GET"}


def test_dry_run_prints_every_request_and_sends_none(there, tmp_path):
    there.heard.clear()
    words = ("--profile", "smoke", "--dry-run", "--report-dir", str(tmp_path / "r"))
    environ = there.variables(*GIVEN)
    ended = run_command("run", *words, cwd=tmp_path, **environ)
    assert ended.returncode == 0, ended.stderr
    assert there.heard == []
    assert list(tmp_path.iterdir()) == []
    lines = ended.stdout.splitlines()
    requests = [line for line in lines if line.split(" ")[0] in METHODS]
    assert all(line.split(" ")[1].startswith(there.settings["base_url"]) for line in requests)
    assert {line.split(" ")[0] for line in requests} == METHODS
    assert lines[-1].startswith(f"{len(requests)} requests would go to")
    assert "Authorization: Bearer <secret:access_token>" in lines
    assert f"x-gw-ims-org-id: {there.settings['org_id']}" in lines
    assert any("client_secret=<secret:client_secret>" in line for line in lines)
    assert there.settings["client_secret"] not in ended.stdout
    assert there.settings["client_id"] not in ended.stdout


METHODS = {"GET", "POST", "PATCH", "DELETE"}


def test_dry_run_shows_what_the_run_then_sends(tmp_path):
    with remote("--seed", "7") as there:
        environ = there.variables(*GIVEN)
        words = ("--requirement", "schema-registry.stats.*", "--allow-writes")
        dry = run_command("run", *words, "--dry-run", **environ).stdout.splitlines()
        run_command("run", *words, "--report-dir", str(tmp_path), **environ)
        sent = sorted({(m, shape(path)) for m, path, _ in there.heard})
    base = there.settings["base_url"]
    told = [line.split(" ") for line in dry if line.split(" ")[0] in METHODS]
    assert sorted({(m, shape(url.removeprefix(base))) for m, url in told}) == sent


def shape(path):
    """A path without its ids."""
    return tuple(part for part in path.partition("?")[0].split("/") if part.isalpha())


def test_dry_run_keeps_real_connector_credentials_to_itself(there, tmp_path):
    connectors = tmp_path / "connectors.toml"
    connectors.write_text('[stripe]\nauth = { accessToken = "sk_live_planted_token" }\n')
    words = ("--sequence", "stripe", "--dry-run", "--connectors", str(connectors))
    ended = run_command("run", *words, **there.variables(*GIVEN))
    assert ended.returncode == 0, ended.stderr
    assert "<secret:stripe.accessToken>" in ended.stdout
    assert "sk_live_planted" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("option", ["--access-token", "--client-secret"])
def test_secret_on_the_command_line_is_refused_unless_insisted_on(there, tmp_path, option):
    name = option.removeprefix("--").replace("-", "_")
    secret = there.settings[name]
    others = {"AEP_CLIENT_SECRET": "", "AEP_API_KEY": there.settings["api_key"]}
    words = ("--profile", "read-only", option, secret)
    ended = run(there, tmp_path, *words, judged="gateway.*", **others)
    assert f"AEP_{name.upper()}_FILE" in refused(ended, "--insecure-command-line-secrets")
    assert there.heard == []
    words += ("--insecure-command-line-secrets",)
    insisted = run(there, tmp_path, *words, judged="gateway.*", **others)
    assert insisted.returncode == 0, insisted.stdout + insisted.stderr
    assert secret not in everything(tmp_path, ended, insisted)


def test_dry_run_takes_no_options_of_pytest(there):
    ended = run_command("run", "--dry-run", "-x", **there.variables(*GIVEN))
    assert ended.returncode == 2
    assert "unknown argument -x" in ended.stderr


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://localhost:1", True),
        ("http://LOCALHOST.", True),
        ("http://dev.localhost/x", True),
        ("http://127.0.0.1:8080", True),
        ("http://127.8.9.1", True),
        ("http://[::1]:80", True),
        ("http://0.0.0.0", False),
        ("http://192.168.1.4", False),
        ("https://platform.adobe.io", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://mylocalhost", False),
        ("http://[fd00::2]", False),
    ],
)
def test_only_this_machine_by_its_own_words_is_loopback(url, own):
    assert is_loopback(url) is own


@pytest.mark.parametrize(
    ("text", "production"),
    [
        ("prod", True),
        ("production", True),
        ("Production", True),
        ("prod-eu", True),
        ("eu-prod", True),
        ("prod2", True),
        ("prodeu", True),
        ("acmeprod", True),
        ("my_production_1", True),
        ("prd", True),
        ("live", True),
        ("dev", False),
        ("development", False),
        ("stage", False),
        ("nonprod", False),
        ("non-production", False),
        ("pre-prod", False),
        ("product-tests", False),
        ("delivery", False),
        ("reproduce", False),
        ("", False),
    ],
)
def test_names_that_say_production(text, production):
    assert says_production(text) is production
