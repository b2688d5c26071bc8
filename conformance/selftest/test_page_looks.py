"""The page for every reader: dark, narrow, printed, without JavaScript, and with a screen reader."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from conformance.selftest.browser import Watched, browser
from conformance.selftest.published import conformant, page_of, results_of

OPENED = (
    "document.querySelectorAll('details').forEach((d, i) => {"
    " d.open = d.open || i % 10 == 0 || d.matches('.picture, #legend details, #coverage details') })"
)
COLOURS = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def running():
    with browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A small run in which a little of everything went wrong."""
    results = results_of(conformant())
    sample = results["requirements"][0]
    exchange = sample["exchanges"][0]
    found = [{"exchange": exchange, "expected": "a", "actual": "b", "pointer": "/c"}]
    verdicts = ("fail", "warn", "blocked", "error", "untested", "waived", "not-applicable")
    for row, verdict in zip(results["requirements"], verdicts, strict=False):
        results["counts"][row["level"]][row["verdict"]] -= 1
        results["counts"][row["level"]][verdict] += 1
        row |= {"verdict": verdict, "message": "it is so", "findings": found, "rerun": "again"}
    results["notes"] = ["warning: recorded 200 days ago"]
    results["requirements"] = results["requirements"][:16]
    results["sequences"] = results["sequences"][:1]
    path = tmp_path_factory.mktemp("looks") / "report.html"
    path.write_text(page_of(results, beside=[results_of(conformant())]), encoding="utf-8")
    return path


@pytest.fixture
def opened(running, file):
    pages = []

    def make(**given):
        pages.append(Watched(running, file, **given))
        return pages[-1]

    yield make
    for page in pages:
        page.context.close()
        assert (page.strangers, page.trouble) == ([], [])


def luminance(page):
    numbers = page.page.evaluate(COLOURS)[4:-1].split(",")
    return sum(map(int, numbers)) / 3


def test_light_and_dark_follow_the_reader(opened):
    assert luminance(opened(color_scheme="light")) > 240
    assert luminance(opened(color_scheme="dark")) < 40


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_no_violation(opened, scheme, width):
    page = opened(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.page.evaluate(OPENED)
    found = Axe().run(page.page)
    assert len(found.response["passes"]) > 10
    told = [(v["id"], v["nodes"][0]["html"][:200]) for v in found.response["violations"]]
    assert told == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1920])
def test_nothing_runs_out_of_the_window(opened, width):
    page = opened(viewport={"width": width, "height": 800})
    page.page.evaluate(OPENED)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_holds_what_matters_and_no_controls(opened):
    page = opened(java_script_enabled=False)
    page.page.emulate_media(media="print")
    for gone in ("nav", "#exchanges", "#filter"):
        assert page.visible(gone) == 0
    for there in ("h1", "table.matrix", ".item .finding", "#requirements .row", "#legend"):
        assert page.visible(there) > 0
    assert len(page.page.pdf()) > 10_000


def test_without_javascript_everything_is_there(opened):
    plain, scripted = opened(java_script_enabled=False), opened()
    for selector in ("#requirements .row", ".item", ".picture", "#coverage details"):
        assert plain.visible(selector) == scripted.visible(selector) > 0
    assert plain.visible("#filter") == 0
    assert scripted.visible("#filter") == 1


def test_verdict_is_colour_symbol_and_word(opened):
    page = opened()
    seen = set()
    for verdict in (
        "pass",
        "fail",
        "warn",
        "blocked",
        "error",
        "untested",
        "waived",
        "not-applicable",
    ):
        mark = page.page.locator(f"#legend .v.{verdict}")
        symbol = mark.evaluate("e => getComputedStyle(e, '::before').content")
        colour = mark.evaluate("e => getComputedStyle(e).color")
        assert mark.inner_text().strip().endswith(verdict)
        seen.add((symbol, colour))
    assert len(seen) == len({s for s, _ in seen}) == 8
