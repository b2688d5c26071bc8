"""HAR files that a real browser wrote, in each form that Playwright offers, of a page with planted mistakes."""

import pytest

from conformance.emulator.server import running
from conformance.recordings.loading import load
from conformance.selftest.browser import browser
from conformance.selftest.command import run_command
from conformance.selftest.foreign_clients import STRIPE, headers_of
from conformance.selftest.heard import judged, red
from conformance.selftest.judging import judge

WAYS = {
    "embedded": {},
    "minimal": {"record_har_mode": "minimal"},
    "attached": {"record_har_content": "attach"},
    "without-bodies": {"record_har_content": "omit"},
}
IN_HEADERS = {"client.updates.if-match-is-sent", "client.headers.api-key-is-sent"}
IN_BODIES = {
    "client.headers.body-is-declared-as-json",
    "client.bodies.members-have-documented-types",
    "client.updates.operations-are-add-replace-or-remove",
}
PAGE = """async ({base, headers, spec, wrong}) => {
  const place = base + "/data/foundation/flowservice/connections";
  const call = async (method, url, body, more) => {
    const type = body ? {"Content-Type": "application/json"} : {};
    const sent = {method, headers: {...headers, ...type, ...more}};
    const answer = await fetch(url, body ? {...sent, body: JSON.stringify(body)} : sent);
    return await answer.json().catch(() => null);
  };
  const auth = {specName: "OAuth2 Refresh Code", params: {accessToken: "planted-stripe-token"}};
  const body = {name: "é of a page", connectionSpec: {id: spec, version: "1.0"}, auth};
  const own = place + "/" + (await call("POST", place, body)).id;
  const etag = (await call("GET", own)).items[0].etag;
  const change = {op: "replace", path: "/name", value: "other"};
  if (wrong) {
    await call("PATCH", own, [change]);
    await call("PATCH", own, [{op: "move", from: "/name", path: "/description"}], {"If-Match": etag});
    await call("POST", place, body, {"Content-Type": "text/plain"});
    await call("POST", place, {...body, name: 7});
    const {"x-api-key": key, ...others} = headers;
    await fetch(place, {headers: others});
  }
  await call("PATCH", own, [change], {"If-Match": etag});
  await call("DELETE", own);
  await call("GET", own);
}"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A HAR by way and by whether the page makes its mistakes."""
    found = {}
    with browser() as chromium, running(seed=1) as settings:
        for way, given in WAYS.items():
            for wrong in (False, True):
                path = tmp_path_factory.mktemp(way) / "page.har"
                context = chromium.new_context(record_har_path=str(path), **given)
                page = context.new_page()
                page.goto(settings["base_url"])
                told = {"base": settings["base_url"], "headers": headers_of(settings)}
                page.evaluate(PAGE, {**told, "spec": STRIPE, "wrong": wrong})
                context.close()
                found[way, wrong] = path
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_right_page_and_its_server_keep_everything(files, way):
    judgement = judged(load(files[way, False]).interactions)
    assert (red(judgement), judgement.requests) == (set(), 5)


@pytest.mark.parametrize("way", WAYS)
def test_each_planted_mistake_is_found_as_far_as_the_file_shows_it_and_nothing_else(files, way):
    expected = IN_HEADERS if way == "without-bodies" else IN_HEADERS | IN_BODIES
    assert red(judged(load(files[way, True]).interactions)) == expected


def test_two_files_of_one_page_show_no_drift_unless_bodies_are_missing(files, tmp_path):
    where = ("--json", str(tmp_path / "drift.json"))
    old, same, without = (
        str(files[way, False]) for way in ("embedded", "attached", "without-bodies")
    )
    ended = run_command("drift", old, same, *where)
    assert ended.stdout.startswith("No drift from "), ended.stdout + ended.stderr
    ended = run_command("drift", old, without, *where)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.endswith("nothing can be compared; record it with bodies\n")


def test_the_bodies_that_a_file_lacks_are_counted(files):
    told = judge(files["without-bodies", False]).stdout
    assert "6 bodies are not in the recording or cannot be unpacked, and are not judged" in told
    assert "bodies are not in" not in judge(files["attached", False]).stdout


@pytest.mark.parametrize("way", WAYS)
def test_the_command_says_so_and_shows_no_secret(files, way):
    ended = judge(files[way, True])
    told = ended.stdout + ended.stderr
    assert (ended.returncode, "client breaks client.updates.if-match-is-sent" in told) == (1, True)
    assert "planted" not in told
    assert files[way, True].read_text("utf-8").count("Bearer ") > 5
    assert "Bearer" not in told
