"""The doctor through the real command: each thing that can be wrong, and what it says to do."""

import time
from email.utils import formatdate

import pytest

from conformance.selftest.command import run_command
from conformance.selftest.remote import remote

CHECKS = (
    "settings",
    "DNS",
    "TLS",
    "token",
    "API key",
    "organisation",
    "sandbox",
    "permissions",
    "clock",
)
GIVEN = ("base_url", "org_id", "sandbox", "client_id", "client_secret")
DATA_SETS = "/data/foundation/catalog/dataSets"
SANDBOXES = "/data/foundation/sandbox-management/"
PLANTED = "planted-secret-of-nobody"


@pytest.fixture(scope="module")
def plain():
    with remote() as there:
        yield there


def examine(there, *words, **environ):
    """The exit code, the outcome of each check and all that was said."""
    ended = run_command("doctor", *words, **{**there.variables(*GIVEN), **environ})
    assert not ended.stderr
    outcomes = {}
    for line in ended.stdout.splitlines()[:-1]:
        check, rest = line[:13].strip(), line[13:]
        outcomes.setdefault(check, rest.partition("  ")[0])
    for name in ("client_secret", "access_token", "client_id"):
        assert there.settings[name] not in ended.stdout
    assert PLANTED not in ended.stdout
    return ended.returncode, outcomes, ended.stdout


def examine_near(there, **environ):
    """The same of the emulator at an address of this machine, where no TLS is missed."""
    here = {"AEP_BASE_URL": there.near, "NO_PROXY": "*", "no_proxy": "*"}
    return examine(there, **{**here, **environ})


def expected(broken, clock="not reached"):
    """What each check finds when one is broken: those after it are not reached."""
    place = CHECKS.index(broken)
    found = dict.fromkeys(CHECKS[:place], "ok") | {broken: "failed"}
    return found | dict.fromkeys(CHECKS[place + 1 : -1], "not reached") | {"clock": clock}


def test_everything_is_well_over_tls_with_an_authority_of_our_own(tmp_path):
    authority = tmp_path / "ca.pem"
    with remote(authority=authority) as there:
        for environ in ({"AEP_CA_BUNDLE": str(authority)}, {"REQUESTS_CA_BUNDLE": str(authority)}):
            code, outcomes, said = examine(there, **environ)
            assert (code, outcomes) == (0, dict.fromkeys(CHECKS, "ok")), said
        code, outcomes, said = examine(there)
        assert (code, outcomes) == (3, expected("TLS")), said
        assert "--ca-bundle" in said
        nothing = tmp_path / "nothing.pem"
        nothing.write_text("no certificate")
        for path, reason in ((nothing, "no PEM file"), (tmp_path / "none", "No such file")):
            code, outcomes, said = examine(there, "--ca-bundle", str(path))
            assert (code, outcomes) == (2, expected("settings")), said
            assert reason in said


def test_name_that_does_not_resolve(plain):
    environ = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"), "")
    code, outcomes, said = examine(plain, **environ)
    assert (code, outcomes) == (3, expected("DNS")), said
    assert "check the address" in said


@pytest.mark.parametrize(
    ("environ", "broken", "code", "advice"),
    [
        ({"AEP_ORG_ID": ""}, "settings", 2, "AEP_ORG_ID"),
        ({"AEP_CLIENT_SECRET": PLANTED}, "token", 2, "check --client-id, the client secret"),
        ({"AEP_ACCESS_TOKEN": PLANTED}, "token", 2, "fetch a new one"),
        ({"AEP_API_KEY": PLANTED}, "API key", 2, "--api-key"),
        ({"AEP_ORG_ID": "0123456789ABCDEF01234567@AdobeOrg"}, "organisation", 2, "--org-id"),
        ({"AEP_ORG_ID": "nonsense"}, "organisation", 2, "--org-id"),
        ({"AEP_SANDBOX": "no-such-sandbox"}, "sandbox", 2, "--sandbox"),
    ],
    ids=str,
)
def test_each_door_that_is_shut_is_named_with_what_to_do(plain, environ, broken, code, advice):
    clock = "not reached" if broken == "settings" else "ok"
    found, outcomes, said = examine_near(plain, **environ)
    assert (found, outcomes) == (code, expected(broken, clock)), said
    assert advice in said


def test_credentials_in_the_clear_are_a_failure(plain):
    assert examine_near(plain)[0] == 0
    code, outcomes, said = examine(plain)
    assert code == 2
    assert {check for check, outcome in outcomes.items() if outcome == "failed"} == {"TLS"}
    assert "https://" in said


@pytest.mark.parametrize(
    ("path", "answer", "broken", "code", "advice"),
    [
        (DATA_SETS, (403, {}, {"message": "no"}), "permissions", 2, "Admin Console"),
        (DATA_SETS, (503, {}, {"message": "no"}), "permissions", 3, "try again later"),
        ("/", (404, {"Date": formatdate(time.time() - 7200)}, {}), "clock", 2, "NTP"),
        ("/", (404, {"Date": formatdate(time.time() + 7200)}, {}), "clock", 2, "behind"),
        ("/data/foundation/flowservice", (502, {}, "<html>"), "platform", 3, "--base-url"),
        ("/data/foundation/flowservice", (403, {}, {"title": "x"}), "permissions", 2, "Admin"),
    ],
    ids=["one service", "busy service", "clock ahead", "clock behind", "no platform", "unknown"],
)
def test_what_the_target_refuses_or_has_wrong(path, answer, broken, code, advice):
    def canned(method, asked, headers):
        exact = path == "/"
        return answer if (asked == path if exact else asked.startswith(path)) else None

    with remote(canned=canned) as there:
        found, outcomes, said = examine_near(there)
    failed = {check for check, outcome in outcomes.items() if outcome == "failed"}
    assert (found, failed) == (code, {broken}), said
    assert advice in said


@pytest.mark.parametrize("kind", ["production", "development"])
def test_type_of_the_sandbox_is_told(kind):
    listed = {"sandboxes": [{"name": "conformance", "type": kind}]}

    def canned(method, path, headers):
        return (200, {}, listed) if path.startswith(SANDBOXES) else None

    with remote(canned=canned) as there:
        _, _, said = examine(there)
    assert f"of type {kind}" in said
    assert ("--allow-production" in said) is (kind == "production")
