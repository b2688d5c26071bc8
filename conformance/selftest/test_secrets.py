import pytest

from conformance.embedded import Embedded
from conformance.selftest.command import run_command

PLANTED = {
    "stripe": 'auth = { accessToken = "sk_live_planted_stripe_token" }',
    "amazon-kinesis": 'auth = { secretKey = "planted/kinesis+secret==key", accessKeyId = "AKIAPLANTED" }',
    "servicenow": 'auth = { password = "plänted \\"pass\\" word" }',
}
VALUES = (
    "sk_live_planted",
    "planted/kinesis",
    "planted%2Fkinesis",
    "plänted",
    "pl\\u00e4nted",
    "AKIAPLANTED",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secrets")
    toml = folder / "connectors.toml"
    toml.write_text("\n".join(f"[{name}]\n{line}" for name, line in PLANTED.items()))
    embedded = Embedded(faults=["patch-race"])
    given = embedded.settings
    words = [
        w for n in ("base_url", "org_id", "sandbox") for w in (f"--{n.replace('_', '-')}", given[n])
    ]
    environ = {"AEP_CLIENT_ID": given["client_id"], "AEP_CLIENT_SECRET": given["client_secret"]}
    ended = run_command(
        *("run", *words, "--connectors", str(toml), "--profile", "full", "--repeats", "1"),
        *("--report-dir", str(folder / "out"), "-v"),
        **environ,
    )
    embedded.stop()
    written = {p: p.read_text(errors="replace") for p in (folder / "out").rglob("*") if p.is_file()}
    return ended, written, given


@pytest.mark.parametrize("value", VALUES)
def test_no_connector_credential_is_written_or_printed(run, value):
    ended, written, _ = run
    assert ended.returncode in (0, 1), ended.stderr
    assert value not in ended.stdout + ended.stderr
    assert [str(path) for path, text in written.items() if value in text] == []


@pytest.mark.parametrize("name", ["client_secret", "access_token", "api_key"])
def test_no_credential_of_the_target_is_written_or_printed(run, name):
    ended, written, given = run
    assert given[name] not in ended.stdout + ended.stderr
    assert [str(path) for path, text in written.items() if given[name] in text] == []


def test_the_exchanges_are_there_with_placeholders(run):
    _, written, _ = run
    results = next(text for path, text in written.items() if path.name == "results.json")
    assert "<secret:stripe.accessToken>" in results
    assert "<secret:access_token>" in results
