"""No planted secret leaves, whatever form it takes, and nothing else is changed."""

import base64
import json
import re
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.engine.redaction import Redactor
from conformance.selftest.contract_files import files, read, walk

SECRETS = [
    "s3cret-value",
    'with "quotes" and \\backslash',
    "pass word+plus&amp=/?#%",
    "geheim-ß-비밀-🔑",
    "line\nbreak\tand tab",
    "sla/shed/\\/value",
    "https://hooks.test/a?sig=b%2Fc==",
    "$dollar{brace}",
]
UUID = "2c48a152-3d49-43cb-88a1-523d49e3cbcb"


def escaped(text):
    """JSON with every letter in its strings written as an escape."""
    return re.sub(r"(?<!\\)[A-Za-z]", lambda m: f"\\u{ord(m[0]):04X}", text)


FORMS = {
    "plain": lambda s: f"token {s} refused",
    "member": lambda s: json.dumps({"data": s}),
    "unescaped member": lambda s: json.dumps({"data": s}, ensure_ascii=False),
    "in a list": lambda s: json.dumps([1, [f"x{s}y"]]),
    "nested text": lambda s: json.dumps({"body": json.dumps({"data": s})}),
    "nested text in other scripts": lambda s: json.dumps(
        {"body": json.dumps({"data": s}, ensure_ascii=False)}, ensure_ascii=False
    ),
    "nested twice": lambda s: json.dumps([json.dumps([json.dumps([s])])]),
    "slashes escaped": lambda s: json.dumps({"data": s}).replace("/", "\\/"),
    "upper-case escapes": lambda s: escaped(json.dumps({"data": s}, ensure_ascii=False)),
    "address in an address": lambda s: f"https://h.test/?to={quote(quote(s, safe=''), safe='')}",
    "path": lambda s: f"https://host.test/x/{quote(s, safe='')}/y",
    "url": lambda s: f"https://host.test/x?{urlencode({'a': s}, quote_via=quote)}&b=1",
    "form": lambda s: f"a=1&client={quote_plus(s)}",
    "lower-case escapes": lambda s: re.sub("%..", lambda m: m[0].lower(), quote(s, safe="")),
    "html": lambda s: f"<p>{s}</p>",
}


def leaks(text, secret):
    """Whether the secret can be read in a text or in any text inside its JSON or its escapes."""
    if secret in text or secret in unquote(text) or secret in unquote_plus(text):
        return True
    try:
        inner = json.loads(text)
    except ValueError:
        return False
    return any(isinstance(t, str) and leaks(t, secret) for _, t in walk(inner))


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_known_secret_leaves_in_no_form(form, secret):
    redacted = Redactor({"password": secret}).text(form(secret))
    assert not leaks(redacted, secret)
    assert "<secret:password>" in redacted
    assert redacted[:1] == form(secret)[:1] or form(secret).startswith(quote(secret)[:3])


ANY = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=8)


@given(ANY.filter(lambda s: not s.startswith("<secret:")), st.sampled_from(sorted(FORMS)))
def test_any_secret_leaves_in_no_form(secret, form):
    assert not leaks(Redactor({"password": secret}).text(FORMS[form](secret)), secret)


@pytest.mark.parametrize(
    "text",
    [
        '{"auth": {"params": {"%s": "s3cret-value"}}}',
        '[{"%s": "s3cret-value"}]',
        '\n  {"%s": "s3cret-value"}',
        '\ufeff{"%s": "s3cret-value"}',
        json.dumps({"text": '{"%s": "s3cret-value"}'}),
        json.dumps({"text": ' {"%s": "s3cret-value"}'}),
    ],
)
@pytest.mark.parametrize(
    "key",
    [
        "password", "clientSecret", "client_secret", "access_token", "accessToken", "sasKey",
        "secretKey", "secret_access_key", "securityToken", "refresh_token", "private_key", "PASSWORD",
    ],
)  # fmt: skip
def test_member_is_recognised_by_its_key(text, key):
    redactor = Redactor()
    assert "s3cret-value" not in redactor.text(text.replace("%s", key))
    assert "s3cret-value" not in redactor.text("echo s3cret-value")


@pytest.mark.parametrize("number", ["12345678", "-1234", "1.50e3", "9" * 5000])
def test_a_number_under_a_secret_key_is_hidden_and_leaves_json(number):
    inner = json.dumps({"text": f'{{"password":{number}, "x": [{number}, 5]}}'})
    shown = Redactor().text(f'{{"password": {number}, "list": [{number}, 5], "inner": {inner}}}')
    assert number not in shown
    document = json.loads(shown)
    assert document["password"] == "<secret:password>"
    assert document["list"] == ["<secret:password>", 5]
    assert json.loads(document["inner"]["text"])["x"] == ["<secret:password>", 5]


