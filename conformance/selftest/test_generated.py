"""Generated requests: what nobody chose is still found, told as a short sequence, and the same the next time."""

import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import pytest

from conformance.emulator.server import make_emulator, running
from conformance.engine.catalogue import load_catalogue
from conformance.engine.client import Client
from conformance.engine.data import contracts_root
from conformance.engine.evidence import Evidence, Journey
from conformance.engine.redaction import Redactor
from conformance.engine.session import Session
from conformance.engine.settings import resolve
from conformance.engine.verdict import FAIL, PASS, Judge
from conformance.engine.world import World
from conformance.report import text
from conformance.rules.generated.overlay import HARMLESS, overlay, without_secrets
from conformance.rules.generated.rules import ANY_ORDER, REFUSED
from conformance.rules.journeys import load_connectors
from conformance.rules.probes.registry import PROBES
from conformance.rules.registry import rule_for
from conformance.selftest.builders import CONTRACT, exchange, journey

CATALOGUE = load_catalogue(contracts_root())
CONNECTORS = load_connectors(contracts_root())
ROWS = [row for row in CATALOGUE.testable() if row.resource == "generated"]


@contextmanager
def emulator(change=None, examples=2, seed=1):
    made = make_emulator(seed=seed, settle=0.0)
    if change:
        change(made)
    with running(emulator=made) as given:
        settings = resolve(given, {})
        redactor = Redactor(settings.secrets())
        yield World(
            settings,
            CONTRACT,
            redactor,
            Client(settings),
            settings.access_token,
            "aepc-test",
            CONNECTORS,
            examples=examples,
        )


def take(world, name):
    session = Session(world, name)
    try:
        PROBES[name].run(session)
    finally:
        left = session.tidy()
    assert {entity.resource for entity in left} <= {"mappingSet"}
    return Journey(name, session.exchanges)


def judge(requirement_id, taken):
    row = replace(CATALOGUE[requirement_id], needs=())
    evidence = Evidence([taken])
    judge = Judge(CATALOGUE, lambda row: rule_for(row, CONTRACT), lambda row: evidence)
    return judge.verdict(row)


# -- the state machine


def loses_the_second_operation(emulator):
    apply = emulator.policy.apply_patch
    emulator.policy.apply_patch = lambda given, document, ops: apply(given, document, ops[:1])


def reuses_the_first_etag(emulator):
    fresh, first = emulator.policy.new_etag, {}

    def new_etag(given, record):
        etag = fresh(given, record)
        if record is None:
            return etag
        known = first.setdefault(record.id, record.document["etag"])
        return known if record.updates >= 2 else etag

    emulator.policy.new_etag = new_etag


def takes_stale_etags_of_disabled_flows(emulator):
    checked = emulator.policy.check_precondition

    def check(given, request, record):
        if record.document["state"] != "disabled":
            checked(given, request, record)

    emulator.policy.check_precondition = check


def describes_the_neighbour_too(emulator):
    commit = emulator.policy.commit

    def both(given, request, record, document):
        commit(given, request, record, document)
        others = [r for r in given.store.newest_first(record.kind) if r is not record]
        if len(others) > 1:
            others[0].document["description"] = document.get("description")

    emulator.policy.commit = both


def forgets_one_of_two_in_lists(emulator):
    chosen = emulator.policy.filter_records

    def filtered(given, records, filters):
        found = chosen(given, records, filters)
        return found[:-1] if filters and len(found) == 2 else found

    emulator.policy.filter_records = filtered


@pytest.mark.parametrize(
    ("fault", "longest"),
    [
        (loses_the_second_operation, 7),
        (reuses_the_first_etag, 9),
        (takes_stale_etags_of_disabled_flows, 9),
        (describes_the_neighbour_too, 9),
        (forgets_one_of_two_in_lists, 7),
    ],
)
def test_broken_order_is_told_as_a_short_sequence(fault, longest):
    with emulator(fault, examples=5) as world:
        verdict = judge(ANY_ORDER, take(world, "generated-order"))
    assert verdict.verdict == FAIL
    first = verdict.broken[0].exchange
    steps = first.notes["sequence"].split(" → ")
    assert f"after {steps[0]} → {steps[1]}" in verdict.message
    assert len(steps) <= longest
    told = text.failure(verdict, "rerun")
    assert told.count("curl -X POST") >= 2
    assert "sequence that shows it" in told
    assert steps[-1] == first.operation


@pytest.mark.parametrize("name", ["order", "generated-order"])
def test_clean_emulator_fits_the_model_in_every_order(name):
    with emulator(examples=5) as world:
        taken = take(world, name)
    verdict = judge(ANY_ORDER, taken)
    assert verdict.verdict == PASS, verdict.message
    assert {e.operation for e in taken.exchanges} >= {"actOnFlow", "updateFlow", "deleteFlow"}


def test_a_tour_takes_a_step_of_each_kind_beside_every_neighbour():
    with emulator() as world:
        steps = [e.operation for e in take(world, "order").exchanges]
    deleted = steps.index("deleteFlow")
    assert {"getConnection", "getSourceConnection", "getTargetConnection"} <= set(
        steps[deleted : deleted + 6]
    )
    assert steps.count("actOnFlow") >= 3


def test_a_long_sequence_is_told_by_its_end():
    last = exchange("getConnection", status=404, notes={"model": {"status": [200]}})
    last.notes["sequence"] = " → ".join(f"step{n}" for n in range(30))
    last.notes["curl_sequence"] = [f"curl {n}" for n in range(50)]
    verdict = judge(ANY_ORDER, journey(last))
    assert "after … → step25" in verdict.message
    assert "step29" in verdict.message
    told = text.failure(verdict, "rerun")
    assert "… 20 before these\n  curl 20\n" in told
    assert "  curl 49" in told


