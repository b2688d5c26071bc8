"""What a person reads: a failure with all one needs, and one sentence about the run."""

import shlex

import pytest

from conformance.engine.verdict import Verdict, breaks
from conformance.report.results import count
from conformance.report.text import BODY_LIMIT, curl, cut, failure, summary, verdict_sentence
from conformance.selftest.builders import exchange, row

ROW = row(statement="A flow keeps its name.", source=("S0:83", "facts:72"), accepts=("200 or 202",))
RERUN = "aep-conformance run --requirement flow-service.flows.thing-holds"


def asked(**given):
    return exchange(
        "updateFlow", 400, {"message": "no"}, id="f1", name="walk/007", step="rename-flow", **given
    )


def told(*findings, observed=9):
    return failure(Verdict(ROW, "fail", "m", list(findings), observed), RERUN)


def test_failure_tells_everything_one_needs():
    sent = [{"op": "replace", "path": "/name", "value": "new"}]
    headers = {"If-Match": '"e1"', "Authorization": "Bearer <secret:access_token>"}
    text = told(
        breaks(asked(sent=sent, headers=headers), "status 200", "400 (no)", "/items/0/name")
    )
    for part in (
        "MUST", "A flow keeps its name.", "S0:83", "facts:72", "stated", "200 or 202",
        "expected: status 200", "400 (no)", "/items/0/name", "walk/007", "rename-flow",
        "PATCH http://target.test", 'If-Match: "e1"', '"value": "new"', "< 400", '{"message": "no"}',
        "curl -X PATCH", RERUN,
    ):  # fmt: skip
        assert part in text
    assert text.splitlines()[-1] == f"rerun: {RERUN}"


def test_failure_shows_two_findings_and_counts_the_rest():
    text = told(*[breaks(asked(), f"thing {n}", "other") for n in range(5)])
    assert ["thing 0" in text, "thing 1" in text, "thing 2" in text] == [True, True, False]
    assert "3 more" in text
    assert "more" not in told(breaks(asked(), "x", "y"), breaks(asked(), "x", "y"))


def test_failure_without_an_answer_shows_why():
    silent = exchange("updateFlow", 0, id="f1", error="no connection to host")
    assert "! no connection to host" in told(breaks(silent, "an answer", "none"))


def test_long_bodies_and_values_are_cut_with_their_length():
    long = exchange("getFlow", 200, "b" * 50_000, id="f1", sent="s" * 50_000)
    text = told(breaks(long, "short", "v" * 50_000))
    assert text.count("(50000 characters)") == 4
    assert len(text) < 10_000


@pytest.mark.parametrize("length", [0, BODY_LIMIT - 1, BODY_LIMIT])
def test_what_fits_is_not_cut(length):
    assert cut("x" * length) == "x" * length


def test_what_is_cut_says_its_length():
    assert cut("x" * 11, 10) == "xxxxxxxxxx… (11 characters)"


@pytest.mark.parametrize(
    "text",
    ["plain", "it's", '{"a": "b"}', "$(rm -rf /)", "`id`", "a\nb", "; ls", "-X", "é & | > *", "!x"],
)
def test_curl_is_safe_for_a_shell(text):
    found = exchange(
        "createFlow", 201, headers={"X-Note": text}, sent=text, url=f"http://t/flows?a={text}"
    )
    words = shlex.split(curl(found))
    assert words[:4] == ["curl", "-X", "POST", f"http://t/flows?a={text}"]
    assert words[4:] == ["-H", f"X-Note: {text}", "--data-raw", text]


def test_curl_without_a_body_sends_none():
    assert "--data-raw" not in curl(exchange("getFlow", 200, id="f1"))


def rows(*given):
    return [
        {"id": f"s.r.{n}", "level": level, "verdict": verdict, "message": "why\nso"}
        for n, (level, verdict) in enumerate(given)
    ]


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ([("MUST", "pass")] * 3, ["emulator is conformant", "3 of 3 MUST requirements hold."]),
        (
            [("MUST", "pass")] * 61 + [("MUST", "fail")] * 2 + [("MUST", "blocked")],
            ["NOT conformant", "61 of 64 MUST requirements hold; 2 fail, 1 blocked."],
        ),
        (
            [("MUST", "pass"), ("MUST", "untested"), ("MUST", "error"), ("MUST", "waived")],
            ["1 of 4 MUST", "1 in error, 1 untested, 1 waived"],
        ),
        ([("MUST", "pass"), ("MUST", "not-applicable")], ["1 of 1 MUST requirements hold."]),
        ([("MUST", "pass"), ("SHOULD", "warn"), ("SHOULD", "pass")], ["; 1 SHOULD not met."]),
        ([("MUST", "pass"), ("MAY", "warn")], ["1 MAY not met"]),
        (
            [("MUST", "pass"), ("SHOULD", "warn"), ("MAY", "warn")],
            ["1 SHOULD not met", "1 MAY not met"],
        ),
        ([], ["NOT conformant", "0 of 0"]),
    ],
)
def test_sentence_says_the_verdict_with_its_numbers(given, parts):
    conformant = "NOT conformant" not in parts and "1 of 4 MUST" not in parts
    sentence = verdict_sentence(count(rows(*given)), conformant, "emulator")
    assert [part for part in parts if part not in sentence] == []
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_summary_has_a_line_for_each_red_row_and_few_dark_ones():
    given = [("MUST", "fail"), ("SHOULD", "warn"), ("MUST", "pass"), ("SHOULD", "untested")]
    lines = summary(rows(*given, *[("MUST", "blocked")] * 50))
    assert not [line for line in lines if "\n" in line]
    assert [line.split()[:3] for line in lines[:2]] == [
        ["fail", "MUST", "s.r.0:"],
        ["warn", "SHOULD", "s.r.1:"],
    ]
    assert "s.r.2" not in "".join(lines)
    assert "s.r.3" not in "".join(lines)
    assert len(lines) < 20
    shown = sum("blocked" in line for line in lines[2:-1])
    assert f"{50 - shown} more" in lines[-1]
