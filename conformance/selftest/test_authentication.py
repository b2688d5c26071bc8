"""Tokens over real sockets: issued, renewed in time and after a refusal, and never shown."""

import json
import time

import pytest

from conformance.emulator.server import running
from conformance.engine.authentication import AuthorizedClient, Token, Tokens, issue
from conformance.engine.client import Client
from conformance.engine.errors import SettingsError, TargetError
from conformance.engine.settings import Settings
from conformance.selftest.builders import raw_server, reply, settings
from conformance.selftest.command import run_command
from conformance.selftest.remote import everything, remote

CREDENTIALS = ("base_url", "org_id", "sandbox", "client_id", "client_secret", "scopes")
LIST = "/data/foundation/flowservice/connections?limit=1"
NOT_VALID = {"error_code": "401013", "message": "Oauth token is not valid"}


def target(**given):
    return Settings(**{name: given[name] for name in CREDENTIALS}, api_key=given["client_id"])


def headers(given, token):
    return {
        "Authorization": f"Bearer {token}",
        "x-api-key": given.api_key,
        "x-gw-ims-org-id": given.org_id,
        "x-sandbox-name": given.sandbox,
    }


@pytest.fixture(scope="module")
def emulator():
    with running(token_lifetime=3) as found:
        yield target(**found)


def authorized(given, first=None):
    told = []
    tokens = Tokens(first or issue(Client(given)), lambda: issue(Client(given)), told.append)
    return AuthorizedClient(given, tokens), told


def read(client, **changed):
    given = client.settings
    sent = {**headers(given, client.tokens.current()), **changed}
    return client.send("GET", given.base_url + LIST, sent, None)


def test_token_says_when_it_expires_and_when_to_replace_it(emulator):
    token = issue(Client(emulator))
    assert time.time() + 2 < token.until <= time.time() + 3
    assert token.until - 1 < token.after < token.until


def test_token_is_replaced_before_it_expires(emulator):
    client, told = authorized(emulator)
    first = headers(emulator, client.tokens.current())
    ends = time.time() + 4.5
    answers = set()
    while time.time() < ends:
        answers.add(client.send("GET", emulator.base_url + LIST, first, None).status)
        time.sleep(0.1)
    assert answers == {200}
    assert len(set(told)) in (2, 3)


def test_refused_token_is_replaced_once_and_the_request_sent_again(emulator):
    client, told = authorized(emulator, Token("revoked-behind-our-back"))
    answer = read(client)
    assert (answer.status, answer.attempts) == (200, 2)
    assert len(told) == 2
    assert read(client).attempts == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"Authorization": "Bearer never-issued-by-anyone"},
        {"Authorization": ""},
    ],
    ids=str,
)
def test_wrong_token_of_a_probe_is_sent_as_it_is(emulator, changed):
    client, told = authorized(emulator)
    answer = read(client, **changed)
    assert answer.status in (401, 403)
    assert (answer.attempts, len(told)) == (1, 1)


def test_wrong_key_of_a_probe_that_is_answered_401_fetches_no_token():
    issued = []
    with raw_server(reply("401 Unauthorized")) as (url, heard):
        tokens = Tokens(Token("ours"), lambda: issued.append(1), lambda _: None)
        client = AuthorizedClient(settings(url), tokens)
        answer = read(client, **{"x-api-key": "no-such-key"})
    assert (answer.status, answer.attempts, len(heard), issued) == (401, 1, 1, [])


def test_target_that_refuses_every_token_is_not_asked_for_ever():
    issued = []

    def renew():
        issued.append(1)
        return Token(f"new-{len(issued)}")

    refusals = [reply("401 Unauthorized")] * 20
    with raw_server(*refusals) as (url, _):
        client = AuthorizedClient(settings(url), Tokens(Token("ours"), renew, lambda _: None))
        statuses = [read(client).status for _ in range(8)]
    assert statuses == [401] * 8
    assert len(issued) == 3


def test_token_service_that_fails_leaves_the_last_token_while_it_holds():
    now = time.time()
    tokens = Tokens(Token("last", now + 60, now - 1), failing, lambda _: None)
    assert tokens.current() == "last"


def test_token_service_that_fails_is_an_error_and_no_verdict():
    with raw_server(reply("401 Unauthorized")) as (url, _):
        client = AuthorizedClient(settings(url), Tokens(Token("t"), failing, lambda _: None))
        answer = read(client)
    assert answer.status == 0
    assert answer.error == "no token: the token service is down"


def failing():
    raise TargetError("no token: the token service is down")


@pytest.mark.parametrize("lifetime", ['"3600"', "null", "true", "-5", "[]"])
def test_lifetime_that_is_no_number_is_taken_for_none(lifetime):
    body = f'{{"access_token": "t-1", "expires_in": {lifetime}}}'.encode()
    with raw_server(reply("200 OK", body)) as (url, _):
        assert issue(Client(settings(url))) == Token("t-1")


