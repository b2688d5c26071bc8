"""Drifts in the members of answers: each is classed as a reviewer would, for the reason in the test's name."""

import pytest

from conformance.selftest.drifting import drifts, only, shipped

READ = "create-source-connection (read back)"
CLASS = "prepare-data-set.create-class"
SCHEMA = "prepare-data-set.create-schema"
ACCOUNT = "update-account.read-account"


@pytest.fixture(scope="module")
def old():
    return shipped("stripe")


@pytest.fixture
def drift(old, tmp_path):
    """The one drift that a change of the body of one answer makes."""

    def made(step, change):
        new = old.copy()
        new.change(step, change)
        return only(drifts(old, new, tmp_path))

    return made


def without(key):
    return lambda body: body.pop(key) and None


def of_item(change):
    return lambda body: change(body["items"][0])


def put(key, value):
    return lambda body: body.update({key: value})


def test_a_member_that_a_requirement_asks_for_is_gone_which_is_breaking_and_names_both(drift):
    found = drift(READ, of_item(without("state")))
    assert (found["class"], found["kind"]) == ("breaking", "removed")
    assert found["pointer"] == "/items/0/state"
    assert found["old"] == "enabled"
    assert "new" not in found
    assert "flow-service.source-connections.state-is-documented" in found["requirements"]
    assert found["sources"]


def test_a_member_that_every_printed_answer_has_is_gone_which_is_breaking_and_cites_them(drift):
    found = drift(SCHEMA, without("meta:xdmType"))
    assert (found["class"], found["requirements"]) == ("breaking", [])
    assert [source.split(":")[0] for source in found["sources"]] == ["S3", "S0"]


def test_a_member_that_the_documents_call_optional_is_gone_which_is_a_variant(drift):
    found = drift(READ, of_item(without("createdBy")))
    assert (found["class"], found["variant"]) == ("additive", True)


def test_a_member_that_no_document_names_and_nobody_used_is_gone_which_is_cosmetic(drift):
    found = drift(CLASS, without("meta:containerId"))
    assert (found["class"], found["kind"]) == ("cosmetic", "removed")


def test_a_new_member_is_additive(drift):
    found = drift(READ, of_item(put("region", "eu-west-1")))
    assert (found["class"], found["kind"], found["pointer"]) == (
        *("additive", "added"),
        "/items/0/region",
    )


def test_a_documented_number_becomes_text_which_is_breaking(drift):
    found = drift(READ, of_item(put("createdAt", "1795409067943")))
    assert (found["class"], found["kind"]) == ("breaking", "retyped")
    assert found["requirements"]


def test_an_undocumented_number_becomes_text_which_is_cosmetic(drift):
    found = drift(CLASS, lambda body: body.update({"meta:extensible": "false"}))
    assert (found["class"], found["kind"]) == ("cosmetic", "retyped")


def test_a_documented_object_becomes_null_which_is_breaking(drift):
    found = drift(READ, of_item(put("connectionSpec", None)))
    assert (found["class"], found["kind"]) == ("breaking", "nulled")


def test_the_only_item_of_a_read_is_gone_which_is_breaking(drift):
    found = drift(READ, put("items", []))
    assert (found["class"], found["kind"]) == ("breaking", "emptied")


