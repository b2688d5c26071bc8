"""The engine's own reading of RFC 6902, and how it compares documents."""

import copy

import pytest

from conformance.engine.exchange import ABSENT
from conformance.engine.patch import PatchError, apply_patch, differences, missing_from, touched


def op(name, path, *value):
    return {"op": name, "path": path, **({"value": value[0]} if value else {})}


@pytest.mark.parametrize(
    ("document", "operations", "after"),
    [
        ({"foo": "bar"}, [op("add", "/baz", "qux")], {"baz": "qux", "foo": "bar"}),
        ({"foo": ["bar", "baz"]}, [op("add", "/foo/1", "qux")], {"foo": ["bar", "qux", "baz"]}),
        ({"baz": "qux", "foo": "bar"}, [op("remove", "/baz")], {"foo": "bar"}),
        ({"foo": ["bar", "qux", "baz"]}, [op("remove", "/foo/1")], {"foo": ["bar", "baz"]}),
        ({"baz": "qux"}, [op("replace", "/baz", "boo")], {"baz": "boo"}),
        ({"foo": "bar"}, [op("add", "/child", {"g": {}})], {"foo": "bar", "child": {"g": {}}}),
        ({"foo": ["bar"]}, [op("add", "/foo/-", ["abc"])], {"foo": ["bar", ["abc"]]}),
        ({"/": 9, "~1": 10}, [op("replace", "/~01", 11)], {"/": 9, "~1": 11}),
        ({"a/b": 1}, [op("remove", "/a~1b")], {}),
        ({"a/b": {"c~d": 1}}, [op("replace", "/a~1b/c~0d", 2)], {"a/b": {"c~d": 2}}),
        ({"foo": 1}, [op("add", "/foo", 2)], {"foo": 2}),
        ({"foo": None}, [op("replace", "/foo", 1)], {"foo": 1}),
        ({"foo": 1}, [op("add", "/bar", None)], {"foo": 1, "bar": None}),
        ({"foo": [1]}, [op("add", "/foo/1", 2)], {"foo": [1, 2]}),
        ({"a": 1}, [op("add", "/b", []), op("add", "/b/-", 1), op("add", "/b/0", 0)],
         {"a": 1, "b": [0, 1]}),
        ({"": 1}, [op("replace", "/", 2)], {"": 2}),
        ({"foo": "bar"}, [op("replace", "", {"baz": "qux"})], {"baz": "qux"}),
    ],
)  # fmt: skip
def test_patch_gives_the_document_of_rfc_6902(document, operations, after):
    before, given = copy.deepcopy(document), copy.deepcopy(operations)
    assert apply_patch(document, operations) == after
    assert (document, operations) == (before, given)


@pytest.mark.parametrize(
    "operation",
    [
        op("add", "/baz/bat", "qux"),
        op("add", "/list/3", 0),
        op("add", "/list/01", 0),
        op("add", "/list/-1", 0),
        op("add", "/list/one", 0),
        op("add", "/foo/deep", 0),
        op("replace", "/nothing", 0),
        op("replace", "/list/2", 0),
        op("replace", "/list/-", 0),
        op("remove", "/nothing"),
        op("remove", "/list/-"),
        op("remove", "/list/2"),
        op("test", "/foo", "other"),
        op("twist", "/foo"),
        op("replace", "foo", 1),
        {"op": "add"},
        {"op": "replace", "path": "/foo"},
    ],
    ids=lambda operation: f"{operation['op']} {operation.get('path')} {len(operation)}",
)
def test_patch_that_cannot_be_applied_is_an_error(operation):
    with pytest.raises(PatchError):
        apply_patch({"foo": "bar", "list": [1, 2]}, [operation])


def test_touched_are_the_first_members():
    patch = [op("add", "/a/b/0", 1), op("remove", "/a/c"), op("replace", "/d~1e", 1)]
    assert touched(patch) == {"a", "d/e"}


@pytest.mark.parametrize("compare", [differences, missing_from])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "1"),
        (True, 1),
        (False, 0),
        (None, ABSENT),
        (None, False),
        ("", None),
        ([], {}),
        ("a", "A"),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        ([True], [1]),
    ],
    ids=repr,
)
def test_values_of_another_kind_or_order_differ(compare, one, other):
    found = compare({"x": one}, {} if other is ABSENT else {"x": other})
    assert found
    assert found[0][0].startswith("/x")


@pytest.mark.parametrize("compare", [differences, missing_from])
@pytest.mark.parametrize(
    ("one", "other"),
    [({"a": 1, "b": 2}, {"b": 2, "a": 1}), (1, 1.0), ([{"a": [None]}], [{"a": [None]}])],
    ids=repr,
)
def test_equal_json_does_not_differ(compare, one, other):
    assert compare(one, other) == []


def test_differences_name_each_place_with_both_values():
    expected = {"a": [1, {"b": 2}], "gone": 3}
    actual = {"a": [1, {"b": 9}], "new": 4}
    assert differences(expected, actual) == [
        ("/a/1/b", 2, 9),
        ("/gone", 3, ABSENT),
        ("/new", ABSENT, 4),
    ]


def test_members_that_were_not_sent_are_not_missed():
    sent = {"name": "a", "auth": {"params": {"user": "u"}}}
    stored = {"name": "a", "id": "1", "auth": {"params": {"user": "u", "more": 1}, "etag": "e"}}
    assert missing_from(sent, stored) == []
    assert missing_from({"auth": {"params": {"user": "v"}}}, stored) == [
        ("/auth/params/user", "v", "u")
    ]


@pytest.mark.parametrize("compare", [differences, missing_from])
def test_pointer_is_escaped(compare):
    assert compare({"a/b": {"c~d": 1}}, {"a/b": {"c~d": 2}}) == [("/a~1b/c~0d", 1, 2)]
