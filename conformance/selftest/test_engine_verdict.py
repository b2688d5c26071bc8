"""From findings to verdicts: levels, prerequisites, halted and unreachable journeys."""

import pytest

from conformance.engine.catalogue import Catalogue
from conformance.engine.evidence import Evidence
from conformance.engine.verdict import Judge, breaks, check, holds, short
from conformance.selftest.builders import exchange, journey, row

OK = exchange("getFlow", 200, {"id": "f1"}, id="f1", name="walk/1")
HALTED = {"halted_at": "create-flow", "reason": "createFlow answered 500"}


def judge(rows, findings, journeys=(), not_applicable=None):
    """Verdicts where each rule yields what `findings` has for its statement."""
    catalogue = Catalogue({r.id: r for r in rows})
    evidence = Evidence(journeys)
    judge = Judge(
        catalogue,
        lambda r: lambda _: iter(findings.get(named(r), [])),
        lambda _: evidence,
        lambda r: (not_applicable or {}).get(named(r)),
    )
    return {named(r): judge.verdict(r) for r in rows}


def named(requirement):
    return requirement.id.rpartition(".")[2]


def need(name, *needs, **given):
    return row(f"s.r.{name}", needs=tuple(f"s.r.{n}" for n in needs), **given)


def good():
    return holds(OK)


def bad(actual="500"):
    return breaks(OK, "status 201", actual, "/id")


@pytest.mark.parametrize(
    ("level", "findings", "verdict"),
    [
        ("MUST", [good()], "pass"),
        ("MUST", [bad()], "fail"),
        ("MUST", [good(), bad(), good()], "fail"),
        ("SHOULD", [bad()], "warn"),
        ("MAY", [good(), bad()], "warn"),
        ("SHOULD", [good()], "pass"),
        ("MUST", [], "untested"),
        ("SHOULD", [], "untested"),
    ],
)
def test_verdict_follows_level_and_findings(level, findings, verdict):
    assert judge([need("a", level=level)], {"a": findings})["a"].verdict == verdict


def test_message_says_expected_actual_and_where():
    found = judge([need("a")], {"a": [bad("500 (no reason)")]})["a"]
    assert found.message == "expected status 201, got 500 (no reason) at /id"
    assert found.witnesses == ["walk/1"]
    assert found.sequences == ["walk"]


def test_message_shows_where_two_long_texts_part():
    wanted = "data flow " * 40 + "to here"
    found = judge([need("a")], {"a": [breaks(exchange(), repr(wanted), wanted[:-1])]})["a"]
    assert "flow to here'" in found.message
    assert "flow to her'" in found.message
    assert len(found.message) < 200


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("caf\u00e9", "cafe\u0301"),
        ("\u00e9\n" * 200 + "\u00e9", "\u00e9\n" * 200 + "e\u0301"),
        ("a b", "a\u00a0b"),
    ],
    ids=["accent", "late-accent", "space"],
)
def test_message_tells_texts_apart_that_look_alike(wanted, got):
    message = judge([need("a")], {"a": [breaks(exchange(), repr(wanted), got)]})["a"].message
    told, shown = message.removeprefix("expected ").split(", got ")
    assert message.isascii() or "…" in message
    assert told[:140] != shown[:140]


def test_seen_both_ways_is_intermittent_and_says_how_often():
    found = judge([need("a")], {"a": [good(), bad(), good()]})["a"]
    assert found.intermittent
    assert "1 of 3" in found.message


@pytest.mark.parametrize("findings", [[good()], [bad(), bad()], []], ids=["good", "bad", "none"])
def test_seen_one_way_is_not_intermittent(findings):
    assert not judge([need("a")], {"a": findings})["a"].intermittent


def test_failed_need_blocks_what_broke_and_what_was_not_seen():
    rows = [need("a"), need("b", "a"), need("c", "b"), need("d", "c"), need("e", "a")]
    found = judge(rows, {"a": [bad()], "b": [bad()], "d": [good()], "e": [good(), bad()]})
    assert {n: v.verdict for n, v in found.items()} == {
        "a": "fail", "b": "blocked", "c": "blocked", "d": "pass", "e": "blocked"
    }  # fmt: skip
    assert {found[n].blocked_by for n in "bce"} == {"s.r.a"}


