"""The page as text: nothing hostile gets through, it stays small and quick, and it says what the results say."""

import json
import re
import time
from html.parser import HTMLParser

import pytest

from conformance.engine.verdict import ORDER
from conformance.report.exchanges import LIMITS, Room, choose
from conformance.report.page import LARGEST
from conformance.report.rows import LISTED
from conformance.report.summary import escaped
from conformance.selftest.fault_list import known
from conformance.selftest.published import HOSTILE, broken, conformant, page_of, results_of

VOID = {"meta", "link", "input", "br"}


class Elements(HTMLParser):
    """Every element of a page with its attributes, ids apart, and the text outside of style and script."""

    def __init__(self, page):
        super().__init__()
        self.found, self.ids, self.open, self.text = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        self.ids += [v for k, v in attributes if k == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text.append(data)


def poisoned(results):
    """Results in which everything that a target says is hostile."""
    for exchange in results["exchanges"].values():
        exchange["request"]["url"] += HOSTILE
        if exchange["response"]:
            exchange["response"]["body"] = {HOSTILE: HOSTILE}
            exchange["response"]["headers"] = {"x-odd" + HOSTILE: HOSTILE}
        exchange["error"] = HOSTILE
    for row in results["requirements"]:
        row["message"] = HOSTILE
        for finding in row.get("findings", ()):
            finding |= {"expected": HOSTILE, "actual": HOSTILE, "pointer": HOSTILE}
    results["notes"] = [HOSTILE, f"warning: {HOSTILE}", f"{HOSTILE}\n{HOSTILE}"]
    results["leftovers"] = [{"resource": HOSTILE, "id": HOSTILE, "reason": HOSTILE}]
    results["target"]["name"] = HOSTILE
    return results


def drifted():
    place = {"journey": HOSTILE, "step": HOSTILE, "exchange": "x", "pointer": HOSTILE}
    change = {
        **place, "class": "breaking", "variant": False, "kind": "value", "operation": HOSTILE,
        "old": HOSTILE, "new": {HOSTILE: HOSTILE}, "reason": HOSTILE, "requirements": [HOSTILE],
        "sources": [HOSTILE], "places": [place],
    }  # fmt: skip
    side = {"path": HOSTILE, "interactions": 1}
    return {
        "counts": {"breaking": 1, "additive": 0, "cosmetic": 0}, "old": side, "new": side,
        "steps": 1, "journeys": 1, "compared": "2026-11-23T00:00:00Z", "drifts": [change],
    }  # fmt: skip


def test_nothing_hostile_becomes_markup():
    fair = Elements(page_of(results_of(broken())))
    page = page_of(poisoned(results_of(broken())), drift=drifted())
    found = Elements(page)
    assert [tag for tag, _ in found.found].count("script") == 1
    assert {tag for tag, _ in found.found} <= {tag for tag, _ in fair.found} | {"br"}
    assert not [k for _, attributes in found.found for k in attributes if k.startswith("on")]
    links = {a[k] for _, a in found.found for k in ("href", "src", "action") if k in a}
    assert {link for link in links if not link.startswith("#")} == {"data:,"}
    text = "".join(found.text)
    assert "<script>alert(1)</script>" in text  # said, not done
    assert "\\u202egnp.exe\\u2066\\u0000\\u001b[31m\\ud800" in text
    assert "{{ 7*7 }}{% raw %}" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)


def test_waiver_links_to_the_web_only():
    results = results_of(broken())
    waiver = {"verdict": "fail", "reason": "known", "owner": "me", "expires": "2099-01-01",
              "place": "w.yaml:3"}  # fmt: skip
    for row, link in zip(
        results["requirements"], ("javascript:alert(1)", "https://t.test/1"), strict=False
    ):
        row |= {"verdict": "waived", "waiver": {**waiver, "link": link}}
    links = [a.get("href", "") for tag, a in Elements(page_of(results)).found if tag == "a"]
    assert "https://t.test/1" in links
    assert not [link for link in links if "javascript" in link]


@pytest.mark.parametrize("make", [conformant, broken])
def test_page_is_well_formed_and_every_link_within_it_leads_somewhere(make):
    found = Elements(page_of(results_of(make())))
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    links = {a["href"][1:] for tag, a in found.found if tag == "a"}
    assert links <= set(found.ids)


