"""A session: headers, lawful calls that halt, what is taken, polled, followed and tidied."""

import pytest

from conformance.engine.data import contracts_root
from conformance.engine.errors import ContractDataError, Halted, SettingsError, TargetError
from conformance.engine.exchange import ABSENT
from conformance.engine.kinds import BY_OPERATION
from conformance.engine.preflight import check_target
from conformance.engine.sequence import load_workflows, operations_of
from conformance.engine.session import encode_source_params
from conformance.selftest.builders import CONTRACT, Script, session


def talk(status=200, body=ABSENT, **secrets):
    return session(Script(lambda *_: (status, body)), **secrets)


def test_call_carries_the_gateway_headers():
    one = talk()
    found = one.call("createFlow", body={"name": "é"})
    sent = one.world.client.headers[0]
    assert sent["Authorization"] == "Bearer the-token"
    assert sent["x-gw-ims-org-id"] == "ORG@AdobeOrg"
    assert (sent["x-sandbox-name"], sent["Content-Type"]) == ("dev", "application/json")
    assert found.sent == {"name": "é"}
    assert found.request.header("Authorization") == "Bearer <secret:authorization>"


@pytest.mark.parametrize(("body", "text"), [({}, "{}"), ([], "[]"), (0, "0"), (None, "")], ids=repr)
def test_empty_body_is_a_body(body, text):
    found = talk().call("createFlow", body=body)
    assert found.request.text == text
    assert found.request.header("Content-Type") == ("application/json" if text else None)


def test_headers_can_be_replaced_and_left_out():
    one = talk()
    one.call("listFlows", headers={"x-gw-ims-org-id": "other"}, without=("AUTHORIZATION",))
    one.call("getSchema", "_acme.1", sandbox="prod", case="s.r.case")
    first, second = one.world.client.headers
    assert "Authorization" not in first
    assert "Content-Type" not in first
    assert first["x-gw-ims-org-id"] == "other"
    assert second["x-sandbox-name"] == "prod"
    assert second["Accept"].startswith("application/vnd.adobe.xed")


def test_identifier_and_query_are_encoded():
    one = talk()
    one.call("getSchema", "https://ns.adobe.com/a/1", query={"a b": "x&y=z"})
    assert one.world.client.urls[0].endswith(
        "/schemas/https%3A%2F%2Fns.adobe.com%2Fa%2F1?a%20b=x%26y%3Dz"
    )
    assert one.exchanges[0].path == {"id": "https://ns.adobe.com/a/1"}


@pytest.mark.parametrize("status", [0, 302, 400, 500])
def test_lawful_call_that_fails_halts_and_is_recorded(status):
    one = talk(status, {})
    with pytest.raises(Halted, match="there") as caught:
        one.call("listFlows", step="there")
    assert caught.value.exchange == one.exchanges[0].id
    assert one.call("listFlows", case="s.r.case").status == status
    assert one.call("listFlows", halts=False).status == status


@pytest.mark.parametrize("value", [None, "", ABSENT])
def test_value_that_is_not_there_halts(value):
    one = talk(200, {"x": value} if value is not ABSENT else {})
    with pytest.raises(Halted, match="nothing at /x"):
        one.take(one.call("listFlows"), "/x")


@pytest.mark.parametrize("value", [0, False, "a", [1]], ids=repr)
def test_value_that_is_there_is_taken(value):
    one = talk(200, {"x": value})
    assert one.take(one.call("listFlows"), "/x") == value


def test_poll_ends_when_done_and_in_time():
    one = talk(200, {})
    read = lambda: one.call("getFlow", "1")  # noqa: E731
    assert one.poll(read, lambda e: len(one.exchanges) == 3, 5) is one.exchanges[2]
    assert one.poll(read, lambda e: False, 0.1) is one.exchanges[-1]
    assert len(one.exchanges) < 12


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/data/foundation/flowservice/flows?start=x", "/flowservice/flows?start=x"),
        ("/flows?start=x", "/flowservice/flows?start=x"),
    ],
)
def test_next_page_is_followed_below_the_base(href, path):
    one = talk(200, {"items": []})
    one.follow("listFlows", href, step="page-2", notes={})
    assert one.world.client.urls == [f"http://target.test/data/foundation{path}"]


def test_kinds_name_operations_of_the_contract():
    lacking = {o for o in BY_OPERATION if o not in CONTRACT.operations}
    assert {o for o in lacking if not o.startswith(("update", "delete"))} == set()
    assert {o for o in lacking if o.startswith("delete")} == {"deleteMappingSet"}


def test_source_params_are_compact_base64():
    assert (
        encode_source_params({"resourcePath": "charges"}) == "eyJyZXNvdXJjZVBhdGgiOiJjaGFyZ2VzIn0="
    )


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (0, "", TargetError),
        (200, "<html>", TargetError),
        (404, "not found", TargetError),
        (401, {"error_code": "401013", "message": "Oauth token is not valid"}, SettingsError),
        (403, {"error_code": 403000, "message": "Api Key is required"}, SettingsError),
    ],
)
def test_preflight_says_in_one_line_what_is_wrong(status, body, error):
    with pytest.raises(error) as caught:
        check_target(talk(status, body).world)
    assert "\n" not in str(caught.value)
    assert "target.test" in str(caught.value)


@pytest.mark.parametrize(("status", "body"), [(200, {}), (404, {}), (500, {}), (401, {})])
def test_preflight_leaves_the_judgement_to_the_rules(status, body):
    check_target(talk(status, body).world)


def test_preflight_needs_one_service_that_speaks_json():
    answer = lambda _, path, sent: (200, {} if "flowservice" in path else "<html>")  # noqa: E731
    check_target(session(Script(answer)).world)


WORKFLOWS = load_workflows(contracts_root())


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_operations_of_a_documented_workflow_are_known(workflow):
    found = operations_of(WORKFLOWS, workflow)
    assert found
    assert {o for o in found if o not in CONTRACT.operations} <= {"deleteMappingSet"}


def test_workflow_defined_twice_names_file_and_line(tmp_path):
    text = (contracts_root() / "sequences" / "accounts.arazzo.yaml").read_text()
    (tmp_path / "sequences").mkdir()
    for name in ("a", "b"):
        (tmp_path / "sequences" / f"{name}.arazzo.yaml").write_text(text)
    with pytest.raises(ContractDataError, match=r"b\.arazzo\.yaml:[0-9]+: .*update-account"):
        load_workflows(tmp_path)
