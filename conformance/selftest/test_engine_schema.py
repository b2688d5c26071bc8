"""Whose requirement a schema error is, and which requirements an answer was held against."""

import pytest

from conformance.engine.schema import BodySchema

WHOLE, ID, ITEM, STATE, EXTRA = "s.r.whole", "s.r.id", "s.r.item", "s.r.state", "s.r.extra"
SCHEMA = {
    "type": "object",
    "x-requirement": WHOLE,
    "required": ["id", "count", "plain"],
    "properties": {
        "id": {"type": "string", "minLength": 2, "x-requirement": ID},
        "count": {"type": "integer"},
        "plain": True,
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "x-requirement": ITEM,
                "required": ["state", "name"],
                "properties": {
                    "name": {"type": "string"},
                    "state": {"enum": ["enabled", "disabled"], "x-requirement": STATE},
                },
            },
        },
        "version": {"anyOf": [{"type": "string", "pattern": "^1"}, {"type": "integer"}]},
        "both": {"allOf": [{"type": "object"}, {"required": ["x"], "x-requirement": EXTRA}]},
    },
    "additionalProperties": {"type": "string", "x-requirement": EXTRA},
}
GOOD = {
    "id": "ab",
    "count": 1,
    "plain": None,
    "items": [{"state": "enabled", "name": "n"}],
    "version": "1.0",
}


@pytest.fixture(scope="module")
def schema():
    return BodySchema(SCHEMA)


def errors(schema, **changed):
    body = {k: v for k, v in {**GOOD, **changed}.items() if v != "gone"}
    return [(e.requirement, e.pointer) for e in schema.errors(body)]


def test_body_that_fits_has_no_errors(schema):
    assert errors(schema) == []


@pytest.mark.parametrize(
    ("changed", "requirement", "pointer"),
    [
        ({"id": 5}, ID, "/id"),
        ({"id": "a"}, ID, "/id"),
        ({"count": "1"}, WHOLE, "/count"),
        ({"items": [{"state": "odd", "name": "n"}]}, STATE, "/items/0/state"),
        ({"items": [{"state": "enabled", "name": 1}]}, ITEM, "/items/0/name"),
        ({"items": [GOOD["items"][0], 7]}, ITEM, "/items/1"),
        ({"version": "2.0"}, WHOLE, "/version"),
        ({"other": 1}, EXTRA, "/other"),
        ({"both": {}}, EXTRA, "/both/x"),
        ({"both": []}, WHOLE, "/both"),
    ],
)
def test_error_belongs_to_the_innermost_requirement(schema, changed, requirement, pointer):
    assert errors(schema, **changed) == [(requirement, pointer)]


@pytest.mark.parametrize(
    ("changed", "requirement", "pointer"),
    [
        ({"id": "gone"}, ID, "/id"),
        ({"count": "gone"}, WHOLE, "/count"),
        ({"plain": "gone"}, WHOLE, "/plain"),
        ({"items": [{"name": "n"}]}, STATE, "/items/0/state"),
        ({"items": [{"state": "enabled"}]}, ITEM, "/items/0/name"),
    ],
)
def test_missing_member_belongs_to_its_own_requirement(schema, changed, requirement, pointer):
    assert errors(schema, **changed) == [(requirement, pointer)]


def test_each_of_several_errors_is_told_once(schema):
    found = errors(schema, id="gone", count="gone", items=[{}])
    assert sorted(found) == sorted(
        [(ID, "/id"), (WHOLE, "/count"), (STATE, "/items/0/state"), (ITEM, "/items/0/name")]
    )


@pytest.mark.parametrize(
    ("body", "shown"), [([], []), ("text", "'text'"), ("5", "'5'"), (None, None), (5, 5)]
)
def test_body_of_another_type_breaks_the_outermost_requirement(schema, body, shown):
    """A text is shown in quotes, so that "expected type integer" is not followed by a bare 5."""
    assert [(e.requirement, e.pointer, e.actual) for e in schema.errors(body)] == [
        (WHOLE, "", shown)
    ]


def test_error_without_a_requirement_around_it_has_none():
    found = BodySchema({"properties": {"id": {"type": "string"}}}).errors({"id": 1})
    assert [e.requirement for e in found] == [None]


def test_error_says_what_was_expected_and_what_came(schema):
    found = schema.errors({**GOOD, "items": [{"state": "odd", "name": "n"}]})
    assert "enabled" in found[0].expected
    assert found[0].actual == "odd"
    assert [e.actual for e in schema.errors({**GOOD, "version": []})] == [[]]


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ({"format": "uuid"}, "no-uuid"),
        ({"format": "date-time"}, "yesterday"),
        ({"pattern": "^[0-9a-f]+$"}, "abc\n"),
        ({"pattern": r"^\d+$"}, "٣"),
    ],
    ids=str,
)
def test_no_error_is_lost_between_the_fast_and_the_slow_check(schema, body):
    found = BodySchema({"x-requirement": WHOLE, "properties": {"id": schema}}).errors({"id": body})
    assert [(e.requirement, e.pointer) for e in found] == [(WHOLE, "/id")]


@pytest.mark.parametrize(
    ("body", "observed"),
    [
        ({"id": "a"}, {WHOLE, ID}),
        ({}, {WHOLE}),
        ({"items": []}, {WHOLE}),
        ({"items": [{"name": "n"}]}, {WHOLE, ITEM}),
        ({"items": [{}, {"state": "odd"}]}, {WHOLE, ITEM, STATE}),
        ({"both": {}}, {WHOLE, EXTRA}),
        ({"other": "x"}, {WHOLE, EXTRA}),
        ([], {WHOLE}),
    ],
    ids=lambda value: None if isinstance(value, set) else str(value),
)
def test_requirement_is_observed_where_the_body_reaches_it(schema, body, observed):
    assert schema.observed(body) == observed


def test_pointer_of_an_error_is_escaped():
    found = BodySchema({"additionalProperties": {"type": "string"}}).errors({"a/b": 1})
    assert found[0].pointer == "/a~1b"
