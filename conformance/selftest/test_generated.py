"""Generated requests: what nobody chose is still found, and asked the same the next time."""

import re
import subprocess
import sys
from dataclasses import replace
from itertools import count

import pytest

from conformance.engine.verdict import FAIL, PASS
from conformance.rules.generated.overlay import HARMLESS, overlay, without_secrets
from conformance.rules.generated.rules import REFUSED
from conformance.rules.probes.registry import PROBES
from conformance.selftest.builders import exchange, journey
from conformance.selftest.exploring import CATALOGUE, emulator, judge, take

ROWS = [row for row in CATALOGUE.testable() if row.resource == "generated"]


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
