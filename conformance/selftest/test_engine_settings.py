"""Settings: where they come from, what is refused, and that no secret is shown."""

import pytest

from conformance.engine.errors import SettingsError
from conformance.engine.settings import Settings, resolve
from conformance.options import OPTIONS

GIVEN = {
    "base_url": "https://target.test",
    "org_id": "ORG@AdobeOrg",
    "sandbox": "dev",
    "api_key": "key-1234",
    "access_token": "token-1234",
}
SECRET = "s3cret-value"


def refused(options, environ=None):
    with pytest.raises(SettingsError) as caught:
        resolve(options, environ or {})
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def toml(tmp_path):
    def write(text, name="config.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


@pytest.mark.parametrize(
    ("option", "variable", "file", "sandbox"),
    [
        ("a", "b", "c", "a"),
        (None, "b", "c", "b"),
        ("", "b", "c", "b"),
        (None, None, "c", "c"),
        (None, "", "c", "c"),
        ("a", None, None, "a"),
    ],
)
def test_option_beats_variable_beats_file(toml, option, variable, file, sandbox):
    config = toml(f'sandbox = "{file}"' if file else "")
    environ = {} if variable is None else {"AEP_SANDBOX": variable}
    found = resolve({**GIVEN, "sandbox": option, "config": config}, environ)
    assert found.sandbox == sandbox


def test_everything_may_come_from_variables():
    environ = {f"AEP_{name.upper()}": value for name, value in GIVEN.items()}
    assert resolve({}, environ) == Settings(**GIVEN)


@pytest.mark.parametrize("option", [o for o in OPTIONS if o.variable], ids=lambda o: o.flag)
def test_every_variable_and_toml_key_that_help_names_is_read(toml, option):
    name, value = (
        option.dest.removeprefix("aep_"),
        "https://7.test" if "url" in option.flag else "7",
    )
    others = {k: v for k, v in GIVEN.items() if k != name}
    by_variable = resolve(others, {f"AEP_{name.upper()}": value})
    by_file = resolve({**others, "config": toml(f'{name} = "{value}"')}, {})
    assert by_variable == by_file != resolve({**GIVEN, "org_id": "x"}, {})
    assert value in map(str, [*vars(by_variable).values(), f"{by_variable.http_timeout:.0f}"])


@pytest.mark.parametrize("name", ["org_id", "sandbox", "api_key"])
def test_missing_setting_is_named_with_option_and_variable(name):
    said = refused({**GIVEN, name: None})
    assert f"--{name.replace('_', '-')}" in said
    assert f"AEP_{name.upper()}" in said


@pytest.mark.parametrize("given", [{}, {"client_id": "c"}, {"client_secret": "s"}], ids=str)
def test_missing_credentials_are_named(given):
    said = refused({**GIVEN, "access_token": None, **given})
    assert "--access-token" in said
    assert "AEP_CLIENT_SECRET" in said


def test_client_id_serves_as_api_key():
    client = {"access_token": None, "client_id": "c-1", "client_secret": "s-1"}
    assert resolve({**GIVEN, "api_key": None, **client}, {}).api_key == "c-1"
    assert resolve({**GIVEN, **client}, {}).api_key == "key-1234"


@pytest.mark.parametrize(
    "url",
    [
        "", "target.test", "ftp://target.test", "https://", "https:///path", "http://[::1",
        "http://host:port", "http://host:99999", f"https://user:{SECRET}@target.test",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["base_url", "ims_url", "collection_url"])
def test_unusable_address_is_refused(name, url):
    if name != "base_url" and not url:
        return
    said = refused({**GIVEN, name: url})
    assert f"--{name.replace('_', '-')}" in said
    assert SECRET not in said


@pytest.mark.parametrize("seconds", ["soon", "0", "-1", "nan", "inf"])
def test_unusable_timeout_is_refused(seconds):
    assert "--http-timeout" in refused({**GIVEN, "http_timeout": seconds})


@pytest.mark.parametrize("option", ["config", "connectors"])
@pytest.mark.parametrize(
    "content",
    [b"sandbox = \n", b"[paypal\n", b"a = 1\na = 2\n", b"\xff\xfe", None],
    ids=["value", "table", "twice", "encoding", "missing"],
)
def test_unusable_toml_is_named(toml, tmp_path, option, content):
    path = toml(content) if content else str(tmp_path / "none.toml")
    said = refused({**GIVEN, option: path})
    assert f"--{option} {path}" in said


def test_unknown_key_in_the_file_is_named(toml):
    assert "sandbax" in refused({**GIVEN, "config": toml('sandbax = "dev"')})


@pytest.mark.parametrize("text", ["paypal = 1", "[paypal]\nauth = 1"])
def test_connectors_that_are_no_tables_are_refused(toml, text):
    assert "--connectors" in refused({**GIVEN, "connectors": toml(text)})


def test_no_secret_is_shown(toml):
    connectors = toml(f'[paypal.auth]\nclientSecret = "{SECRET}-1"\nn = 12345678\n', "c.toml")
    given = {
        **GIVEN,
        "api_key": None,
        "access_token": f"{SECRET}-2",
        "client_id": f"{SECRET}-3",
        "client_secret": f"{SECRET}-4",
        "connectors": connectors,
    }
    found = resolve(given, {})
    assert len(set(found.secrets().values())) == 5
    shown = str(found.shown())
    assert not [value for value in found.secrets().values() if value in shown]
    assert found.shown()["connectors"] == ["paypal"]
    assert found.shown()["sandbox"] == "dev"


@pytest.mark.parametrize(
    ("given", "service", "base"),
    [
        ({}, "flow-service", "https://platform.adobe.io"),
        ({}, "ims", "https://ims-na1.adobelogin.com"),
        ({}, "data-collection", "https://dcs.adobedc.net"),
        ({"ims_url": "https://ims.test/"}, "ims", "https://ims.test"),
        ({"collection_url": "https://in.test"}, "data-collection", "https://in.test"),
        ({"base_url": "http://localhost:8080/x/"}, "ims", "http://localhost:8080/x"),
        ({"base_url": "http://localhost:8080/x/"}, "catalog", "http://localhost:8080/x"),
    ],
)
def test_each_service_has_its_address(given, service, base):
    found = resolve({**GIVEN, "base_url": "https://platform.adobe.io/", **given}, {})
    assert found.base(service) == base
