"""Where a sequence stops: by the name of the step, with the reason, and without losing what it made."""

import pytest

from conformance.engine.errors import Halted
from conformance.engine.sequence import Runner
from conformance.selftest.builders import Script, session
from conformance.selftest.test_engine_sequence import (
    ACCOUNT,
    ACCOUNTS,
    WORKFLOWS,
    Platform,
    instead,
    walk,
)


def test_step_that_never_settles_halts_by_its_name_in_time():
    one, stop = walk(Platform(settles_after=10**6))
    assert stop.step == "prepare.settle"
    assert "state == 'enabled'" in stop.reason
    assert stop.exchange == one.exchanges[-1].id
    assert 3 <= len([e for e in one.exchanges if e.step == "prepare.settle"]) <= 15


def test_step_that_fails_is_not_repeated():
    one, stop = walk(instead(f"GET {ACCOUNT}", 500, {}))
    assert stop.step == "prepare.settle"
    assert [e.step for e in one.exchanges].count("prepare.settle") == 1


@pytest.mark.parametrize(
    ("place", "step"),
    [
        (f"POST {ACCOUNTS}", "create-account"),
        ("POST /catalog/dataSets", "prepare.create-set"),
        (f"PATCH {ACCOUNT}", "update"),
        (f"DELETE {ACCOUNT}", "delete"),
    ],
)
@pytest.mark.parametrize("status", [400, 500, 302])
def test_refused_step_halts_by_its_name_and_status(place, step, status):
    one, stop = walk(instead(place, status, {"id": "c1"}))
    assert stop.step == one.exchanges[-1].step == step
    assert f"status {status}" in stop.reason


def test_step_without_an_answer_halts_with_the_reason():
    _, stop = walk(instead(f"PATCH {ACCOUNT}", 0))
    assert (stop.step, stop.reason) == ("update", "target.test did not answer in time")


@pytest.mark.parametrize(
    ("place", "body", "step", "name"),
    [
        (f"POST {ACCOUNTS}", {}, "create-account", "connectionId"),
        (f"POST {ACCOUNTS}", "<html>", "create-account", "answered 201 with what is not JSON"),
        (f"POST {ACCOUNTS}", {"id": None}, "create-account", "connectionId"),
        (f"POST {ACCOUNTS}", {"id": ""}, "create-account", "connectionId"),
        ("POST /catalog/dataSets", [], "prepare.create-set", "dataSetId"),
        ("POST /catalog/dataSets", ["@/dataSets/"], "prepare.create-set", "dataSetId"),
        ("POST /catalog/dataSets", [None], "prepare.create-set", "dataSetId"),
    ],
)
def test_answer_without_what_later_steps_need_halts(place, body, step, name):
    one, stop = walk(instead(place, 201, body))
    assert (stop.step, stop.exchange) == (step, one.exchanges[-1].id)
    assert name in stop.reason


@pytest.mark.parametrize("identifier", [5, 1.5, True, ["c1"], {"a": "c1"}], ids=repr)
def test_id_of_another_type_stops_nothing(identifier):
    one, _ = walk(instead(f"POST {ACCOUNTS}", 201, {"id": identifier}))
    assert one.tidy() is not None
    assert len(one.exchanges) > 2


def test_nothing_is_extracted_from_what_is_absent():
    rule = {"found": {"from": "$response.body#/nothing", "pattern": "([a-z]+)"}}
    step = {**WORKFLOWS["data-set"]["steps"][0], "x-extract": rule}
    step.pop("x-creates")
    with pytest.raises(Halted, match="found"):
        Runner(session(Script(Platform())), {"x": {"steps": [step]}}).run("x", {"title": "t"})


@pytest.mark.parametrize(
    ("workflow", "inputs", "step", "what"),
    [
        ("whole", {}, "create-account", "the request body"),
        ("data-set", {"title": "t"}, "settle", "id"),
    ],
)
def test_value_that_no_one_gave_halts_before_the_request(workflow, inputs, step, what):
    _, stop = walk(workflow=workflow, inputs=inputs)
    assert (stop.step, stop.exchange) == (step, None)
    assert stop.reason.startswith(f"{what} needs")


def test_what_was_made_is_tidied_when_the_answer_lacked_another_value():
    step = {**WORKFLOWS["whole"]["steps"][0]}
    step["outputs"] = {**step["outputs"], "etag": "$response.body#/nothing"}
    one = session(Script(Platform()))
    with pytest.raises(Halted, match="etag"):
        Runner(one, {"x": {"steps": [step]}}).run("x", {"run": "run-1"})
    assert one.tidy() == []
    assert one.world.client.asked[-1] == ("DELETE", ACCOUNT)
