"""Each client rule: what it holds against a request, and what it must leave alone."""

import base64

import pytest

import conformance.rules.client  # noqa: F401 - registers the rules
from conformance.engine.catalogue import load_catalogue
from conformance.engine.data import contracts_root
from conformance.engine.evidence import Evidence
from conformance.engine.exchange import Response
from conformance.rules.client.requests import WHOLE
from conformance.rules.registry import CLIENT_RULES, RULES, check_complete
from conformance.selftest.builders import exchange, journey

CLIENT = load_catalogue(contracts_root(), "client")
FLOW, OTHER = "0a1b2c3d-0000-0000-0000-000000000001", "0a1b2c3d-0000-0000-0000-000000000002"
SPEC = {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}
WHOLE_FLOW = {
    "name": "f",
    "flowSpec": {"id": "6499120c-0b15-42dc-936e-847ea3c24d72"},
    "sourceConnectionIds": [FLOW],
    "targetConnectionIds": [OTHER],
}
JSON = {"Content-Type": "application/json"}


def judged(statement, *exchanges):
    """Whether each finding of a rule holds, in order."""
    found = CLIENT_RULES[f"client.{statement}"](Evidence([journey(*exchanges)]))
    return [finding.holds for finding in found]


def test_every_row_has_a_rule_and_no_run_knows_them():
    check_complete(CLIENT, CLIENT_RULES)
    assert not CLIENT_RULES.keys() & RULES.keys()
    assert not CLIENT.rows.keys() & load_catalogue(contracts_root()).rows.keys()
    assert {row.side for row in CLIENT.rows.values()} == {"client"}


def test_nothing_is_asked_of_requests_that_a_probe_makes():
    for name, rule in CLIENT_RULES.items():
        probe = exchange("updateFlow", 400, id=FLOW, case="some.row.is-refused", sent={"op": 1})
        assert list(rule(Evidence([journey(probe)]))) == [], name


HEADERS = ["Authorization", "x-api-key", "x-gw-ims-org-id"]
RULE_OF = dict(
    zip(
        HEADERS,
        [
            "headers.authorization-is-a-bearer-token",
            "headers.api-key-is-sent",
            "headers.organization-is-named",
        ],
        strict=True,
    )
)


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_other_requests_show_was_left_out(name):
    value = "Bearer <secret:authorization>"
    shown = exchange("getFlow", headers={name.lower(): value})
    assert judged(RULE_OF[name], shown, exchange("getFlow")) == [True, False]


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_no_request_shows_may_have_been_left_out_by_the_recorder(name):
    assert judged(RULE_OF[name], exchange("getFlow"), exchange("getFlow", 403)) == []


@pytest.mark.parametrize(
    ("name", "code"), [*zip(HEADERS, ["403010", "403000", 400003], strict=True)]
)
def test_a_header_that_the_gateway_misses_was_not_sent(name, code):
    refused = exchange("getFlow", 403, {"error_code": code, "message": "missing"})
    assert judged(RULE_OF[name], refused) == [False]
    others = exchange("getFlow", 403, {"error_code": "403025", "message": "not yours"})
    assert judged(RULE_OF[name], others) == []


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_known_to_be_missing_from_live_traffic(name):
    assert judged(RULE_OF[name], exchange("getFlow", notes={WHOLE: True})) == [False]


@pytest.mark.parametrize("operation", ["fetchToken", "collect", "collectBatch"])
def test_token_service_and_inlets_want_no_platform_headers(operation):
    asked = exchange(operation, notes={WHOLE: True})
    assert all(judged(rule, asked) == [] for rule in RULE_OF.values())
    assert judged("headers.sandbox-is-named", asked) == []


@pytest.mark.parametrize(
    ("value", "live", "found"),
    [
        ("Bearer <secret:authorization>", False, [True]),
        ("bearer x", False, [True]),
        ("Basic <secret:authorization>", False, [False]),
        ("<secret:authorization>", False, []),  # perhaps a recorder's mask
        ("<secret:authorization>", True, [False]),
    ],
)
def test_authorization_has_the_bearer_scheme(value, live, found):
    asked = exchange(
        "getFlow", headers={"Authorization": value}, notes={WHOLE: True} if live else {}
    )
    assert judged("headers.authorization-is-a-bearer-token", asked) == found


@pytest.mark.parametrize(
    ("media", "fine"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/plain", False),
        ("application/json-patch+json", False),
        (None, False),
    ],
)
def test_a_body_is_declared_as_json(media, fine):
    headers = {"content-type": media} if media else {}
    asked = exchange("createFlow", sent={}, headers=headers)
    assert judged("headers.body-is-declared-as-json", asked) == [fine]
    assert judged("headers.body-is-declared-as-json", exchange("getFlow", headers=headers)) == []


def test_an_inlet_takes_smile_and_the_token_service_a_form():
    smile = exchange("collect", sent="x", headers={"Content-Type": "application/x-jackson-smile"})
    assert judged("headers.body-is-declared-as-json", smile) == [True]
    assert judged("headers.body-is-declared-as-json", exchange("fetchToken", sent="a=b")) == []
    assert judged("bodies.body-is-json", smile, exchange("fetchToken", sent="a=b")) == []