@pytest.mark.parametrize(
    "text",
    [
        '{"password": "s3cret-value", "cut": [',
        '{"text": "{\\"password\\": \\"s3cret-value\\", ',
        "client_id=x&client_secret=s3cret-value",
        "GET https://h.test/?to=https%3A%2F%2Fx.test%2F%3Faccess_token%3Ds3cret-value failed",
        "Endpoint=sb://x.test/;SharedAccessKeyName=r;SharedAccessKey=s3cret-value;EntityPath=e",
        '{"password": ["s3cret-value", "another-value"]}',
        "{'password': 's3cret-value'}",
        "{\"message\": \"at {'password': 's3cret-value'}\"}",
        '[{"op": "replace", "path": "/auth/params/password", "value": "s3cret-value"}]',
        '{"seen": {"Authorization": "Bearer s3cret-value"}}',
    ],
)
def test_a_secret_is_recognised_where_a_text_gives_it_away(text):
    redactor = Redactor()
    assert "s3cret-value" not in redactor.text(text)
    assert "s3cret-value" not in redactor.text("echo s3cret-value")


def test_the_password_in_basic_credentials_is_hidden_by_itself_too():
    redactor = Redactor()
    coded = base64.b64encode(b"somebody:s3cret-value").decode()
    assert redactor.headers({"Authorization": f"Basic {coded}", "x": "s3cret-value"}) == {
        "Authorization": "Basic <secret:authorization>",
        "x": "<secret:password>",
    }


def test_every_password_of_the_connectors_is_recognised():
    names = {
        str(place[-1])
        for path in files("connectors/*.yaml")
        for place, value in walk(read(path).data)
        if isinstance(value, dict) and value.get("format") == "password"
    }
    assert names
    for name in names:
        assert "s3cret-value" not in Redactor().text(json.dumps({name: "s3cret-value"}))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Bearer s3cret-value", "Bearer <secret:authorization>"),
        ("authorization", "bearer s3cret-value", "bearer <secret:authorization>"),
        ("AUTHORIZATION", "Basic s3cret-value", "Basic <secret:authorization>"),
        ("X-Api-Key", "s3cret-value", "<secret:x-api-key>"),
        ("Set-Cookie", "s3cret-value", "<secret:set-cookie>"),
        ("Accept", "application/json", "application/json"),
    ],
)
def test_secret_header_is_replaced_and_its_scheme_stays(name, value, shown):
    redactor = Redactor()
    assert redactor.headers({name: value}) == {name: shown}
    assert ("s3cret-value" in value) is ("<secret:" in redactor.text("echo s3cret-value"))


def test_same_secret_is_always_the_same_placeholder():
    redactor = Redactor({"access_token": "s3cret-value"})
    first = redactor.headers({"Authorization": "Bearer s3cret-value"})["Authorization"]
    redactor.learn("other", "another-value")
    assert first == "Bearer <secret:access_token>"
    assert redactor.text("s3cret-value") == "<secret:access_token>"


def test_two_secrets_of_one_name_are_told_apart():
    redactor = Redactor()
    found = [redactor.text(json.dumps({"password": f"é-value-{n}"})) for n in "abc"]
    assert len(set(found)) == 3
    assert found[0] == redactor.text(json.dumps({"password": "é-value-a"}))


@pytest.mark.parametrize("value", ["", "a", "abc", None, 5, True, ["abcdef"]], ids=repr)
def test_what_is_too_short_to_be_a_secret_is_untouched(value):
    redactor = Redactor()
    redactor.learn("password", value)
    text = json.dumps({"password": "abc", "id": UUID, "a": 5})
    assert redactor.text(text) == text


def test_longer_secret_goes_first():
    redactor = Redactor({"a": "secret-one", "b": "secret-one-and-more"})
    assert redactor.text("secret-one-and-more secret-one") == "<secret:b> <secret:a>"


def test_placeholder_is_not_taken_for_a_secret():
    redactor = Redactor({"password": "s3cret-value"})
    once = redactor.text('{"password": "s3cret-value"}')
    assert redactor.text(once) == once


@given(st.uuids().map(str), st.integers(0, 30), st.integers(1, 6))
def test_identifier_is_never_damaged(identifier, start, length):
    redactor = Redactor({"password": identifier[start : start + length]})
    text = json.dumps({"id": identifier, "url": f"/flows/{identifier}/action"})
    assert redactor.text(text) == text


@pytest.mark.parametrize("text", ['{"a": "pass1"}', "bad pass1!", "a=pass1&b=1", "/x/pass1/y"])
def test_short_secret_is_hidden_where_it_stands_alone(text):
    redactor = Redactor({"password": "pass1"})
    assert redactor.text(text) == text.replace("pass1", "<secret:password>")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_text_without_secrets_stays_as_it_is(value):
    text = json.dumps(value)
    assert Redactor({"password": "\x00s3cret-value\x00"}).text(text) == text


def test_a_secret_that_is_learned_later_is_hidden_in_a_text_that_was_shown_before():
    redactor = Redactor()
    assert redactor.text("see s3cret-value") == "see s3cret-value"
    redactor.learn("password", "s3cret-value")
    assert redactor.text("see s3cret-value") == "see <secret:password>"
