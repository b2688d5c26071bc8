"""results.json: fits its schema, counts right, and is conformant only when it should be."""

import json

import pytest
from jsonschema import Draft202012Validator

from conformance.engine.catalogue import Catalogue
from conformance.report import results
from conformance.report.results import build, count, is_conformant, write
from conformance.selftest.builders import exchange, journey
from conformance.selftest.contract_files import schema_named

SCHEMA = Draft202012Validator(
    schema_named("results"), format_checker=Draft202012Validator.FORMAT_CHECKER
)
TARGET = {
    "name": "emulator",
    "base_url": "http://t",
    "sandbox": "dev",
    "org_id": "O",
    "mode": "emulator",
}
CATALOGUE = Catalogue({})


def entry(verdict="pass", level="MUST", **given):
    blocked = {"blocked_by": "s.r.other"} if verdict == "blocked" else {}
    return {
        "id": f"s.r.{level.lower()}-{verdict}", "level": level, "basis": "stated",
        "verdict": verdict, "message": "", "statement": "A thing holds.", "source": ["S0:83"],
        "sequences": ["walk"], "exchanges": [], **blocked, **given,
    }  # fmt: skip


def built(rows=(), journeys=(), **given):
    connectors = given.pop("connectors", {"walk": "paypal"})
    return build(list(rows), list(journeys), CATALOGUE, connectors, TARGET, {"timeout": 30.0},
                 "core", "0123456789ab", 1_700_000_000.0, 1_700_000_002.5, [])  # fmt: skip


def invalid(outcome):
    text = json.dumps(outcome, allow_nan=False)
    return [f"{e.json_path}: {e.message}" for e in SCHEMA.iter_errors(json.loads(text))]


def make(status=201, name="walk/1", **given):
    return exchange("createFlow", status, {"id": "f1"}, name=name, step="create", **given)


VERDICTS = ["pass", "fail", "warn", "waived", "not-applicable", "untested", "blocked", "error"]


def test_result_of_everything_fits_the_schema():
    rows = [entry(v, level) for v in VERDICTS for level in ("MUST", "SHOULD", "MAY")]
    rows.append(entry("fail", intermittent={"failed": 1, "observed": 3}, exchanges=["walk/1"]))
    exchanges = [
        make(sent={"name": "é"}, attempts=3, started=1_700_000_000.1, seconds=0.25),
        make(0, name="walk/2", error="no connection"),
        exchange("listFlows", 500, "<html>", name="walk/3"),
        exchange("deleteFlow", 204, name="walk/4", id="f1"),
        exchange("getFlow", 200, '[1, null, "x"]', name="walk/5", id="f1"),
    ]
    left = [{"resource": "mappingSet", "id": "m1", "reason": "the API has no delete for it"}]
    outcome = built(rows, [journey(*exchanges, leftovers=left), journey(name="probe")])
    assert invalid(outcome) == []
    assert (outcome["requests"], outcome["retries"], outcome["seconds"]) == (7, 2, 2.5)
    assert outcome["started"] == "2023-11-14T22:13:20.000Z"
    assert outcome["leftovers"] == left
    assert list(outcome["exchanges"]) == [e.id for e in exchanges]


def test_empty_run_fits_the_schema_and_is_not_conformant():
    outcome = built()
    assert invalid(outcome) == []
    assert outcome["conformant"] is False


def test_rows_are_counted_by_level_and_verdict():
    rows = [
        entry("pass"),
        entry("pass"),
        entry("fail"),
        entry("warn", "SHOULD"),
        entry("pass", "MAY"),
    ]
    counts = count(rows)
    assert (counts["MUST"]["pass"], counts["MUST"]["fail"], counts["MUST"]["error"]) == (2, 1, 0)
    assert counts["SHOULD"] == {**dict.fromkeys(VERDICTS, 0), "warn": 1}
    assert sum(sum(level.values()) for level in counts.values()) == len(rows)


@pytest.mark.parametrize(
    ("rows", "conformant"),
    [
        ([("pass", "MUST")], True),
        ([("pass", "MUST"), ("waived", "MUST"), ("not-applicable", "MUST")], True),
        ([("pass", "MUST"), ("warn", "SHOULD"), ("untested", "SHOULD"), ("blocked", "MAY")], True),
        ([], False),
        ([("pass", "SHOULD")], False),
        ([("not-applicable", "MUST")], False),
        ([("waived", "MUST")], False),
        *(
            [
                ([("pass", "MUST"), (v, "MUST")], False)
                for v in ("fail", "blocked", "error", "untested")
            ]
        ),
    ],
    ids=str,
)
def test_conformant_means_that_every_must_ran_and_holds(rows, conformant):
    entries = [entry(*given) for given in rows]
    assert is_conformant(entries) is conformant
    assert built(entries)["conformant"] is conformant


def test_worst_rows_come_first():
    rows = [entry(v) for v in reversed(VERDICTS)]
    order = [r["verdict"] for r in built(rows)["requirements"]]
    assert order[0] == "fail"
    assert order[-1] == "pass"
    assert order.index("error") < order.index("warn")


def test_only_shown_exchanges_are_kept():
    walked, probed, other = make(), make(name="probe/1"), make(name="probe/2")
    journeys = [journey(walked), journey(probed, other, name="probe")]
    outcome = built([entry("pass", exchanges=["probe/1"])], journeys)
    assert set(outcome["exchanges"]) == {"walk/1", "probe/1"}
    assert [s["name"] for s in outcome["sequences"]] == ["walk"]
    assert outcome["requests"] == 3


@pytest.mark.parametrize(
    ("rows", "exchanges", "halted", "verdict"),
    [
        ([], [make()], None, "pass"),
        ([entry("fail", exchanges=["walk/1"])], [make(), make(name="walk/2")], None, "fail"),
        ([], [make(0, error="gone")], "create", "error"),
        ([], [make(500), exchange("deleteFlow", 204, id="f", step="tidy-up")], "create", "blocked"),
        ([entry("fail", exchanges=["walk/1"])],
         [make(500), exchange("deleteFlow", 204, id="f", step="tidy-up")], "create", "fail"),
        ([], [make(0, error="gone"), exchange("deleteFlow", 204, id="f", step="tidy-up")],
         "create", "error"),
        ([], [], "create", "blocked"),
        ([], [], None, "untested"),
    ],
    ids=["pass", "fail", "error", "halted", "failed and halted", "error and halted", "at once", "none"],
)  # fmt: skip
def test_sequence_has_the_verdict_of_its_worst_step(rows, exchanges, halted, verdict):
    outcome = built(rows, [journey(*exchanges, halted_at=halted, reason=halted and "why")])
    assert outcome["sequences"][0]["verdict"] == verdict
    assert invalid(outcome) == []


@pytest.mark.parametrize(
    "text", ['{"a": "\\ud800"}', '{"a": NaN}', "[" * 30_000, "\x00\x1b", "é" * 50_000], ids=len
)
def test_whatever_the_target_says_the_file_is_json(tmp_path, text):
    outcome = built(
        [entry("fail", exchanges=["walk/1"])], [journey(exchange(body=text, name="walk/1"))]
    )
    path = tmp_path / "deep" / "results.json"
    write(path, outcome)
    again = json.loads(path.read_bytes(), parse_constant=pytest.fail)
    assert invalid(again) == []
    assert len(path.read_bytes()) < 3 * results.BODY_LIMIT


def test_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "results.json"
    write(path, {"first": 1})
    with pytest.raises(TypeError):
        write(path, {"second": object()})
    assert json.loads(path.read_text()) == {"first": 1}
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".json")] == ["results.json"]
