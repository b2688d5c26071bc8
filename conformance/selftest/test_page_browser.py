"""The page in a real browser: filters, search, links, keys, and what it never does."""

import pytest

from conformance.engine.verdict import ORDER
from conformance.selftest.browser import Watched, browser
from conformance.selftest.published import broken, page_of, results_of
from conformance.selftest.test_report_page import drifted, poisoned

LEVELS = ("MUST", "SHOULD", "MAY")
ROW = "#requirements .row"
ID = "flow-service.flows.update-stores-the-change"


@pytest.fixture(scope="module")
def running():
    with browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def file():
    return broken() / "report.html"


@pytest.fixture(scope="module")
def results():
    return results_of(broken())


@pytest.fixture
def opened(running, file):
    pages = []

    def make(fragment="", path=file, **given):
        pages.append(Watched(running, path, fragment, **given))
        return pages[-1]

    yield make
    for page in pages:
        page.context.close()
        assert (page.strangers, page.trouble) == ([], [])


def wanted(results, level="", verdict=""):
    rows = results["requirements"]
    return sum(level in ("", r["level"]) and verdict in ("", r["verdict"]) for r in rows)


def test_counts_equal_those_of_the_results(opened, results):
    page = opened()
    assert results["verdict"] in page.page.locator("h1").inner_text()
    assert page.visible(ROW) == len(results["requirements"])
    for position, level in enumerate(LEVELS, 2):
        for verdict in ORDER:
            row = page.page.locator(
                "table.matrix tbody tr", has=page.page.locator(f"th .{verdict}")
            )
            said = row.locator(f":nth-child({position})").first.inner_text().strip()
            assert (0 if said == "·" else int(said)) == results["counts"][level][verdict]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_cells_filter(opened, results, javascript):
    page = opened(java_script_enabled=javascript)
    for level, verdict in (
        ("MUST", "fail"),
        ("MUST", "pass"),
        ("SHOULD", "pass"),
        ("MUST", "blocked"),
    ):
        assert results["counts"][level][verdict]
        page.page.click(f'.matrix a[href="#f-{level}-{verdict}"]')
        assert page.visible(ROW) == results["counts"][level][verdict]
        assert page.is_in_view("#requirements .groups")
    page.page.click('.matrix a[href="#f-any-pass"]')
    assert page.visible(ROW) == wanted(results, verdict="pass")
    page.page.click('.matrix a[href="#f-SHOULD-any"]')
    assert page.visible(ROW) == wanted(results, level="SHOULD")


def test_search_and_selects_filter_and_stand_in_the_address(opened, results):
    page = opened()
    page.page.fill("#filter [name=q]", "etag flow")
    found = page.visible(ROW)
    assert 0 < found < len(results["requirements"])
    assert page.page.locator("#told").inner_text() == f"{found} of {len(results['requirements'])}"
    page.page.select_option("#filter [name=level]", "MUST")
    page.page.select_option("#filter [name=service]", "flow-service")
    narrowed = page.visible(ROW)
    assert 0 < narrowed <= found
    address = page.page.url.partition("#")[2]
    assert "q=etag" in address
    again = opened(address)
    assert again.visible(ROW) == narrowed
    assert again.page.input_value("#filter [name=service]") == "flow-service"
    again.page.click("#filter button[type=reset]")
    again.page.wait_for_function(
        "document.querySelector('#told').textContent.match(/^(\\d+) of \\1$|^$/)"
    )
    assert again.visible(ROW) == len(results["requirements"])


def test_search_that_finds_nothing_says_so(opened):
    page = opened()
    page.page.fill("#filter [name=q]", "no such words at all")
    assert page.visible(ROW) == 0
    assert page.visible("#none") == 1
    assert page.visible("#requirements .group") == 0


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_link_opens_what_it_points_to(opened, results, javascript):
    page = opened(ID, java_script_enabled=javascript)
    assert page.visible(f'[id="{ID}"]') == 1
    assert page.is_in_view(f'[id="{ID}"]')
    exchange = next(
        s["exchange"] for q in results["sequences"] for s in q["steps"] if s["verdict"] == "pass"
    )
    place = f'[id="x-{exchange.replace("/", "-")}"]'
    assert page.visible(place) == 0
    page.go(f"x-{exchange.replace('/', '-')}")
    assert page.visible(place) == 1
    assert page.is_in_view(place)


