"""Shards of one run become one result; strangers are refused."""

from functools import cache

import pytest
from jsonschema import Draft202012Validator

from conformance.engine.errors import SettingsError
from conformance.report.merging import merge
from conformance.selftest.command import run_command
from conformance.selftest.contract_files import schema_named
from conformance.selftest.published import conformant, lay, results_of, run_folder

ID = "flow-service.flows.thing-holds"


def entry(verdict, **given):
    blocked = {"blocked_by": "walk at create"} if verdict == "blocked" else {}
    return {
        "id": ID, "level": "MUST", "basis": "stated", "verdict": verdict, "message": verdict,
        "statement": "A thing holds.", "source": ["S0:83"], "sequences": [], "exchanges": [],
        **blocked, **given,
    }  # fmt: skip


def shard(*rows, narrowed=False, missing=(), takes=(), whole=(), **given):
    base = results_of(conformant())
    scope = {"narrowed": narrowed, "sequences": sorted(whole), "missing": list(missing)}
    sequences = [
        {"name": n, "connector": n, "verdict": "pass", "seconds": 1, "steps": []} for n in takes
    ]
    return {
        **base, "requirements": list(rows), "exchanges": {}, "sequences": sequences,
        "complete": not (narrowed or missing), "scope": scope, **given,
    }  # fmt: skip


def merged(*shards):
    return merge([(f"shard {number}", one) for number, one in enumerate(shards, 1)])


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("pass", "fail", "fail"),
        ("pass", "pass", "pass"),
        ("untested", "pass", "pass"),
        ("blocked", "pass", "pass"),
        ("error", "pass", "pass"),
        ("error", "untested", "error"),
        ("not-applicable", "untested", "untested"),
        ("waived", "pass", "waived"),
        ("fail", "waived", "fail"),
    ],
)
def test_verdict_of_a_row_that_several_shards_judged(one, other, together):
    for pair in ((one, other), (other, one)):
        outcome = merged(*(shard(entry(verdict)) for verdict in pair))
        assert [row["verdict"] for row in outcome["requirements"]] == [together]
        assert outcome["counts"]["MUST"][together] == 1
        assert sum(outcome["counts"]["MUST"].values()) == 1


def test_row_seen_broken_behind_a_failed_one_stays_blocked():
    behind = entry("blocked", blocked_by="flow-service.flows.other-thing-holds")
    outcome = merged(shard(entry("pass")), shard(behind))
    assert outcome["requirements"][0]["verdict"] == "blocked"
    assert outcome["conformant"] is False


def test_what_no_narrowed_shard_shows_is_untested_not_inapplicable():
    narrow = [shard(entry("not-applicable"), narrowed=True) for _ in range(2)]
    outcome = merged(*narrow)
    assert outcome["requirements"][0]["verdict"] == "untested"
    assert outcome["conformant"] is False
    outcome = merged(narrow[0], shard(entry("not-applicable")))
    assert outcome["requirements"][0]["verdict"] == "not-applicable"


def test_shards_are_complete_when_together_they_judge_every_must_over_every_sequence():
    whole = ("stripe", "kinesis")
    one = shard(entry("pass"), missing=["b.c.d"], takes=["stripe"], whole=whole)
    two = shard(entry("pass", id="b.c.d"), missing=[ID], takes=["kinesis"], whole=whole)
    assert merged(one, two)["conformant"] is True
    assert "is conformant: 2 of 2" in merged(one, two)["verdict"]
    lacking = shard(entry("pass", id="b.c.d"), missing=[ID], takes=["stripe"], whole=whole)
    assert merged(one, lacking)["conformant"] is False
    assert merged(one, one)["conformant"] is False
    assert "chosen" in merged(one, one)["verdict"]


def test_shard_that_fails_for_its_waivers_fails_the_whole():
    assert (
        merged(shard(entry("pass")), shard(entry("pass"), conformant=False))["conformant"] is False
    )


def other_target(**given):
    return {"target": {**results_of(conformant())["target"], "mode": "live", **given}}


STRANGERS = {
    "target": ({}, other_target()),
    "sandbox": (other_target(), other_target(sandbox="other")),
    "address": (other_target(), other_target(base_url="https://elsewhere.test")),
    "organization": (other_target(), other_target(org_id="X@AdobeOrg")),
    "contracts": ({}, {"contracts": {"version": "0" * 12, "rows": 1}}),
    "tool version": ({}, {"tool": {"name": "aep-conformance", "version": "9"}}),
    "profile": ({}, {"profile": "full"}),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_are_refused_in_one_line(name):
    one, other = (shard(entry("pass"), **given) for given in STRANGERS[name])
    with pytest.raises(
        SettingsError, match="shard 1 and shard 2 are no shards of one run"
    ) as caught:
        merged(one, other)
    assert "\n" not in str(caught.value)


def test_embedded_emulators_are_one_target_whatever_their_port_and_organization():
    base = results_of(conformant())["target"]
    away = {"target": {**base, "base_url": "http://127.0.0.1:1", "org_id": "B@AdobeOrg"}}
    assert len(merged(shard(entry("pass")), shard(entry("pass"), **away))["requirements"]) == 1


@cache
def shards():
    """Three runs that judge a third of the smoke profile each."""
    ids = [row["id"] for row in results_of(conformant())["requirements"]]
    return [
        run_folder("--profile", "smoke", *(w for name in ids[part::3] for w in ("--requirement", name)))
        for part in range(3)
    ]  # fmt: skip


def test_command_merges_real_shards_into_what_one_run_says(tmp_path):
    page = tmp_path / "all" / "report.html"
    ended = run_command("report", *map(str, shards()), "--output", str(page), "--gate")
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    outcome, alone = results_of(page.parent), results_of(conformant())
    assert outcome["verdict"] == alone["verdict"]
    assert outcome["counts"] == alone["counts"]
    assert outcome["shards"] == 3
    assert outcome["requests"] == sum(results_of(s)["requests"] for s in shards())
    assert list(Draft202012Validator(schema_named("results")).iter_errors(outcome)) == []
    assert {e for r in outcome["requirements"] for e in r["exchanges"]} <= set(outcome["exchanges"])
    assert "merged from 3 shards" in page.read_text(encoding="utf-8")


def test_gate_fails_when_shards_leave_something_out(tmp_path):
    two = map(str, shards()[:2])
    ended = run_command("report", *two, "--output", str(tmp_path / "r.html"), "--gate")
    assert ended.returncode == 1
    assert "chosen MUST requirements hold" in ended.stdout


def test_merged_result_never_replaces_a_shard(tmp_path):
    one, two = (lay(results_of(conformant()), tmp_path / name) for name in "ab")
    before = (one / "results.json").read_bytes()
    ended = run_command("report", str(one), str(two), "--output", str(one / "report.html"))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert (one / "results.json").read_bytes() == before
