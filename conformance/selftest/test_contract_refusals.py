"""No refusal is demanded without words about it, a printed one, a standard or a recorded answer."""

import json
import re

import pytest

from conformance.selftest.contract_files import CONTRACTS, ROOT, documents, entries

DUTY = "X100"
FOLDERS = [ROOT.parent / "shared" / f for f in ("seeds", "reference", "reference/official")]
OF_AN_ANSWER = re.compile(
    r"(?i)error|refus|reject|fail|not found|cannot|invalid|missing|must not|required|⇒ 40"
)
REFUSALS = [
    pytest.param(row, id=row["id"])
    for _, row in entries("requirements")
    if row["level"] == "MUST"
    and row.get("check") == "answer"
    and all(400 <= status < 500 for status in row["statuses"])
]
EVERY_REFUSAL = pytest.mark.parametrize("row", REFUSALS)


def status_shown(citation):
    stem, _, number = citation.removeprefix("example:").partition("#")
    path = next((CONTRACTS / "examples").rglob(f"{stem}.har"))
    shown = json.loads(path.read_text(encoding="utf-8"))["log"]["entries"][int(number) - 1]
    return shown["response"]["status"]


def text_of(citation):
    """The cited lines; None for a standard, a tutorial in another language, or an absent file."""
    name, _, lines = citation.partition(":")
    document = documents().get(name, {})
    if document.get("kind") == "standard" or re.fullmatch(r"S\d", name):
        return None
    path = next((f / document["file"] for f in FOLDERS if (f / document["file"]).is_file()), None)
    first, _, last = lines.partition("-")
    text = path.read_text(encoding="utf-8").splitlines() if path else None
    return text and "\n".join(text[int(first) - 1 : int(last or first)])


@EVERY_REFUSAL
def test_refusal_rests_on_more_than_a_schema(row):
    assert row["basis"] in ("stated", "shown", "duty", "standard", "recorded")


@EVERY_REFUSAL
def test_only_a_duty_cites_the_erratum_of_duties(row):
    assert (row["basis"] == "duty") == (DUTY in row.get("errata", ()))


@pytest.mark.parametrize("row", [p for p in REFUSALS if p.values[0]["basis"] == "shown"])
def test_shown_refusal_is_printed_with_a_status_of_the_row(row):
    shown = [status_shown(c) for c in row["source"] if c.startswith("example:")]
    assert set(shown) & set(row["statuses"])


@pytest.mark.parametrize("row", [p for p in REFUSALS if p.values[0]["basis"] == "stated"])
def test_stated_refusal_cites_a_line_about_the_answer(row):
    texts = [t for c in row["source"] if ":" in c and (t := text_of(c))]
    if not texts:
        pytest.skip("no cited document is here in English")
    names = "|".join(map(str, row["statuses"]))
    assert any(re.search(names, t) or OF_AN_ANSWER.search(t) for t in texts)