def test_link_to_a_filtered_row_shows_it_again(opened, results):
    page = opened("?verdict=blocked")
    assert page.visible(ROW) == results["counts"]["MUST"]["blocked"]
    page.page.evaluate(f"location.hash = {ID!r}")
    page.page.wait_for_function(f"document.getElementById({ID!r}).checkVisibility()")
    assert page.visible(ROW) == len(results["requirements"])


def test_step_of_a_sequence_opens_its_exchange(opened, results):
    page = opened()
    sequence = next(s for s in results["sequences"] if s["verdict"] != "pass")
    link = page.page.locator(f'[id="s-{sequence["name"]}"] .step a').first
    step = next(s for s in sequence["steps"] if s["step"] == link.inner_text())
    link.click()
    assert page.is_in_view(f'[id="x-{step["exchange"].replace("/", "-")}"]')
    operation = results["exchanges"][step["exchange"]]["request"]["method"]
    text = page.page.locator(f'[id="x-{step["exchange"].replace("/", "-")}"]').inner_text()
    assert text.startswith(operation)


def test_every_documented_call_of_a_sequence_is_drawn(opened, results):
    page = opened()
    for sequence in results["sequences"]:
        steps = {s["step"].removesuffix(" (read back)") for s in sequence["steps"]}
        drawn = page.page.locator(f'[id="s-{sequence["name"]}"]')
        named = set(drawn.locator(".step > a:first-child").all_text_contents())
        assert named <= steps
        assert drawn.locator("circle").count() == drawn.locator("li").count() == len(named)
        assert drawn.locator("svg path").count() > 5


def test_keys_search_walk_and_open(opened):
    page = opened()
    page.page.keyboard.press("/")
    assert page.page.evaluate("document.activeElement.name") == "q"
    page.page.keyboard.type("etag")
    page.page.keyboard.press("ArrowDown")
    inside = "document.activeElement.closest('.row')?.querySelector(':scope > div').id"
    first = page.page.evaluate(inside)
    page.page.keyboard.press("ArrowDown")
    second = page.page.evaluate(inside)
    assert first
    assert second
    assert first != second
    page.page.keyboard.press("ArrowRight")
    assert page.visible(f'[id="{second}"]') == 1
    page.page.keyboard.press("ArrowLeft")
    assert page.visible(f'[id="{second}"]') == 0
    page.page.keyboard.press("ArrowUp")
    assert page.page.evaluate(inside) == first
    page.page.keyboard.press("Escape")
    assert page.page.input_value("#filter [name=q]") == ""


def test_curl_and_rerun_can_be_copied(opened, results):
    page = opened()
    red = next(r for r in results["requirements"] if r["verdict"] == "fail")
    item = page.page.locator(".item", has=page.page.locator(f'[id="a-{red["id"]}"]'))
    item.get_by_role("button", name="copy rerun").click()
    page.page.wait_for_function(
        "[...document.querySelectorAll('.copied button')].some(b => b.textContent != 'copy')"
    )
    selected = page.page.evaluate("getSelection().toString()")
    copied = item.get_by_role("button", name="copy rerun").inner_text()
    assert copied == "copied" or selected == red["rerun"]


def test_hostile_answers_do_nothing(opened, tmp_path):
    path = tmp_path / "report.html"
    text = page_of(poisoned(results_of(broken())), drift=drifted())
    path.write_text(text, encoding="utf-8")
    for javascript in (True, False):
        page = opened(path=path, java_script_enabled=javascript)
        page.page.wait_for_timeout(300)
        assert page.page.locator("img").count() == 0
        assert page.page.locator("script").count() == 1