def test_token_service_that_is_busy_is_the_targets_fault():
    with raw_server(reply("500 Oops")) as (url, _), pytest.raises(TargetError, match="later"):
        issue(Client(settings(url)))


def test_given_token_is_sent_as_it_is(tmp_path):
    names = ("base_url", "org_id", "sandbox", "api_key", "access_token")
    with remote() as there:
        ended = run_command(
            *("run", "--profile", "read-only", "--report-dir", str(tmp_path)),
            **there.variables(*names),
        )
        sent = {h.get("Authorization") for _, _, h in there.heard}
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"Bearer {there.settings['access_token']}" in sent
    assert not [path for _, path, _ in there.heard if path.startswith("/ims/")]


def test_run_of_four_workers_outlives_its_tokens_and_shows_none(tmp_path):
    authority = tmp_path / "ca.pem"
    reports = tmp_path / "reports"
    secret = tmp_path / "secret"
    with remote("--token-lifetime", "2", authority=authority) as there:
        secret.write_text(there.settings["client_secret"] + "\n")
        ended = run_command(
            *("run", "--profile", "smoke", "--allow-writes", "--report-dir", str(reports), "-v"),
            *("-n", "4", "--ca-bundle", str(authority)),
            **there.variables("base_url", "org_id", "sandbox", "client_id", "other_sandbox"),
            AEP_CLIENT_SECRET_FILE=str(secret),
        )
    shown = everything(reports, ended)
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr
    assert "<secret:access_token>" in shown
    for name in ("client_secret", "client_id", "access_token"):
        assert there.settings[name] not in shown


@pytest.mark.parametrize("workers", [(), ("-n", "4")], ids=["one", "four"])
def test_token_revoked_in_the_middle_of_a_run_is_replaced_and_hidden(tmp_path, workers):
    seen: dict[str, int] = {}

    def revoke(method, path, sent):
        """Every token is good for thirty requests."""
        token = sent.get("Authorization", "")
        seen[token] = seen.get(token, 0) + 1
        return (401, {}, NOT_VALID) if token and seen[token] > 30 else None

    with remote(canned=revoke) as there:
        ended = run_command(
            *("run", "--profile", "smoke", "--allow-writes", "--report-dir", str(tmp_path), "-v"),
            *workers,
            **there.variables(*CREDENTIALS),
        )
    shown = everything(tmp_path, ended)
    ours = [t for t, times in seen.items() if times > 30]
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr
    assert len(ours) > 3
    assert not [t for t in ours if t.removeprefix("Bearer ") in shown]


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "No such file"), ("", "the file is empty"), (b"\xff\xfe", "not UTF-8")],
)
def test_secret_file_that_gives_none_is_named(tmp_path, content, said):
    from conformance.engine.settings import resolve

    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    given = {"base_url": "https://t.test", "org_id": "o", "sandbox": "s", "client_id": "c"}
    with pytest.raises(SettingsError, match=said) as caught:
        resolve(given, {"AEP_CLIENT_SECRET_FILE": str(path)})
    assert f"--client-secret-file {path}" in str(caught.value)


def test_secret_file_is_named_in_the_settings_file_too(tmp_path):
    from conformance.engine.settings import resolve

    (tmp_path / "secret").write_text("the-secret\n")
    (tmp_path / "c.toml").write_text(f'client_secret_file = "{tmp_path / "secret"}"\n')
    given = {"base_url": "https://t.test", "org_id": "o", "sandbox": "s", "client_id": "c"}
    found = resolve({**given, "config": str(tmp_path / "c.toml")}, {})
    assert found.client_secret == "the-secret"
    assert "the-secret" in found.secrets().values()


def test_secret_in_a_file_of_windows_is_read_without_its_mark_and_line_end(tmp_path):
    from conformance.engine.settings import resolve

    (tmp_path / "token").write_bytes(b"\xef\xbb\xbfthe-token\r\n")
    given = {"base_url": "https://t.test", "org_id": "o", "sandbox": "s", "api_key": "k"}
    found = resolve(given, {"AEP_ACCESS_TOKEN_FILE": str(tmp_path / "token")})
    assert found.access_token == "the-token"


@pytest.mark.parametrize("name", ["access_token", "api_key", "org_id", "sandbox"])
@pytest.mark.parametrize("value", ["planted\nsecret", "plantéd", "planted\x00"])
def test_what_no_header_can_carry_is_one_clear_line(tmp_path, name, value):
    given = {"org_id": "o", "sandbox": "s", "api_key": "k", "access_token": "t", name: value}
    (tmp_path / "c.toml").write_text(
        "".join(f"{key} = {json.dumps(text)}\n" for key, text in given.items())
    )
    words = ("--config", str(tmp_path / "c.toml"), "--base-url", "http://127.0.0.1:9")
    ended = run_command("run", *words, "--report-dir", str(tmp_path / "r"))
    assert ended.returncode == 2
    assert f"{name}: no header can carry it" in ended.stderr
    assert "plant" not in ended.stdout + ended.stderr
