"""What a session records of an exchange holds no secret, whatever the target says back."""

import json

import pytest

from conformance.engine.client import Answer, Client
from conformance.selftest.builders import Script, session, settings


class Echo(Client):
    """A client whose target repeats what it was sent, in its reason, headers or error."""

    repeats = False

    def __init__(self, **said):
        super().__init__(settings())
        self.said = said

    def send(self, method, url, headers, body):
        sent = (body or b"").decode() + str(headers) + url
        secret = "s3cret-value" if "s3cret-value" in sent else ""
        said = {"text": "{}", "error": None, "headers": {}, **self.said}
        told = {k: v(secret) if callable(v) else v for k, v in said.items()}
        return Answer(400, told["headers"], told["text"], told["error"], 1, 0.0)


@pytest.mark.parametrize(
    "target",
    [
        Echo(text=lambda s: json.dumps({"message": f"bad password {s}"})),
        Echo(text=lambda s: f"<h1>{s}</h1>"),
        Echo(headers=lambda s: {"X-Echo": s}),
        Echo(text='{"echo": 1}', headers=lambda s: {"X-Echo": f"saw {s}"}),
        Echo(error=lambda s: f"no connection with {s}"),
    ],
    ids=["json", "html", "header", "text and header", "error"],
)
@pytest.mark.parametrize(
    "given",
    [
        {"body": {"auth": {"params": {"password": "s3cret-value"}}}},
        {"headers": {"Authorization": "Bearer s3cret-value"}},
        {"query": {"a": "1"}, "headers": {"x-api-key": "s3cret-value"}},
        {"raw": b'{"password": "s3cret-value"'},
    ],
    ids=["body", "token", "key", "broken body"],
)
def test_recorded_exchange_holds_no_secret_that_the_target_repeats(target, given):
    known = {"password": "s3cret-value"} if "raw" in given else {}
    found = session(target, **known).call("createConnection", halts=False, **given)
    record = json.dumps(found.to_json())
    assert "s3cret-value" not in record
    assert "<secret:" in record


def test_form_keeps_the_token_and_hides_it():
    secret = "s3cret +&value"
    one = session(Script(lambda *_: (200, {"access_token": "fresh-token-1"})))
    one.world.client.send = _form(one.world.client)
    form = {"client_id": "c", "client_secret": secret, "scope": "a,b"}
    one.call_form("fetchToken", form, step="token")
    record = json.dumps(one.exchanges[0].to_json())
    assert one.last_token == "fresh-token-1"
    assert "fresh-token-1" not in record
    assert "s3cret" not in record


def _form(client):
    return lambda method, url, headers, body: type(client).send(client, method, url, headers, None)
