"""Runtime expressions and conditions: what the sequences may write, and what becomes of it."""

import re

import pytest

from conformance.engine.errors import ContractDataError
from conformance.engine.exchange import ABSENT
from conformance.engine.expressions import Scope
from conformance.selftest.builders import exchange
from conformance.selftest.contract_files import files, name_of, read, walk

INPUTS = {
    "run": "run-1",
    "tenantId": "acme",
    "flag": False,
    "connector": {"flow": {"name": "Flow", "interval": 15}, "path": "_{$inputs.tenantId}.id"},
    "fields": {"id": {"type": "string"}},
}
BODY = {
    "id": "f1",
    "$id": "https://ns/1",
    "meta:altId": "_acme.1",
    "a/b": "slash",
    "m~n": "tilde",
    "items": [{"state": "enabled", "version": 0, "note": None}],
}


@pytest.fixture
def scope():
    answer = exchange("getFlow", 200, BODY, id="f1")
    answer.response.headers["ETag"] = '"e1"'
    outputs = {"create-flow": {"flowId": "f1", "version": 0}}
    return Scope(INPUTS, outputs, answer)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$statusCode", 200),
        ("$inputs.run", "run-1"),
        ("$inputs.flag", False),
        ("$inputs.connector.flow.interval", 15),
        ("$inputs.fields", {"id": {"type": "string"}}),
        ("$steps.create-flow.outputs.flowId", "f1"),
        ("$steps.create-flow.outputs.version", 0),
        ("$response.body", BODY),
        ("$response.body#/id", "f1"),
        ("$response.body#/$id", "https://ns/1"),
        ("$response.body#/meta:altId", "_acme.1"),
        ("$response.body#/items/0/state", "enabled"),
        ("$response.body#/items/0/version", 0),
        ("$response.body#/items/0/note", None),
        ("$response.body#/a~1b", "slash"),
        ("$response.body#/m~0n", "tilde"),
        ("$response.header.etag", '"e1"'),
    ],
)
def test_expression_has_its_value(scope, expression, value):
    assert scope.evaluate(expression) == value
    assert type(scope.resolve(expression)) is type(value)


@pytest.mark.parametrize(
    "expression",
    [
        "$inputs.nothing",
        "$inputs.run.deeper",
        "$steps.create-flow.outputs.nothing",
        "$steps.never-ran.outputs.id",
        "$response.body#/items/1/state",
        "$response.body#/id/deeper",
        "$response.header.x-nothing",
    ],
)
def test_what_is_missing_is_absent(scope, expression):
    assert scope.evaluate(expression) is ABSENT
    assert scope.resolve({"deep": [{"down": expression}]}) is ABSENT
    assert scope.resolve(f"before {{{expression}}}") is ABSENT


@pytest.mark.parametrize("body", ["", "<html>", "[1", "NaN"])
def test_body_that_is_no_json_has_no_values(body):
    assert Scope({}, {}, exchange(body=body)).evaluate("$response.body#/id") is ABSENT


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{$inputs.run} {$inputs.connector.flow.name} (renamed)", "run-1 Flow (renamed)"),
        ("flowId=={$steps.create-flow.outputs.flowId}", "flowId==f1"),
        ('id=="{$response.body#/id}"', 'id=="f1"'),
        ("{$steps.create-flow.outputs.version}", "0"),
        ("$inputs.connector.path", "_acme.id"),
        ('costs 5$ {braces} and {"json": 1}', 'costs 5$ {braces} and {"json": 1}'),
    ],
)
def test_embedded_expressions_are_replaced(scope, text, value):
    assert scope.resolve(text) == value


def test_payload_keeps_its_types_and_its_references(scope):
    payload = {"allOf": [{"$ref": "#/definitions/x"}], "n": 1, "on": True, "none": None, "list": []}
    assert scope.resolve(payload) == payload


def test_key_is_resolved(scope):
    assert scope.resolve({"_{$inputs.tenantId}": {"type": "object"}}) == {
        "_acme": {"type": "object"}
    }


def test_absent_key_makes_the_whole_absent(scope):
    assert scope.resolve({"_{$inputs.nobody}": {"type": "object"}}) is ABSENT


@pytest.mark.parametrize("expression", ["$url", "$input.run", "$response.query.x"])
def test_unknown_kind_of_expression_is_bad_contract_data(scope, expression):
    with pytest.raises(ContractDataError, match="unknown expression"):
        scope.evaluate(expression)


@pytest.mark.parametrize("path", files("sequences/*.yaml", "connectors/*.yaml"), ids=name_of)
def test_contracts_use_known_expressions_only(path):
    known = re.compile(r"\$(inputs\.|steps\.[a-z-]+\.outputs\.|response\.|statusCode|source\w+\.)")
    texts = [text for _, text in walk(read(path).data) if isinstance(text, str)]
    begins = [(t, m.end() - 1) for t in texts for m in re.finditer(r"(^|\{)\$", t)]
    assert [text for text, at in begins if not known.match(text, at)] == []


@pytest.mark.parametrize("secret", ["$ecret", "$$", "$1.00", "a{$b}"])
def test_value_given_by_the_user_is_no_expression(secret):
    scope = Scope({"connector": {"auth": {"params": {"password": secret}}}})
    assert scope.resolve({"auth": "$inputs.connector.auth"}) == {
        "auth": {"params": {"password": secret}}
    }


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("$statusCode == 200", True),
        ("$statusCode == 201", False),
        ("$statusCode != 201", True),
        ("$statusCode == 201 || $statusCode == 200", True),
        ("$statusCode == 201 || $statusCode == 202", False),
        ("$statusCode == 200 && $response.body#/id == 'f1'", True),
        ("$statusCode == 200 && $response.body#/id == 'f2'", False),
        ("$response.body#/items/0/state == 'enabled'", True),
        ("$response.body#/items/0/state == 'disabled'", False),
        ("$response.body#/items/9/state == 'enabled'", False),
        ("$response.body#/items/0/version == 0", True),
        ("$response.body#/id == 0", False),
        ("$statusCode >= 200 && $statusCode < 300", True),
        ("$response.body#/id > 1", False),
        ("$statusCode == 404 || $response.body#/id == 'f1' && $statusCode == 200", True),
    ],
)
def test_condition_holds_or_not(scope, condition, holds):
    assert scope.holds(condition) is holds


def test_condition_on_no_answer_does_not_hold():
    assert not Scope({}, {}, exchange(status=0, error="refused")).holds("$statusCode == 200")


def test_condition_that_cannot_be_read_is_bad_contract_data(scope):
    with pytest.raises(ContractDataError, match="unknown condition"):
        scope.holds("$statusCode")
