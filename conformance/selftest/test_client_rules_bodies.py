"""The client rules about updates, creates and schedules."""

import pytest

from conformance.selftest.builders import exchange
from conformance.selftest.client_rules import FLOW, OTHER, SPEC, WHOLE_FLOW, judged

JSON = {"Content-Type": "application/json"}


def update(etag=None, sent=(), status=200, body=None, operation="updateFlow"):
    headers = {"If-Match": etag} if etag else {}
    return exchange(operation, status, body or {}, id=FLOW, headers=headers, sent=list(sent))


@pytest.mark.parametrize(
    ("etag", "is_sent", "quoted"),
    [('"1"', True, [True]), ("1", True, [True]), ('"', True, [False]), (None, False, [])],
)
def test_if_match_is_sent_in_quotes_or_bare(etag, is_sent, quoted):
    assert judged("updates.if-match-is-sent", update(etag)) == [is_sent]
    assert judged("updates.if-match-is-quoted", update(etag)) == quoted


def read(etag, name=FLOW):
    return exchange("getFlow", 200, {"items": [{"id": name, "etag": etag}]}, id=name)


LAST = "updates.if-match-is-the-etag-last-returned"


@pytest.mark.parametrize(
    ("story", "found"),
    [
        ([update('"1"')], []),  # the client learned it elsewhere
        ([read('"1"'), update('"1"')], [True]),
        ([read('"1"'), update("1")], [True]),  # the quotes have a row of their own
        ([read('"1"'), read('"2"'), update('"1"', status=412)], [False]),
        ([read('"1"'), read('"2"'), update('"1"')], []),  # the service may have moved it
        ([read('"1"', OTHER), update('"2"')], []),
        (
            [
                read('"1"'),
                update('"1"', body={"id": FLOW, "etag": '"2"'}),
                update('"1"', status=412),
            ],
            [True, False],
        ),
        ([read('"1"'), update('"1"', status=202), update('"1"')], [True]),  # not known since
        ([read('"1"'), update('"1"', status=412), update('"1"')], [True, True]),
        ([exchange("createFlow", 201, {"id": FLOW, "etag": '"1"'}), update('"1"')], [True]),
    ],
)
def test_if_match_is_held_against_what_the_target_last_returned(story, found):
    assert judged(LAST, *story) == found


@pytest.mark.parametrize(
    ("patch", "form", "names"),
    [
        ([{"op": "replace", "path": "/name", "value": None}], True, [True]),
        ([{"op": "REMOVE", "path": "/description"}], True, [True]),
        ([{"op": "replace", "path": "/name"}], False, [True]),
        ([{"op": "add", "path": "name", "value": 1}], False, [True]),
        ([{"op": "add", "path": "/a~2", "value": 1}], False, [True]),
        ([{"op": "move", "from": "/a", "path": "/b"}], True, [False]),
        ([{"path": "/name", "value": 1}], False, []),
        (["replace"], False, []),
        ({"op": "replace", "path": "/name", "value": 1}, False, []),
        ([], True, []),
    ],
)
def test_the_body_of_an_update_is_a_json_patch(patch, form, names):
    asked = exchange("updateFlow", id=FLOW, sent=patch)
    assert judged("updates.body-is-a-json-patch", asked) == [form]
    assert judged("updates.operations-are-add-replace-or-remove", asked) == names


def test_one_document_has_the_update_of_a_connection_as_one_object():
    asked = exchange(
        "updateConnection", id=FLOW, sent={"op": "replace", "path": "/name", "value": 1}
    )
    assert judged("updates.body-is-a-json-patch", asked) == [True]


def test_a_body_that_is_no_json_is_said_once():
    asked = exchange("updateFlow", id=FLOW, sent="{'op': 'replace'}", headers=JSON)
    assert judged("bodies.body-is-json", asked) == [False]
    assert judged("updates.body-is-a-json-patch", asked) == []


def lacking(*names):
    return {k: v for k, v in WHOLE_FLOW.items() if k not in names}


