"""Drifts in statuses, headers, steps and requests: each is classed as a reviewer would."""

import pytest

from conformance.selftest.drifting import Cassette, compact, drifts, only, shipped

CREATE, READ, POLL = "create-account", "create-source-connection (read back)", "settle-flow"
DELETE, RENAME = "delete-flow.delete-flow", "update-flow.rename-flow"
HANDLE = "0f6fd36e-7d35-4f40-b82c-0de6d4a3b6f1"


@pytest.fixture
def old():
    return shipped("stripe")


@pytest.fixture
def drift(old, tmp_path):
    """The one drift between the recording and a copy that a test changed."""
    new = old.copy()

    def made():
        return only(drifts(old, new, tmp_path))

    made.new, made.answer = new, new.answer
    return made


def test_a_delete_answers_another_documented_status_which_is_a_variant(drift):
    drift.answer(DELETE)["status"]["code"] = 202
    found = drift()
    assert (found["class"], found["variant"]) == ("additive", True)
    assert (found["old"], found["new"]) == (204, 202)


def test_a_create_answers_a_success_that_no_document_gives_which_is_breaking(drift):
    drift.answer(CREATE)["status"]["code"] = 206
    found = drift()
    assert (found["class"], found["kind"]) == ("breaking", "status")
    assert "flow-service.connections.create-answers-created" in found["requirements"]


def test_a_lawful_request_is_refused_which_is_breaking_though_the_status_is_documented(drift):
    drift.answer(CREATE)["status"]["code"] = 403
    assert drift()["class"] == "breaking"


def test_an_update_answers_202_without_a_body_which_is_a_variant_since_the_flow_was_read_again(
    old, tmp_path
):
    new = old.copy()
    new.answer(RENAME).update(status={"code": 202, "message": ""}, body={"string": ""})
    found = drifts(old, new, tmp_path)
    assert {d["kind"] for d in found} == {"status", "body"}
    assert all(d["class"] == "additive" and d["variant"] for d in found)


def test_json_is_declared_as_plain_text_which_is_breaking(drift):
    drift.answer(READ)["headers"]["content-type"] = ["text/plain"]
    found = drift()
    assert (found["class"], found["kind"]) == ("breaking", "header")
    assert found["requirements"] == ["gateway.media-type.answers-are-json"]


def test_json_is_declared_with_its_charset_which_is_cosmetic(drift):
    drift.answer(READ)["headers"]["content-type"] = ["application/json;charset=UTF-8"]
    assert drift()["class"] == "cosmetic"


def test_a_new_header_is_additive(drift):
    drift.answer(CREATE)["headers"]["Retry-After"] = ["3"]
    found = drift()
    assert (found["class"], found["kind"], found["pointer"]) == (
        *("additive", "header added"),
        "retry-after",
    )


def test_headers_of_the_way_are_no_drift(old, tmp_path):
    new = old.copy()
    passing = {"Date": ["Mon, 23 Nov 2026 04:44:27 GMT"], "X-Request-Id": ["r1"], "Via": ["1.1 x"]}
    new.answer(CREATE)["headers"].update(passing)
    assert drifts(old, new, tmp_path) == []


def test_a_step_that_is_left_out_is_breaking_since_skipped_is_never_green(drift):
    drift.new.drop(drift.new.index(READ))
    found = drift()
    assert (found["class"], found["kind"], found["step"]) == ("breaking", "step missing", READ)


def test_a_journey_that_ends_early_is_one_breaking_drift(old, tmp_path):
    new = old.copy()
    while len(new.interactions) > old.index("update-account.read-account"):
        new.drop(len(new.interactions) - 1)
    found = only([d for d in drifts(old, new, tmp_path) if d["class"] == "breaking"])
    assert "ends before it" in found["reason"]
    assert [place["step"] for place in found["places"]][-1] == "delete-account.confirm-deletion"


def test_a_step_of_tidying_up_is_missing_which_is_cosmetic(drift):
    drift.new.drop(len(drift.new.interactions) - 1)
    assert drift()["class"] == "cosmetic"


def test_a_new_step_is_additive(old, tmp_path):
    new = old.copy()
    old.drop(old.index(READ))
    found = only(drifts(old, new, tmp_path))
    assert (found["class"], found["kind"]) == ("additive", "step added")


@pytest.mark.parametrize("times", [2, 9])
def test_polling_more_often_is_no_drift(old, tmp_path, times):
    new = old.copy()
    new.repeat(new.index(POLL, 0), times)
    assert drifts(old, new, tmp_path) == []
    assert drifts(new, old, tmp_path) == []


def test_a_poll_that_ends_otherwise_is_drift(drift):
    drift.new.repeat(drift.new.index(POLL, 0), 3)
    drift.new.change(POLL, lambda body: body["items"][0].pop("state") and None)
    assert drift()["class"] == "breaking"


def test_another_request_is_the_clients_and_never_breaking(old, tmp_path):
    new = old.copy()
    asked = new.interactions[new.index(RENAME)]["request"]
    asked["body"] = compact([{"op": "remove", "path": "/name"}])
    new.answer(RENAME)["status"]["code"] = 400
    found = drifts(old, new, tmp_path)
    here = {d["kind"]: d["class"] for d in found if d["step"] == RENAME}
    assert here["request"] == here["status"] == "cosmetic"


def test_what_a_later_request_used_is_gone_which_is_breaking_though_undocumented(old, tmp_path):
    old.change(CREATE, lambda body: body.update(handle=HANDLE))
    sent = old.interactions[old.index("create-source-connection")]["request"]
    sent["body"] = sent["body"][:-1] + f', "handle": "{HANDLE}"' + "}"
    plain = old.anonymous()
    new = plain.copy()
    new_answer = new.interactions[0]["response"]["body"]
    new_answer["string"] = new_answer["string"].replace(f',"handle":"{HANDLE}"', "")
    found = only(drifts(plain, new, tmp_path))
    assert (found["class"], found["pointer"]) == ("breaking", "/handle")
    assert "a recorded consumer needs it" in found["reason"]


def test_an_undocumented_request_is_compared_too(tmp_path):
    def cassette(body):
        answer = {"status": {"code": 200, "message": ""}, "headers": {}, "body": {"string": body}}
        asked = {"method": "GET", "uri": "https://x.test/other/7", "headers": {}, "body": None}
        return Cassette({"version": 1, "interactions": [{"request": asked, "response": answer}]})

    found = only(drifts(cassette('{"a":1}'), cassette('{"a":2}'), tmp_path))
    assert (found["class"], found["step"]) == ("cosmetic", "GET /other/7")


def test_other_ids_times_names_and_places_are_no_drift(old, tmp_path):
    new = old.copy()
    run = new.body(READ)["items"][0]["name"].split()[0]
    host = new.interactions[0]["request"]["uri"].split("/data/")[0]
    for before, after in (
        *((run, "aepc-0123ab"), (host, "https://gateway.test")),
        *((new.body(CREATE)["id"], HANDLE), ("conformancedev", "acme")),
        *(('x-sandbox-name": ["conformance"]', 'x-sandbox-name": ["stage"]'),),
        *(('sandboxName\\":\\"conformance', 'sandboxName\\":\\"stage'),),
    ):
        new.text(before, after)
    later = str(new.body(READ)["items"][0]["createdAt"])[:4]
    new.text(f'At\\":{later}', 'At\\":1999')
    assert drifts(old, new, tmp_path) == []
