"""Evidence: the history of each entity, whichever of its names a request uses."""

import json

import pytest

from conformance.engine.evidence import Evidence, Journey
from conformance.engine.exchange import ABSENT
from conformance.engine.kinds import CLASS, CONNECTION, DATA_SET, FLOW, SCHEMA
from conformance.selftest.builders import exchange, journey

CASE = "flow-service.flows.patch-without-if-match-is-refused"
REF = "https://ns.adobe.com/acme/schemas/1a"


def made(identifier="f1", **given):
    return exchange("createFlow", 201, {"id": identifier}, **given)


def read(state="one", status=200, **given):
    return exchange("getFlow", status, {"items": [{"state": state}]}, id="f1", **given)


def patch(status=200, **given):
    sent = [{"op": "replace", "path": "/name", "value": "n"}]
    return exchange("updateFlow", status, {"id": "f1"}, id="f1", sent=sent, **given)


def timeline(*exchanges, kind=FLOW):
    (found,) = Evidence([journey(*exchanges)]).timelines(kind)
    return found


@pytest.mark.parametrize(
    ("kind", "created", "names"),
    [
        (FLOW, ("createFlow", {"id": "f1", "etag": "e"}), ["f1"]),
        (CONNECTION, ("createConnection", {"id": "c1"}), ["c1"]),
        (SCHEMA, ("createSchema", {"$id": REF, "meta:altId": "_acme.1a"}), ["_acme.1a", REF]),
        (CLASS, ("createClass", {"$id": REF, "meta:altId": "_acme.1a"}), ["_acme.1a", REF]),
        (CLASS, ("createClass", {"$id": REF}), [REF]),
        (DATA_SET, ("createDataSet", ["@/dataSets/5e89"]), ["5e89"]),
        (DATA_SET, ("createDataSet", ["@/datasets/5e89"]), ["5e89"]),
    ],
    ids=str,
)
def test_entity_is_found_under_each_of_its_names(kind, created, names):
    reads = [exchange(kind.get(), 200, {}, id=name) for name in names]
    other = exchange(kind.get(), 200, {}, id="another")
    found = timeline(exchange(created[0], 201, created[1]), *reads, other, kind=kind)
    assert found.events == reads
    assert found.created.operation == created[0]


@pytest.mark.parametrize("body", [ABSENT, {}, [], {"id": 5}, {"id": None}, "text"], ids=repr)
def test_create_without_a_name_has_no_history(body):
    creates = [exchange(o, 201, body) for o in ("createFlow", "createSchema", "createDataSet")]
    assert Evidence([journey(*creates)]).timelines(FLOW, SCHEMA, DATA_SET) == []


def test_refused_create_has_no_history():
    assert Evidence([journey(made(), name="a")]).timelines(FLOW)
    refused = exchange("createFlow", 400, {"id": "f1"})
    assert Evidence([journey(refused)]).timelines(FLOW) == []


def test_same_id_of_another_kind_is_another_entity():
    flow, connection = made("1"), exchange("createConnection", 201, {"id": "1"})
    reads = [exchange("getFlow", id="1"), exchange("getConnection", id="1")]
    evidence = Evidence([journey(flow, connection, *reads)])
    assert [t.events for t in evidence.timelines(FLOW)] == [[reads[0]]]
    assert [t.events for t in evidence.timelines(CONNECTION)] == [[reads[1]]]
    assert len(evidence.timelines(FLOW, CONNECTION)) == 2


@pytest.mark.parametrize(
    "between",
    [[], [read(status=404)], [patch(412, case=CASE)], [read(case="s.r.some-case")]],
    ids=["nothing", "failed read", "refused case", "read put to the test"],
)
def test_fresh_reads_are_those_that_show_what_was_created(between):
    shown, again = read(), read("two")
    found = timeline(made(), *between, shown, again, patch(), read()).fresh_reads()
    assert list(found) == [shown, again]


@pytest.mark.parametrize(
    "between",
    [
        patch(),
        patch(0, error="refused"),
        patch(200, case=CASE),
        exchange("deleteFlow", 204, id="f1"),
    ],
    ids=["update", "update without an answer", "case that was let through", "delete"],
)
def test_read_after_a_change_is_not_fresh(between):
    assert list(timeline(made(), between, read()).fresh_reads()) == []


def test_update_has_the_reads_on_both_sides():
    before, change, after = read("one"), patch(), read("two")
    (found,) = timeline(made(), read("zero"), before, change, after, read("three")).updates()
    assert (found.before, found.exchange, found.after) == (before, change, after)


def test_refused_write_between_does_not_hide_the_reads():
    before, after = read("one"), read("two")
    refused = patch(412, case=CASE)
    (found,) = timeline(made(), before, refused, patch(), refused, after).updates()
    assert (found.before, found.after) == (before, after)


def test_another_change_hides_the_read_behind_it():
    first, second = timeline(made(), read(), patch(), patch(202), read()).updates()
    assert (first.before is None, first.after is None) == (False, True)
    assert (second.before is None, second.after is None) == (True, False)


def test_update_that_failed_or_was_put_to_the_test_is_no_update():
    events = [patch(400), patch(200, case=CASE), patch(0, error="gone")]
    assert list(timeline(made(), *events).updates()) == []


def test_refusals_are_writes_put_to_the_test_and_refused():
    before, refused, after = read(), patch(412, case=CASE), read()
    others = [patch(200, case=CASE), patch(400), read(status=404, case=CASE)]
    (found,) = timeline(made(), before, refused, after, *others).refusals()
    assert (found.before, found.exchange, found.after) == (before, refused, after)


def test_refusal_next_to_a_change_has_no_read_on_that_side():
    (found,) = timeline(made(), read(), patch(), patch(412, case=CASE), read()).refusals()
    assert found.before is None
    assert found.after is not None


def test_answers_successes_and_cases_are_told_apart():
    lawful, failed, silent = made(), patch(400), patch(0, error="gone")
    tested = patch(412, case=CASE)
    evidence = Evidence([journey(lawful, failed), journey(silent, tested, name="other")])
    assert evidence.answered() == [lawful, failed, tested]
    assert evidence.answered("updateFlow") == [failed, tested]
    assert evidence.successes() == [lawful]
    assert evidence.cases(CASE) == [tested]
    assert evidence.sent_by("walk")["createFlow"] == [lawful]


def test_journey_survives_its_record():
    given = journey(
        made(sent={"name": "é\ud800"}, notes={"patch": "x"}, case=CASE, attempts=2),
        patch(0, error="refused"),
        halted_at="step",
        reason="why",
        leftovers=[{"resource": "flow", "id": "f1", "reason": "r"}],
    )
    given.exchanges[0].body  # noqa: B018 - a parsed body must not enter the record
    record = json.loads(json.dumps(given.to_json()))
    again = Journey.from_json(record)
    assert again.to_json() == given.to_json()
    assert again.exchanges[0].body == {"id": "f1"}
    assert again.exchanges[1].response is None
