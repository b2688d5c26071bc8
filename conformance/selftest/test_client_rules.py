"""The client rules as a whole, and those about addresses and references."""

import base64

import pytest

from conformance.engine.catalogue import load_catalogue
from conformance.engine.data import contracts_root
from conformance.engine.evidence import Evidence
from conformance.engine.exchange import Response
from conformance.rules.registry import CLIENT_RULES, RULES, check_complete
from conformance.selftest.builders import exchange, journey
from conformance.selftest.client_rules import FLOW, WHOLE_FLOW, judged

CLIENT = load_catalogue(contracts_root(), "client")


def test_every_row_has_a_rule_and_no_run_knows_them():
    check_complete(CLIENT, CLIENT_RULES)
    assert not CLIENT_RULES.keys() & RULES.keys()
    assert not CLIENT.rows.keys() & load_catalogue(contracts_root()).rows.keys()
    assert {row.side for row in CLIENT.rows.values()} == {"client"}


def test_nothing_is_asked_of_requests_that_a_probe_makes():
    for name, rule in CLIENT_RULES.items():
        probe = exchange("updateFlow", 400, id=FLOW, case="some.row.is-refused", sent={"op": 1})
        assert list(rule(Evidence([journey(probe)]))) == [], name


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