@pytest.mark.parametrize(
    ("operation", "sent", "required"),
    [
        ("createFlow", WHOLE_FLOW, [True]),
        ("createFlow", lacking("name"), [False]),
        ("createFlow", lacking("name", "flowSpec"), [False, False]),
        ("createFlow", {**WHOLE_FLOW, "sourceConnectionIds": []}, [False]),
        ("createConnection", {"connectionSpec": {"id": SPEC["id"]}}, [True]),
        ("createTargetConnection", {"connectionSpec": SPEC}, [True]),
        ("createSourceConnection", {"connectionSpec": SPEC}, [False]),
        ("createSchema", {"title": "t", "allOf": [{}]}, [True]),
        ("createSchema", {"title": "t", "allOf": []}, [False]),
        ("createDataSet", {}, []),
    ],
)
def test_only_members_that_every_document_requires_are_missed(operation, sent, required):
    assert judged("bodies.required-members-are-sent", exchange(operation, sent=sent)) == required


def test_a_draft_may_lack_anything():
    url = "http://target.test/data/foundation/flowservice/flows?mode=draft"
    asked = exchange("createFlow", sent={"state": "draft"}, url=url)
    for rule in ("required-members-are-sent", "members-have-documented-types", "state-is-not-sent"):
        assert judged(f"bodies.{rule}", asked) == []


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"name": "n", "connectionSpec": SPEC}, [True]),
        ({"name": 7, "connectionSpec": "spec"}, [False, False]),
        ({"name": None}, [True]),
        ({"x-more": 1, "auth": {"params": {"anything": 1}}}, [True]),
        ([], [False]),
    ],
)
def test_members_have_their_documented_types(sent, found):
    asked = exchange("createConnection", sent=sent)
    assert judged("bodies.members-have-documented-types", asked) == found


def test_numbers_may_be_sent_as_text_where_documents_do():
    schedule = {
        "startTime": "1567411548",
        "frequency": "minute",
        "interval": "15",
        "backfill": "true",
    }
    asked = exchange("createFlow", sent={**WHOLE_FLOW, "scheduleParams": schedule})
    assert judged("bodies.members-have-documented-types", asked) == [True]


@pytest.mark.parametrize(
    ("schedule", "start", "frequency", "interval", "once"),
    [
        ({"startTime": 1, "frequency": "minute", "interval": 15}, [True], [True], [True], []),
        ({"startTime": "1", "frequency": "minute", "interval": "14"}, [True], [True], [False], []),
        ({"startTime": 1, "frequency": "day", "interval": 1}, [True], [True], [True], []),
        ({"startTime": 1, "frequency": "day", "interval": 0}, [True], [True], [False], []),
        ({"startTime": 1, "frequency": "day", "interval": True}, [True], [True], [False], []),
        ({"startTime": 1700000000000, "frequency": "once"}, [False], [True], [], [True]),
        ({"frequency": "monthly"}, [False], [False], [], []),
        ({"startTime": 1}, [True], [], [], []),
        ({"startTime": 1, "frequency": "once", "interval": 1}, [True], [True], [], [False]),
        ({"startTime": "tomorrow", "frequency": ["day"]}, [False], [False], [], []),
    ],
)
def test_schedules_keep_their_bounds(schedule, start, frequency, interval, once):
    asked = exchange("createFlow", sent={**WHOLE_FLOW, "scheduleParams": schedule})
    assert judged("schedules.start-is-in-epoch-seconds", asked) == start
    assert judged("schedules.frequency-is-documented", asked) == frequency
    assert judged("schedules.interval-is-within-bounds", asked) == interval
    assert judged("schedules.once-has-no-interval", asked) == once


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("/scheduleParams/interval", 1, [True]),
        ("/scheduleParams/interval", 0, [False]),
        ("/scheduleParams", {"frequency": "minute", "interval": 14}, [False]),
        ("/name", "x", []),
    ],
)
def test_an_update_keeps_them_too(path, value, found):
    asked = update('"1"', [{"op": "replace", "path": path, "value": value}])
    assert judged("schedules.interval-is-within-bounds", asked) == found


def test_a_copy_from_a_table_names_its_column():
    parts = [{"name": "Copy", "params": {}}, {"name": "Mapping"}, "odd"]
    right = {"name": "Copy", "params": {"deltaColumn": {"name": "d"}}}
    flow = {**WHOLE_FLOW, "transformations": [*parts, right]}
    table = {**flow, "flowSpec": {"id": "14518937-270c-4525-bdec-c2ba7cce3860"}}
    for sent, found in ((table, [False, True]), (flow, [])):
        asked = exchange("createFlow", sent=sent)
        assert judged("bodies.copy-names-its-delta-column", asked) == found