@pytest.mark.parametrize(
    ("accept", "media", "version"),
    [
        ("application/vnd.adobe.xed+json; version=1", [True], [True]),
        ("text/html, application/vnd.adobe.xed-full-notext+json;version=2", [True], [True]),
        ("application/vnd.adobe.xed+json", [True], [False]),
        ("*/*", [False], []),
        ("application/json", [False], []),
        (None, [False], []),
    ],
)
def test_a_lookup_asks_for_a_registry_media_type_with_a_version(accept, media, version):
    asked = exchange("getSchema", headers={"Accept": accept} if accept else {})
    assert judged("headers.registry-read-names-a-media-type", asked) == media
    assert judged("headers.registry-lookup-names-a-version", asked) == version


def test_a_list_of_schemas_needs_no_version():
    asked = exchange("listSchemas", headers={"Accept": "application/vnd.adobe.xed-id+json"})
    assert judged("headers.registry-read-names-a-media-type", asked) == [True]
    assert judged("headers.registry-lookup-names-a-version", asked) == []


def update(etag=None, sent=(), status=200, body=None, operation="updateFlow"):
    headers = {"If-Match": etag} if etag else {}
    return exchange(operation, status, body or {}, id=FLOW, headers=headers, sent=list(sent))


@pytest.mark.parametrize(
    ("etag", "is_sent", "quoted"),
    [('"1"', True, [True]), ("1", True, [False]), ('"', True, [False]), (None, False, [])],
)
def test_if_match_is_sent_in_quotes(etag, is_sent, quoted):
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
        ([read('"1"'), read('"2"'), update('"1"')], [False]),
        ([read('"1"', OTHER), update('"2"')], []),
        (
            [read('"1"'), update('"1"', body={"id": FLOW, "etag": '"2"'}), update('"1"')],
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
        ({"name": None}, [False]),
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


def test_a_copy_names_its_column():
    parts = [{"name": "Copy", "params": {}}, {"name": "Mapping"}, "odd"]
    right = {"name": "Copy", "params": {"deltaColumn": {"name": "d"}}}
    asked = exchange("createFlow", sent={**WHOLE_FLOW, "transformations": [*parts, right]})
    assert judged("bodies.copy-names-its-delta-column", asked) == [False, True]


def listing(query, operation="listFlows"):
    return exchange(operation, url=f"http://target.test/data/foundation/x?{query}")


@pytest.mark.parametrize(
    ("query", "found"),
    [("limit=5", [True]), ("count=true", [True]), ("count=true&limit=5", [False]), ("", [])],
)
def test_limit_and_count_are_not_combined(query, found):
    assert judged("lists.limit-and-count-are-not-combined", listing(query)) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=1", [True]),
        ("limit=100", [True]),
        ("limit=0", [False]),
        ("limit=101", [False]),
        ("", []),
    ],
)
def test_the_limit_of_a_data_set_list_has_bounds(query, found):
    rule = "lists.data-set-limit-is-from-one-to-a-hundred"
    assert judged(rule, listing(query, "listDataSets")) == found


ENCODED = base64.b64encode(b'{"resourcePath":"charges"}').decode()


@pytest.mark.parametrize(
    ("query", "kind", "params"),
    [
        (f"objectType=rest&sourceParams={ENCODED}", True, [True]),
        (f"objectType=rest&sourceParams={ENCODED.replace('=', '%3D')}", True, [True]),
        ("objectType=rest&sourceParams=charges", True, [False]),
        ("objectType=REST&sourceParams=eyJ9", True, [False]),
        ("object=json", False, []),
    ],
)
def test_an_explore_call_names_type_and_encoded_params(query, kind, params):
    asked = listing(query, "exploreConnection")
    assert judged("explores.object-type-is-given", asked) == [kind]
    assert judged("explores.source-params-are-base-sixty-four", asked) == params


def test_what_was_deleted_is_not_referred_to():
    gone = exchange("deleteSourceConnection", 204, id=FLOW)
    create = exchange("createFlow", 400, sent=WHOLE_FLOW)
    rule = "references.deleted-ones-are-not-used"
    assert judged(rule, gone, create) == [False]
    assert judged(rule, exchange("deleteSourceConnection", 400, id=FLOW), create) == []
    assert judged(rule, create, gone) == []


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("http://target.test/data/foundation/flowservice/flows?limit=5", True),
        ("http://target.test/data/foundation/flowservice/flows?key=<secret:x-api-key>", True),
        ("http://target.test/data/foundation/flowservice/flows?t=<secret:access_token>", False),
        ("http://me:<secret:password>@target.test/data/foundation/flowservice/flows", False),
    ],
)
def test_no_address_holds_a_secret(url, fine):
    assert judged("addresses.no-secret-is-in-the-address", exchange("listFlows", url=url)) == [fine]


ODD = [None, 3, "text", [None], [[]], {"scheduleParams": [], "transformations": {"a": 1}}]
ODD += [{"scheduleParams": {"frequency": {}, "interval": []}, "sourceConnectionIds": "x"}]
ODD_TEXTS = ["", "null", "[1]", '{"items": 3}', '{"items": [null, {"etag": 1}]}', "<html>"]


@pytest.mark.parametrize("rule", CLIENT_RULES)
def test_no_rule_stumbles_over_bodies_of_another_form(rule):
    asked = [
        exchange(operation, sent=sent, id=FLOW)
        for sent in ODD
        for operation in ("createFlow", "updateFlow", "createSchema", "createMappingSet")
    ]
    for one, text in zip(asked, ODD_TEXTS * len(asked), strict=False):
        one.response = Response({}, text, 200)
    findings = list(CLIENT_RULES[rule](Evidence([journey(*asked, *asked)])))
    assert all(finding.exchange in asked for finding in findings)
