"""What of somebody else's traffic may be held against a server: the views that the rules get of it."""

from fnmatch import fnmatchcase

import pytest

from conformance.engine.catalogue import load_catalogue
from conformance.engine.data import contracts_root, load_checked
from conformance.engine.kinds import CONNECTION, FLOW
from conformance.engine.redaction import Redactor
from conformance.recordings.judge import Bench
from conformance.recordings.lawfulness import CLIENT, OTHER, REFUSED, UNKNOWN, server_view
from conformance.recordings.overheard import UNSEEN, Overheard
from conformance.recordings.recorded import Interaction
from conformance.recordings.traffic import CHANGED_OTHERWISE, LOST, Listener
from conformance.selftest.builders import CONTRACT, exchange, journey

NAME = "0a1b2c3d-0000-0000-0000-000000000001"
BASE = "http://target.test/data/foundation"
GONE = {"errorMessage": "not found"}


def seen(*exchanges, mistaken=(), misshapen=()):
    """Case and status of each exchange as the server may be judged by it; 0 where the answer is hidden."""
    view = server_view(journey(*exchanges), CONTRACT, set(mistaken), set(misshapen))
    return [(one.case, one.status) for one in view.exchanges]


@pytest.mark.parametrize(
    ("given", "view"),
    [
        (exchange("getFlow", 200, {}), (None, 200)),
        (exchange("getFlow", 404, GONE), (REFUSED, 404)),
        (exchange("getFlow", 429, GONE), (REFUSED, 0)),  # of no flow service that a document shows
        (exchange("getFlow", 502, "<html>"), (REFUSED, 0)),
        (exchange("getFlow", 500, GONE), (REFUSED, 0)),  # an update may have been done all the same
        (exchange("getFlow", 304), (REFUSED, 0)),
        (exchange("getFlow", 0), (UNKNOWN, 0)),
        (exchange("getFlow", 200, {}, notes={LOST: ("answer",)}), (UNKNOWN, 200)),
        (exchange("getFlow", 200, {}, notes={CHANGED_OTHERWISE: True}), (OTHER, 200)),
    ],
)
def test_only_a_success_can_be_held_against_a_server_as_such(given, view):
    assert seen(given) == [view]


def test_a_refusal_is_judged_by_its_body():
    view = server_view(journey(exchange("getFlow", 404, GONE)), CONTRACT, set(), set())
    assert view.exchanges[0].notes["refusal"]


@pytest.mark.parametrize(("status", "shown"), [(200, 200), (400, 400), (500, 0)])
def test_the_answer_to_a_mistake_is_no_answer_to_a_lawful_request(status, shown):
    wrong = exchange("createFlow", status, GONE)
    assert seen(wrong, mistaken=[wrong.id]) == [(CLIENT if shown else REFUSED, shown)]


def test_what_no_document_describes_is_not_judged_once_it_is_in_the_target():
    made = exchange("createConnection", 201, {"id": NAME})
    read = exchange("getConnection", 200, {"items": []}, id=NAME)
    listed = exchange("listConnections", 200, {"items": [{"id": NAME}]})
    others = exchange("listConnections", 200, {"items": []})
    assert seen(made, read, listed) == [(None, 201), (None, 200), (None, 200)]
    view = seen(made, read, listed, others, mistaken=[made.id], misshapen=[made.id])
    assert view == [(CLIENT, 201), (OTHER, 200), (OTHER, 200), (None, 200)]


@pytest.mark.parametrize(
    ("operation", "query", "case"),
    [
        ("listRuns", f"property=flowId=={NAME}", None),
        ("listRuns", f"property=flowId%3D%3D{NAME}", None),
        ("listRuns", f"property=flowId=={NAME}&limit=1", None),
        ("listRuns", f"limit=1&property=flowId=={NAME}", None),
        ("listRuns", f"%70roperty=%66lowId==%22{NAME}%22&start=2", None),
        ("listRuns", "", OTHER),
        ("listRuns", f"property=flowId=={NAME},{NAME}", OTHER),
        ("listRuns", f"property=flowId!={NAME}", OTHER),
        ("listRuns", f"property=flowId=={NAME}&property=status==failed", OTHER),
        ("listRuns", f"property=flowId=={NAME}&unheard=of", OTHER),
        ("listConnectionSpecs", "", None),
        ("listConnectionSpecs", f"property=id==%22{NAME}%22", None),
        ("listConnectionSpecs", "limit=1", None),
        ("listConnectionSpecs", "property=name==Stripe", OTHER),
        ("listFlowSpecs", "property=name==CRMToAEP", None),
        ("listFlowSpecs", "property=name==Two%20words", OTHER),
        ("listDataSets", "properties=name", OTHER),
        ("createFlow", "mode=draft", None),
    ],
)
def test_only_requests_in_a_printed_form_are_read_by_rules_that_know_no_other(
    operation, query, case
):
    assert seen(exchange(operation, 200, {}, url=f"{BASE}/x?{query}")) == [(case, 200)]


def test_an_answer_without_texts_is_another_form():
    headers = {"Accept": "application/vnd.adobe.xed-notext+json; version=1"}
    assert seen(exchange("getSchema", 200, {}, headers=headers)) == [(OTHER, 200)]


def read(etag, updated=1, kind=CONNECTION):
    item = {"id": NAME, "etag": etag, "updatedAt": updated}
    return exchange(kind.get(), 200, {"items": [item]}, id=NAME)