def test_documented_milliseconds_become_seconds_which_is_breaking(drift):
    found = drift(READ, of_item(lambda item: item.update(createdAt=item["createdAt"] // 1000)))
    assert (found["class"], found["kind"]) == ("breaking", "unit")
    assert "flow-service.source-connections.dates-are-epoch-milliseconds" in found["requirements"]


def test_undocumented_milliseconds_become_seconds_which_is_seen_and_cosmetic(drift):
    def seconds(body):
        dates = body["meta:registryMetadata"]
        dates["repo:createdDate"] //= 1000

    found = drift(CLASS, seconds)
    assert (found["class"], found["kind"]) == ("cosmetic", "unit")


def test_an_entity_is_changed_before_it_is_created_which_is_seen(drift):
    found = drift(
        "update-account.read-renamed-account",
        of_item(lambda item: item.update(updatedAt=item["createdAt"] - 5)),
    )
    assert (found["kind"], found["old"]) == ("time order", "createdAt before updatedAt")


def test_a_read_answers_another_id_than_was_created_which_is_breaking(drift):
    found = drift(READ, of_item(put("id", "11111111-2222-4333-8444-555555555555")))
    assert (found["class"], found["kind"]) == ("breaking", "identity")
    assert any("read-returns-the-one-asked-for" in row for row in found["requirements"])


OTHER_USER = "F14C343C1027C4D1C386BBC4@AdobeID"


def test_two_users_that_were_one_are_no_documented_identity_which_is_cosmetic(drift):
    found = drift(
        CLASS,
        lambda body: body["meta:registryMetadata"].update({"xdm:lastModifiedUserId": OTHER_USER}),
    )
    assert (found["class"], found["kind"]) == ("cosmetic", "identity")


def test_a_read_with_the_etag_of_another_names_another_user_which_is_breaking(drift):
    found = drift(ACCOUNT, of_item(put("updatedBy", OTHER_USER)))
    assert (found["class"], found["kind"]) == ("breaking", "identity")
    assert found["requirements"] == ["flow-service.connections.same-etag-means-same-content"]


def test_an_id_has_another_length_which_is_said_once(old, tmp_path):
    new = old.copy()
    long = new.body(SCHEMA)["$id"].rsplit("/", 1)[1]
    new.text(long, long[:32])
    found = only(drifts(old, new, tmp_path))
    assert (found["class"], found["kind"]) == ("additive", "id form")


def test_a_documented_state_gives_way_to_another_which_is_a_variant(drift):
    found = drift(READ, of_item(put("state", "disabled")))
    assert (found["class"], found["variant"]) == ("additive", True)


def test_a_state_that_no_document_knows_is_breaking(drift):
    assert drift(READ, of_item(put("state", "asleep")))["class"] == "breaking"


def test_the_words_of_an_error_change_which_is_cosmetic(drift):
    found = drift("delete-flow.confirm-deletion", put("errorMessage", "There is no such flow."))
    assert (found["class"], found["kind"]) == ("cosmetic", "value")


def test_an_error_has_the_older_documented_body_which_is_one_variant(drift):
    found = drift("delete-flow.confirm-deletion", lambda body: {"errorMessage": "flow not found"})
    assert (found["class"], found["variant"], found["kind"]) == ("additive", True, "form")


def test_an_error_number_becomes_text_which_the_contract_forbids(drift):
    found = drift("delete-flow.confirm-deletion", put("status", "404"))
    assert (found["class"], found["kind"]) == ("breaking", "retyped")


def test_members_change_places_which_is_cosmetic(drift):
    found = drift(READ, lambda body: {"items": [dict(reversed(body["items"][0].items()))]})
    assert (found["class"], found["kind"]) == ("cosmetic", "member order")


def test_items_change_places_where_no_document_fixes_them_which_is_cosmetic(drift):
    mappings = "create-mapping-set (read back)"
    found = drift(mappings, lambda body: body["mappings"].reverse())
    assert (found["class"], found["kind"]) == ("cosmetic", "item order")


def test_items_change_places_where_the_sequence_reads_the_first_which_is_breaking(tmp_path):
    step, other = "create-data-set-base-connection.look-up-data-lake", {"name": "Other lake"}
    old = shipped("payments")
    spare = {"id": "11111111-2222-4333-8444-555555555555", "version": "1.0", **other}
    old.change(step, lambda body: body["items"].append(spare))
    new = old.copy()
    new.change(step, lambda body: body["items"].reverse())
    found = only(drifts(old, new, tmp_path))
    assert (found["class"], found["kind"]) == ("breaking", "item order")


def test_the_same_json_with_spaces_is_cosmetic(old, tmp_path):
    new = old.copy()
    text = new.answer(READ)["body"]["string"]
    new.answer(READ)["body"]["string"] = text.replace('{"items":', '{ "items": ', 1)
    found = only(drifts(old, new, tmp_path))
    assert (found["class"], found["kind"]) == ("cosmetic", "whitespace")