@pytest.mark.parametrize(
    ("level", "findings", "verdict"),
    [("SHOULD", [bad()], "fail"), ("MUST", [good()], "fail"), ("MUST", [], "fail")],
    ids=["need warns", "need passes", "need untested"],
)
def test_need_that_did_not_fail_blocks_nothing(level, findings, verdict):
    found = judge([need("a", level=level), need("b", "a")], {"a": findings, "b": [bad()]})
    assert found["b"].verdict == verdict


def test_need_outside_the_selection_is_judged_too():
    rows = [need("a"), need("b", "a")]
    catalogue = Catalogue({r.id: r for r in rows})
    one = Judge(catalogue, lambda _: lambda _: [bad()], lambda _: Evidence([]))
    assert one.verdict(rows[1]).blocked_by == "s.r.a"


def test_what_a_halted_journey_did_not_reach_is_blocked_by_it():
    found = judge([need("a"), need("b")], {"b": [good()]}, [journey(**HALTED)])
    assert found["a"].verdict == "blocked"
    assert found["a"].blocked_by == "walk at create-flow"
    assert "createFlow answered 500" in found["a"].message
    assert found["b"].verdict == "pass"


def test_need_blocked_by_a_halted_journey_passes_its_reason_on():
    found = judge([need("a"), need("b", "a")], {}, [journey(**HALTED)])
    assert found["b"].blocked_by == "walk at create-flow"


def test_unreachable_target_is_an_error_and_no_failure():
    stopped = [journey(**HALTED), journey(**HALTED, name="other", unreachable=True)]
    found = judge([need("a")], {}, stopped)["a"]
    assert (found.verdict, found.blocked_by) == ("error", None)
    assert found.message.startswith("other stopped at")


def test_case_that_got_no_answer_is_an_error():
    silent = exchange("createFlow", 0, case="s.r.a", error="no connection to host")
    found = judge([need("a"), need("b")], {}, [journey(silent, unreachable=True)])
    assert found["a"].verdict == "error"
    assert "no connection to host" in found["a"].message
    assert found["b"].verdict == "untested"


def test_what_cannot_apply_is_said_with_its_reason():
    found = judge([need("a")], {"a": [bad()]}, (), {"a": "needs --other-sandbox"})["a"]
    assert (found.verdict, found.message) == ("not-applicable", "needs --other-sandbox")


def test_requirement_is_judged_once():
    calls = []
    rows = [need("a"), need("b", "a"), need("c", "a")]
    one = Judge(
        Catalogue({r.id: r for r in rows}),
        lambda r: lambda _: calls.append(r.id) or [],
        lambda _: Evidence([]),
    )
    assert [one.verdict(r) for r in rows] == [one.verdict(r) for r in rows]
    assert sorted(calls) == sorted(r.id for r in rows)


def test_check_holds_when_fine():
    assert check(OK, True, "x", "y").holds
    assert not check(OK, False, "x", "y").holds


@pytest.mark.parametrize(
    ("value", "text"),
    [("a" * 160, "a" * 160), ("a" * 161, "a" * 160 + "… (161 characters)"), ([1], "[1]")],
    ids=["fits", "long", "list"],
)
def test_long_value_is_cut_and_says_its_length(value, text):
    assert short(value) == text


@pytest.mark.parametrize(("answers", "verdict"), [((200,), "not-applicable"), ((), "untested")])
def test_what_successful_answers_may_lack_is_not_applicable(answers, verdict):
    seen = journey(*(exchange("listRuns", status, {"items": []}) for status in answers))
    lacking = need("a", operations=("listRuns",), absent="no flow of this run has run yet")
    found = judge([lacking], {}, [seen])["a"]
    assert found.verdict == verdict
    assert answers == () or found.message == "no flow of this run has run yet"


def test_message_tells_a_number_from_its_text():
    found = judge([need("a")], {"a": [breaks(OK, repr(0), "0", "/version")]})["a"]
    assert found.message == "expected 0, got '0' at /version"