def write(before, after, status=200, kind=CONNECTION):
    body = {"id": NAME, "etag": after} if after else ""
    return exchange(kind.update(), status, body, id=NAME, headers={"If-Match": before}, sent=[])


def gaps(*exchanges, kind=CONNECTION, created='"1"', sent=None):
    """Where in a timeline of `r`eads and `w`rites an unseen writer may have been, marked `?`."""
    made = exchange(kind.create(), 201, {"id": NAME, "etag": created}, sent=sent or {"name": "n"})
    [timeline] = Overheard([journey(made, *exchanges)]).timelines(kind)
    marks = {UNSEEN: "?", kind.get(): "r", kind.update(): "w"}
    return "".join(marks[event.operation] for event in timeline.events)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([read('"1"'), write('"1"', '"2"'), read('"2"')], "rwr"),
        ([read('"9"')], "?r"),
        ([read('"1"'), read('"2"', updated=2)], "r?r"),
        (
            [read('"1"'), read('"2"', updated=1)],
            "rr",
        ),  # the etag changed by itself: the server's fault
        ([read('"1"'), write('"5"', '"6"'), read('"6"')], "r?wr"),
        ([read('"1"'), write('"1"', '"2"'), read('"3"')], "rw?r"),
        ([read('"1"'), write('"1"', None, 202), read('"2"')], "rw?r"),
        ([read('"1"'), write('"1"', None, 412), read('"1"')], "rwr"),
        ([read('"1"'), write('"1"', None, 0), read('"1"')], "rw?r"),
    ],
)
def test_an_unseen_writer_is_thought_of_wherever_the_etags_leave_room(events, found):
    assert gaps(*events) == found


def test_the_etag_of_a_new_flow_is_no_witness():
    assert gaps(read('"9"', kind=FLOW), kind=FLOW) == "r"


@pytest.mark.parametrize("sent", [{"name": "n", "x-more": 1}, {"name": "n", "description": None}])
def test_nobody_says_that_undocumented_members_are_stored(sent):
    assert gaps(read('"1"'), sent=sent) == "?r"


def listen(*interactions, **listening):
    listener = Listener(CONTRACT, Redactor(), **listening)
    return listener.traffic("client", "client.har", interactions)


def one(url, method="GET", **given):
    return Interaction(method, url, {}, "", 200, {}, "{}", **given)


@pytest.mark.parametrize(
    ("url", "operation"),
    [
        (f"{BASE}/flowservice/flows", "listFlows"),
        ("https://gw.test/v1/data/foundation/flowservice/flows/?limit=1", "listFlows"),
        (f"{BASE}/flowservice/flows/{NAME}", "getFlow"),
        (f"{BASE}/flowservice/flows/{NAME}/labels", None),
        ("https://shop.test/collection/shoes", None),
        ("https://shop.test/ims/token/v3", None),
        ("https://shop.test/", None),
    ],
)
def test_a_request_is_known_by_its_path(url, operation):
    found = [e.operation for e in listen(one(url)).journey.exchanges]
    assert found == ([operation] if operation else [])


@pytest.mark.parametrize("host", ["https://dcs.adobedc.net", "http://target.test"])
def test_messages_are_known_at_their_documented_host_or_beside_the_platform(host):
    platform = one(f"{BASE}/flowservice/flows")
    heard = listen(platform, one(f"{host}/collection/abc", "POST"))
    assert [e.operation for e in heard.journey.exchanges] == ["listFlows", "collect"]


@pytest.mark.parametrize(
    "path", ["/aep/flowservice/flows", "/aep/data/foundation/flowservice/flows"]
)
def test_a_base_path_stands_for_the_documented_one(path):
    heard = listen(one(f"https://gw.test{path}"), base_path="/aep/")
    assert [e.operation for e in heard.journey.exchanges] == ["listFlows"]


def test_a_write_of_no_documented_operation_leaves_its_entity_alone():
    flow = f"{BASE}/flowservice/flows/{NAME}"
    heard = listen(
        one(flow), one(f"{flow}/labels"), one(flow), one(f"{flow}/labels", "PUT"), one(flow)
    )
    marked = [bool(e.notes.get(CHANGED_OTHERWISE)) for e in heard.journey.exchanges]
    assert marked == [False, False, True]
    assert len(heard.others) == 2


def test_the_same_secret_is_the_same_placeholder_wherever_it_stands():
    headers = {"Authorization": "Bearer planted-secret-1"}
    first = Interaction(
        "GET", f"{BASE}/flowservice/flows?x=planted-secret-1", {}, "", 200, {}, "{}"
    )
    told = Interaction("GET", first.url, headers, "", 200, {}, '{"a": "planted-secret-1"}')
    early, late = listen(first, told).journey.exchanges
    assert (
        early.request.url
        == late.request.url
        == f"{BASE}/flowservice/flows?x=<secret:authorization>"
    )
    assert late.at("/a") == "<secret:authorization>"


ROWS = load_catalogue(contracts_root()).testable()
LEFT_OUT = load_checked(contracts_root() / "foreign-traffic.yaml", "foreign-traffic")["left_out"]


@pytest.mark.parametrize("glob", [glob for group in LEFT_OUT for glob in group["rows"]])
def test_what_is_left_out_is_a_requirement(glob):
    assert any(fnmatchcase(row.id, glob) for row in ROWS)


def test_recorders_may_mask_what_live_traffic_shows():
    row = next(row for row in ROWS if row.id == "schema-registry.stats.names-organization")
    assert (Bench().left_out(row) is None, Bench(live=True).left_out(row) is None) == (False, True)
