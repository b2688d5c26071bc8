"""The proof: a sample of it holds, its figures are written, and every MUST row is named by a fault."""

import json
import os
from itertools import pairwise

import jsonschema
import pytest

from conformance.emulator.faults import leniencies
from conformance.emulator.variants import VARIANTS
from conformance.engine.catalogue import load_catalogue
from conformance.engine.data import contracts_root
from conformance.proof.answer import Answer, changed, pointers
from conformance.proof.command import fitting
from conformance.proof.coverage import misnamed, unkilled, unnamed
from conformance.proof.jobs import Job
from conformance.proof.lawful import behaviours, pairs, recordings, try_recording
from conformance.proof.mutations import Mutation
from conformance.proof.record import proven, reason_for, summary
from conformance.selftest.command import run_command
from conformance.selftest.contract_files import CONTRACTS

SCHEMA = json.loads((CONTRACTS / "schemas" / "proof.schema.json").read_text())
BODY = {
    "items": [{"id": "a", "etag": '"1"'}, {"id": "b"}],
    "5f3c3cedb2805c194ff0b69a": {"name": "n"},
}


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(contracts_root())


def proof_of(folder, *words):
    ended = run_command("prove", *words, "--report-dir", str(folder))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    proof = json.loads((folder / "proof.json").read_text(encoding="utf-8"))
    jsonschema.validate(proof, SCHEMA)
    assert proof["proven"]
    return proof, ended.stdout


def test_a_sample_of_faults_and_response_mutants_is_caught(tmp_path):
    proof, said = proof_of(tmp_path, "--sample", "12", "--set", "faults", "--set", "responses")
    faults, responses = proof["sets"]
    assert (faults["total"], responses["total"]) == (12, 12)
    assert [fault["name"] for fault in proof["faults"] if not fault["killed"]] == []
    assert "survivors" in said


def test_a_sample_of_lawful_servers_is_not_accused(tmp_path):
    proof, _ = proof_of(tmp_path, "--sample", "4", "--set", "variants", "--set", "mixtures")
    assert [one["red"] for one in (*proof["variants"], *proof["mixtures"])] == [[]] * 8
    assert {len(one["summary"].split()) for one in proof["mixtures"]} == {
        len(VARIANTS.all().keys() - leniencies().keys()) // 2
    }


@pytest.mark.parametrize("words", [["no-such-fault"], ["clean", "no-such-fault"]])
def test_unknown_name_is_one_line(words):
    ended = run_command("prove", *words)
    assert ended.returncode == 2
    assert ended.stderr.strip().splitlines() == [
        "aep-conformance: no-such-fault: no fault, variant or mutant has such a name"
    ]


@pytest.mark.parametrize("flag", ["--runs", "--sample", "--source-mutants", "-n"])
def test_numbers_begin_at_one(flag):
    ended = run_command("prove", "clean", flag, "0")
    assert ended.returncode == 2
    assert ended.stderr.strip() == f"aep-conformance: {flag} 0: give a whole number from 1"


def test_every_testable_must_row_is_named_by_a_fault(catalogue):
    assert unnamed(catalogue) == []


def test_faults_name_rows_that_a_run_can_observe(catalogue):
    assert misnamed(catalogue) == []


def test_a_row_is_killed_only_by_a_fault_that_names_it(catalogue):
    row = "flow-service.flows.create-answers-created"
    assert row not in unkilled(catalogue, [{"named": [row], "red": [row]}])
    assert row in unkilled(catalogue, [{"named": [row], "red": []}, {"named": [], "red": [row]}])


def test_places_of_a_body_are_its_first_elements_and_its_members():
    assert list(pointers(BODY)) == [
        "/items",
        "/items/0",
        "/items/0/id",
        "/items/0/etag",
        "/*",
        "/*/name",
    ]


def test_a_change_leaves_the_rest_alone():
    assert changed(BODY, "/*/name", "m") == {**BODY, "5f3c3cedb2805c194ff0b69a": {"name": "m"}}
    assert BODY["5f3c3cedb2805c194ff0b69a"] == {"name": "n"}


@pytest.mark.parametrize(
    ("kind", "place", "pointer", "value"),
    [
        ("drop", "/items/0/etag", "/items/0", {"id": "a"}),
        ("unquote", "/items/0/etag", "/items/0/etag", "1"),
        ("retype", "/items/0/id", "/items/0/id", 7),
        ("hollow", "/items", "/items", []),
    ],
)
def test_a_mutation_alters_its_place(kind, place, pointer, value):
    mutated = Mutation("getFlow", 200, kind, place).apply(answer(BODY)).body
    assert mutated == changed(BODY, pointer, value)


def test_a_swapped_status_does_not_give_itself_away():
    mutated = Mutation("getFlow", 404, "status", "403").apply(answer({"status": 404}, 404))
    assert (mutated.status, mutated.body) == (403, {"status": 403})


def answer(body, status=200):
    return Answer(status, (("Content-Type", "application/json"),), json.dumps(body).encode())


def test_a_reason_is_for_a_trial_and_not_for_the_fault_itself():
    assert "forty" in reason_for("every-second-list-fails@20")
    assert reason_for("every-second-list-fails") is None


def test_a_survivor_without_a_reason_or_a_false_alarm_is_no_proof():
    lost = summary("responses", [{"name": "x", "killed": False}])
    alarm = summary("variants", [{"name": "x", "lawful": 9, "runs": 10}])
    assert reason_for("x") is None
    assert not proven([lost])
    assert not proven([alarm])
    assert proven([{**lost, "set": "source"}])


def test_faults_of_the_first_seconds_are_tried_on_a_core_each():
    jobs = {when: [Job("intermittent", f"x@{when}", print, (), {})] for when in ("10", "5s")}
    cores = os.cpu_count()
    assert fitting({"intermittent": jobs["10"]}, 3 * cores) == 3 * cores
    assert fitting({"intermittent": jobs["10"] + jobs["5s"]}, 3 * cores) == cores
    assert fitting({"intermittent": jobs["5s"]}, 1) == 1


def test_a_recording_is_accused_where_its_file_gives_no_reason(tmp_path):
    listed = next(one for one in recordings() if one.stem == "landing_troubleshooting-errors")
    document = json.loads(listed.read_text(encoding="utf-8"))
    del document["log"]["_accused"]
    planted = tmp_path / listed.name
    planted.write_text(json.dumps(document), encoding="utf-8")
    assert try_recording(listed).lawful
    assert not try_recording(planted).lawful


def test_pairs_show_every_two_behaviours_of_different_errata():
    kept = behaviours()
    known = {name for names in kept.values() for name in names if name}
    servers = [set(server) for server in pairs(known)]
    errata = list(kept)
    for one, other in pairwise(errata):
        for a in kept[one][1:]:
            for b in kept[other][1:]:
                assert any({a, b} <= server for server in servers), (a, b)
