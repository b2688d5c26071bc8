"""Rules where a lawful server and a faulty one are hard to tell apart."""

import pytest

import conformance.rules.data_services
import conformance.rules.flows
import conformance.rules.gateway
import conformance.rules.registry_resources
from conformance.engine.evidence import Evidence
from conformance.rules.registry import RULES
from conformance.selftest.builders import exchange, journey

FLOW, SCHEMA = "b87e14f2-db8c-4e84-9b5f-f0705be2fd58", "4e78774d4347ec0d14b5147f39e5b3c8"


def findings(rule, *exchanges):
    return [found.holds for found in RULES[rule](Evidence([journey(*exchanges)]))]


def reads(*states):
    return [exchange(id=FLOW, body={"items": [{"id": FLOW, "state": s}]}) for s in states]


@pytest.mark.parametrize(
    ("states", "deleted", "found"),
    [
        (["initializing"], True, []),
        (["initializing"], False, [False]),
        (["initializing"] * 2, True, [False]),
        (["initializing", "enabled"], True, [True]),
    ],
)
def test_a_flow_looked_at_once_and_deleted_had_no_time_to_settle(states, deleted, found):
    made = exchange("createFlow", 201, {"id": FLOW, "etag": '"1"'})
    end = [exchange("deleteFlow", 204, id=FLOW)] if deleted else []
    assert findings("flow-service.flows.flow-becomes-enabled", made, *reads(*states), *end) == found


@pytest.mark.parametrize(
    ("responses", "found"),
    [
        ([{"xactionId": "1:1"}, {"xactionId": "1:2"}], [True]),
        ([{"xactionId": "1:1"}, {"xactionId": "1:1"}], [False]),
        ([{"statusCode": 400, "message": "no"}, {"statusCode": 400, "message": "no"}], [True]),
        ([{"xactionId": "1:1"}], [False]),
    ],
)
def test_messages_of_a_batch_may_fail_alike_but_share_no_transaction(responses, found):
    batch = exchange("collectBatch", 207, {"responses": responses}, sent={"messages": [{}, {}]})
    assert findings("data-collection.inlet.batch-answers-multi-status", batch) == found


def test_a_schema_belongs_to_the_tenant_that_was_named_last_before():
    def named(tenant):
        return exchange("getStats", body={"tenantId": tenant})

    def made():
        identifier = f"https://ns.adobe.com/acme/schemas/{SCHEMA}"
        return exchange("createSchema", 201, {"$id": identifier})

    rule = "schema-registry.schemas.identifier-belongs-to-tenant"
    assert findings(rule, made(), named("acme"), made(), named("other"), made()) == [
        True,
        True,
        False,
    ]


BROKEN = '{"items": ['


def asked(operation, times, broken=0, status=200):
    """So many answers of one form, of which some came only at the second try."""
    return [
        exchange(operation, status, {"items": []}, spoilt=[BROKEN] if number < broken else [])
        for number in range(times)
    ]


@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        ([("getFlow", 60, 3)], 3),
        ([("getFlow", 60, 2)], 0),
        ([("getFlow", 60, 3), ("getFlowSpec", 60, 1)], 0),
        ([("getFlow", 3000, 3)], 0),
        ([("getFlow", 3000, 20)], 20),
    ],
    ids=["in one place", "too seldom", "elsewhere too", "where most was asked", "there too often"],
)
def test_json_that_breaks_in_one_place_alone_is_the_targets(spoilt, found):
    rest = [one for operation in ("listFlows", "listRuns") for one in asked(operation, 1500)]
    exchanges = [one for given in spoilt for one in asked(*given)]
    broken = conformance.rules.gateway.spoilt_in_one_place([*rest, *exchanges])
    assert len(broken) == found


def test_refusals_of_one_status_are_a_place_of_their_own():
    rest = asked("getFlow", 3000)
    lost = asked("getFlow", 30, 3, status=404)
    found = findings("gateway.media-type.answers-parse-as-json", *rest, *lost)
    assert found.count(False) == 3