# -- Schemathesis


def fails_on_a_mapping_without_its_name(emulator):
    checked = emulator.policy.check_mapping_item

    def check(given, index, item):
        checked(given, index, item)
        if "description" in item:
            raise ZeroDivisionError

    emulator.policy.check_mapping_item = check


def fails_once_in_twenty(emulator):
    checked, number = emulator.policy.check_api_key, count(1)

    def check(given, request):
        checked(given, request)
        if "mappingSets" in request.path and next(number) % 20 == 0:
            raise ZeroDivisionError

    emulator.policy.check_api_key = check


@pytest.mark.parametrize("fault", [fails_on_a_mapping_without_its_name, fails_once_in_twenty])
def test_server_error_on_some_request_is_found(fault):
    with emulator(fault, examples=5) as world:
        taken = take(world, "generated-data-prep")
    verdict = judge("data-prep.generated.requests-never-cause-a-server-error", taken)
    assert verdict.verdict == FAIL
    assert verdict.intermittent
    assert "not_a_server_error" in verdict.broken[0].exchange.notes["checks"]
    assert "curl -X" in "\n".join(verdict.broken[0].exchange.notes["curl_sequence"])


def test_server_error_on_one_value_of_another_type_in_twenty_is_found():
    with emulator(fails_once_in_twenty) as world:
        taken = take(replace(world, repeats=25), "small-data-prep-again")
    verdict = judge("data-prep.generated.requests-never-cause-a-server-error", taken)
    assert (verdict.verdict, verdict.intermittent) == (FAIL, True)


def test_answer_outside_the_contract_is_found():
    def change(emulator):
        present = emulator.policy.check_data_set

        def check(given, request, body):
            present(given, request, body)
            if "tags" in body:
                body["name"] = 7

        emulator.policy.check_data_set = check

    with emulator(change, examples=5) as world:
        taken = take(world, "generated-catalog")
    verdict = judge("catalog.generated.answers-fit-the-contract", taken)
    assert verdict.verdict == FAIL
    assert "type string" in verdict.message


@pytest.mark.parametrize("service", ["catalog", "data-prep"])
def test_clean_emulator_holds(service):
    with emulator() as world:
        taken = take(world, f"generated-{service}")
    for row in [row for row in ROWS if row.service == service]:
        assert judge(row.id, taken).verdict == PASS


# -- reproducible


def shape(taken):
    def still(value):
        value = re.sub(r"127\.0\.0\.1:\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", value)
        return re.sub(r"\d{13}|[0-9a-f]{24,64}", "ID", value)

    return [
        (e.request.method, still(e.request.url), still(e.request.text), e.status)
        for e in taken.exchanges
        if not e.step.startswith(("settle", "await"))
    ]


@pytest.mark.parametrize("name", ["generated-order", "generated-data-prep"])
def test_two_runs_send_the_same_requests(name):
    taken = []
    for seed in (1, 2):
        with emulator(seed=seed) as world:
            taken.append(shape(take(world, name)))
    assert taken[0] == taken[1]


# -- the parts


def test_every_row_has_the_journey_that_shows_it():
    for row in ROWS:
        serving = [name for name, probe in PROBES.items() if probe.serves(row.id)]
        assert len([name for name in serving if name.startswith("generated-")]) == 1
        assert row.profile == "full"


def test_generators_are_imported_only_when_a_journey_runs():
    script = (
        "import sys, conformance.rules.run; print({'hypothesis', 'schemathesis'} & {*sys.modules})"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "set()"


def test_refused_create_that_is_listed_breaks_its_row():
    noted = {"refused": ["run-1 one", "run-1 two"]}
    listed = {"items": [{"id": "x", "name": "run-1 two"}]}
    found = exchange("listFlows", body=listed, notes=noted)
    assert judge(REFUSED, journey(found)).verdict == FAIL
    assert (
        judge(REFUSED, journey(exchange("listFlows", body={"items": []}, notes=noted))).verdict
        == PASS
    )


def test_overlay_keeps_what_is_wrong():
    living = {"id": "0" * 24, "spec": {"id": "x", "version": "1.0"}, "of": ["a"]}
    wrong = {"id": 7, "spec": {"id": "", "more": None}, "of": [1], "extra": "e"}
    assert overlay(wrong, living) == wrong
    right = {"id": "a" * 24, "spec": {"id": "y"}, "of": ["b", "c"]}
    assert overlay(right, living) == {"id": "0" * 24, "spec": {"id": "x"}, "of": ["a"]}
    assert overlay({"id": "a" * 23}, living) == {"id": "a" * 23}


def test_generated_secrets_are_no_words_to_hide():
    assert without_secrets('{"a": [{"password": "json", "b": 1}]}') == (
        f'{{"a": [{{"password": "{HARMLESS}", "b": 1}}]}}'
    )
    assert without_secrets('{"password": 1}') == '{"password": 1}'
    assert without_secrets('{"password": 86400, "b": 2}') == '{"password": 1, "b": 2}'
    patch = '[{"op": "add", "path": "/auth/password", "value": "%s"}]'
    assert without_secrets(patch % "json") == patch % HARMLESS
    assert without_secrets('{"password": ["json"]}') == f'{{"password": ["{HARMLESS}"]}}'