def test_every_requirement_and_its_verdict_stands_on_the_page():
    results = results_of(broken())
    page = page_of(results)
    for row in results["requirements"]:
        assert f'<div id="{row["id"]}">' in page
    for verdict in ORDER:
        number = sum(row["verdict"] == verdict for row in results["requirements"])
        assert len(re.findall(rf'<details class="row \w+ {verdict}">', page)) == number


def test_failure_has_all_that_leads_to_its_cause():
    results = results_of(broken())
    text = "".join(Elements(page_of(results)).text)
    red = [row for row in results["requirements"] if row["verdict"] == "fail"]
    assert len(red) >= 3
    for row in red:
        finding = row["findings"][0]
        for part in (row["statement"], *row["source"], finding["expected"], finding["actual"],
                     finding["exchange"], row["rerun"]):  # fmt: skip
            assert part in text
    assert text.count("curl -X") >= len(red)


def test_waiver_that_soon_expires_needs_attention():
    def page(expires):
        results = results_of(conformant())
        waiver = {
            "verdict": "fail",
            "reason": "known",
            "owner": "me",
            "expires": expires,
            "place": "w:1",
        }
        results["requirements"][0] |= {"verdict": "waived", "waiver": waiver}
        results["finished"] = "2026-06-10T00:00:00.000Z"
        return page_of(results).partition('id="attention"')[2].partition("</section>")[0]

    assert "expires on 2026-06-20" in page("2026-06-20")
    assert "has expired on 2026-06-09" in page("2026-06-09")
    assert "Nothing:" in page("2026-09-01")


def many(number, size):
    """Results of which every requirement fails on exchanges of its own, with bodies of some size."""
    results = results_of(broken())
    sample = next(iter(results["exchanges"].values()))
    rows = []
    for n in range(number):
        ids = [f"walk/{n}-{m}" for m in range(10)]
        for name in ids:
            answer = {"status": 500, "headers": {"x-id": name}, "body": f"{name} " + "é<" * size}
            results["exchanges"][name] = {**sample, "response": answer}
        found = [
            {"exchange": e, "expected": "x", "actual": "y" * 500, "pointer": ""} for e in ids[:3]
        ]
        rows.append({**results["requirements"][0], "id": f"s.r.row-{n}", "exchanges": ids,
                     "verdict": "fail", "findings": found})  # fmt: skip
    return {**results, "requirements": rows}


@pytest.mark.parametrize(("number", "size"), [(382, 200), (382, 20_000), (30, 20_000)])
def test_page_of_a_run_that_breaks_everything_stays_small_and_quick(number, size):
    results = many(number, size)
    page_of(results_of(conformant()))  # what is loaded once is loaded
    began = time.process_time()
    page = page_of(results)
    assert time.process_time() - began < 2
    assert len(page.encode()) <= LARGEST < 1_500_000
    assert "characters" in page


def test_long_body_is_cut_with_its_length_and_the_same_one_is_shown_once():
    results = results_of(conformant())
    first, second, third = list(results["exchanges"])[:3]
    for name in (first, second):
        results["exchanges"][name]["response"]["body"] = "b" * 50_000
    results["exchanges"][third]["response"]["body"] = "c" * 50_000
    shown = choose(results, Room()).shown
    bodies = [shown[name].got.body for name in (first, second, third)]
    whole = [b for b in bodies if b.text]
    assert [len(b.text) for b in whole] == [LIMITS[0]] * 2
    assert all(b.is_cut and b.length == 50_000 for b in whole)
    same = next(b for b in bodies if not b.text)
    assert same.same in (first, second)
    assert "cut: 50000 characters" in page_of(results)


def test_failing_exchanges_come_before_all_others():
    results = results_of(broken())
    red = {f["exchange"] for r in results["requirements"] for f in r.get("findings", ())}
    assert set(choose(results, Room(len(red), 10_000)).shown) == red


def test_list_of_faults_is_that_of_the_emulator():
    listed = json.loads(LISTED.read_text(encoding="utf-8"))
    assert listed == known(), "run `python -m conformance.selftest.fault_list`"


def test_summary_says_nothing_in_markup():
    said = escaped(f"a `b` *c* [d](e)\n{HOSTILE}")
    assert "\n" not in said
    assert "\\<script\\>" in said
    assert "\\[d\\]" in said
    assert "\\\\u202e" in said
