"""What a target may show of what it was sent: the same by value, beside members of its own."""

import pytest
import yaml

from conformance.engine.data import contracts_root
from conformance.engine.exchange import ABSENT
from conformance.engine.likeness import (
    DOCUMENTED,
    by_value,
    member_names,
    of_the_client,
    outline,
    whole,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [("15", 15), ("-1", -1), ("true", True), ("fifteen", "fifteen"), (15, 15)],
    ids=repr,
)
def test_text_and_number_of_a_schedule_are_one_value(text, number):
    schedule = {"scheduleParams": {"interval": text, "backfill": text}}
    assert by_value(schedule) == {"scheduleParams": {"interval": number, "backfill": number}}


def test_names_that_look_like_numbers_stay_text():
    flow = {
        "name": "15",
        "transformations": [{"params": {"mappingVersion": "0", "mappingId": "7"}}],
    }
    assert by_value(flow)["name"] == "15"
    assert by_value(flow)["transformations"] == [
        {"params": {"mappingVersion": 0, "mappingId": "7"}}
    ]


@pytest.mark.parametrize(
    ("pointer", "want", "counts"),
    [
        ("/transformations/0/params/selectors/0/value/createTime", ABSENT, False),
        ("/transformations/0/params/selectors/0/value/operator", ABSENT, True),
        ("/transformations/0/params/selectors/0/value/a~1b", ABSENT, True),
        ("/transformations/0/params/selectors/4", ABSENT, True),
        ("/transformations/0/params/selectors/0/value/createTime", "1658344069", True),
        ("/description", ABSENT, True),
    ],
    ids=repr,
)
def test_only_members_that_no_client_named_are_the_targets_own(pointer, want, counts):
    patch = [
        {
            "op": "add",
            "path": "/x/-",
            "value": {"type": "JSON_PATH", "value": {"operator": "EXISTS"}},
        },
        {"op": "remove", "path": "/x/0/value/a~1b"},
    ]
    wrong = [(pointer, want, "seen")]
    assert bool(of_the_client(wrong, member_names([patch]))) is counts


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), (5.0, 5), (5.5, None), (True, None), ("5", None), (ABSENT, None), (1e400, None)],
    ids=repr,
)
def test_whole_number_is_written_with_or_without_a_fraction_of_nought(value, number):
    assert whole(value) == number


def test_documented_members_are_those_of_the_contract():
    schemas = yaml.safe_load((contracts_root() / "openapi/flow-service.yaml").read_text())
    schemas = schemas["components"]["schemas"]

    def members(schema):
        whole = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        parts = [members(part) for part in whole.get("allOf", ())]
        return set(whole.get("properties", ())).union(*parts)

    kinds = ("Connection", "SourceConnection", "TargetConnection", "Flow")
    shown = [members(schemas[f"{kind}{part}"]) for kind in kinds for part in ("Item", "Stamp")]
    assert set().union(*shown) == DOCUMENTED


def test_outline_is_that_of_members_and_not_of_values():
    one = {"name": "a", "data": [{"id": 1}, {"id": 2}], "on": True}
    other = {"on": False, "data": [{"id": 7}], "name": "b"}
    assert outline(one) == outline(other)
    assert outline(one) != outline({**one, "name": None})
    assert outline(one) != outline({**one, "data": [{"id": "1"}]})
