"""What a journey made is deleted at its end: newest first, where it is, and only once."""

import pytest

from conformance.engine.exchange import ABSENT
from conformance.selftest.builders import Script, session


def talk(status=200, body=ABSENT):
    return session(Script(lambda *_: (status, body)))


def remembered(one, *entities):
    for resource, identifier, *sandbox in entities:
        one.made(resource, identifier, *sandbox)


def test_tidying_is_newest_first_in_its_own_sandbox():
    one = talk(204)
    remembered(one, ("schema", "_a.1"), ("connection", "c1", "prod"), ("flow", "f1"))
    assert one.tidy() == []
    assert [path.rsplit("/", 1)[-1] for _, path in one.world.client.asked] == ["f1", "c1", "_a.1"]
    assert [h["x-sandbox-name"] for h in one.world.client.headers] == ["dev", "prod", "dev"]
    assert one.tidy() == []
    assert len(one.exchanges) == 3


@pytest.mark.parametrize(
    ("status", "left"), [(200, 0), (202, 0), (204, 0), (404, 0), (400, 2), (500, 2), (0, 2)]
)
def test_what_could_not_be_deleted_is_left_over_and_the_rest_is_tried(status, left):
    one = talk(status, "")
    remembered(one, ("connection", "c1"), ("flow", "f1"))
    assert len(one.tidy()) == left
    deletes = [e.operation for e in one.exchanges if e.operation.startswith("delete")]
    assert deletes == ["deleteFlow", "deleteConnection"]


def test_what_has_no_delete_is_left_over_without_a_request():
    one = talk(204)
    remembered(one, ("mappingSet", "m1"), ("flow", "f1"))
    assert [left.id for left in one.tidy()] == ["m1"]
    assert len(one.exchanges) == 1


def test_what_the_journey_deleted_is_forgotten():
    one = talk(204)
    remembered(one, ("flow", "f1"), ("flow", "f2"))
    one.call("deleteFlow", "f1")
    one.tidy()
    assert [path.rsplit("/", 1)[-1] for _, path in one.world.client.asked] == ["f1", "f2"]


def test_entities_of_two_kinds_may_have_one_id():
    one = session(Script(lambda method, *_: (201, {"id": "1"}) if method == "POST" else (204, "")))
    for operation in ("createConnection", "createFlow"):
        one.call(operation, body={}, sandbox="prod")
    one.call("deleteFlow", "1")
    assert one.tidy() == []
    assert one.world.client.asked[-1] == ("DELETE", "/flowservice/connections/1")
    assert one.world.client.headers[-1]["x-sandbox-name"] == "prod"


@pytest.mark.parametrize("status", [400, 500, 0])
def test_create_that_failed_leaves_nothing_to_tidy(status):
    one = talk(status, {"id": "1"})
    one.call("createFlow", body={}, case="s.r.case")
    assert one.tidy() == []
    assert len(one.exchanges) == 1


def test_case_that_was_let_through_is_tidied():
    one = session(Script(lambda method, *_: (201, {"id": "1"}) if method == "POST" else (204, "")))
    one.call("createFlow", body={}, case="s.r.case")
    assert one.tidy() == []
    assert one.world.client.asked[-1] == ("DELETE", "/flowservice/flows/1")


@pytest.mark.parametrize(
    ("operation", "body"),
    [("createFlow", {"id": ""}), ("createDataSet", ["@/dataSets/"]), ("createSchema", {"$id": ""})],
)
def test_create_with_an_empty_id_never_deletes_the_collection(operation, body):
    one = talk(201, body)
    one.call(operation, body={})
    assert one.tidy() == []
    assert len(one.exchanges) == 1
