"""A delete that comes too early is sent again, and is no offence of the target."""

import pytest

from conformance.engine.kinds import CONNECTION, FLOW
from conformance.engine.removal import TOO_EARLY, remove
from conformance.selftest.builders import Script, session

REFUSED = {"type": "https://ns.adobe.com/aep/errors/FLOW-1416-400", "errorMessage": "not now"}


def slow_flow(*states):
    """A session whose target refuses deletes until the last of the states was read."""
    left = list(states)

    def answer(method, *_):
        if method == "GET":
            return 200, {"items": [{"id": "f1", "state": left.pop(0) if left else states[-1]}]}
        return (400, REFUSED) if left else (204, "")

    one = session(Script(answer))
    one.world.sleep = lambda seconds: None
    return one


def test_delete_is_sent_again_once_the_flow_has_settled():
    one = slow_flow("pending", "updating", "enabled")
    assert remove(one, FLOW, "f1", step="delete").status == 204
    assert [e.operation for e in one.exchanges] == ["deleteFlow", *["getFlow"] * 3, "deleteFlow"]


def test_only_the_delete_that_came_too_early_is_not_judged():
    one = slow_flow("pending", "enabled")
    remove(one, FLOW, "f1", step="delete")
    deletes = [e.case for e in one.exchanges if e.operation == "deleteFlow"]
    assert deletes == [TOO_EARLY, None]


def test_refusal_to_delete_a_flow_that_was_seen_settled_counts():
    one = slow_flow("enabled", "enabled")
    one.call("getFlow", "f1")
    assert remove(one, FLOW, "f1", step="delete", halts=False).status == 400
    assert [e.case for e in one.exchanges] == [None, None]


@pytest.mark.parametrize("before", ["updateFlow", "actOnFlow"])
def test_flow_is_not_known_to_be_settled_after_a_change(before):
    one = slow_flow("enabled", "updating", "enabled")
    one.call("getFlow", "f1")
    one.call(before, "f1", body=[], halts=False)
    assert remove(one, FLOW, "f1", step="delete").status == 204


@pytest.mark.parametrize("reads", [["delete-finalizing"], []])
def test_base_connection_is_deleted_again_once_its_flow_has_left(reads):
    left, in_use = list(reads), [True]

    def answer(method, *_):
        if method == "GET":
            in_use[:] = [bool(left)]
            return (200, {"items": [{"id": "f1", "state": left.pop()}]}) if left else (404, {})
        return (400, REFUSED) if in_use[0] else (204, "")

    one = session(Script(answer))
    one.world.sleep = lambda seconds: None
    one.made("flow", "f1")
    assert remove(one, CONNECTION, "c1", step="delete").status == 204
    deletes = [e.case for e in one.exchanges if e.operation == "deleteConnection"]
    assert deletes == [TOO_EARLY, None]


def test_refusal_to_delete_a_base_connection_without_flows_counts():
    one = session(Script(lambda method, *_: (400, REFUSED)))
    one.world.sleep = lambda seconds: None
    remove(one, CONNECTION, "c1", step="delete", halts=False)
    assert one.exchanges[0].case is None
