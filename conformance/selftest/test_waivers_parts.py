"""Waivers in their parts: fragments that stay, names of files, and what a run tells about each waiver."""

from datetime import date

import pytest

from conformance.waivers.changes import changes
from conformance.waivers.fragments import fragment
from conformance.waivers.patches import changed
from conformance.waivers.waiver import Waiver, Waivers, path_for, slug

TODAY = date(2026, 6, 30)
UUID = "0b2f9d1e-3c4a-4d5e-8f60-718293a4b5c6"


@pytest.mark.parametrize(
    ("message", "stays"),
    [
        ("expected status 400 or 401, got 200", "expected status 400 or 401, got 200"),
        ("expected a, got b (broken in 3 of 4 observations)", "expected a, got b"),
        (f"expected the one asked for, got {UUID}", "expected the one asked for, got"),
        ("got 'aepc-12ab34 probe list flow' at /items/0/name", "probe list flow' at /items/0/name"),
        ("updatedAt 1719741600000 is before createdAt", "is before createdAt"),
        ("got <secret:access_token> in the answer", "in the answer"),
        ("xx", "xx"),
    ],
)
def test_fragment_leaves_out_what_changes_from_run_to_run(message, stays):
    assert fragment(message) == stays
    assert stays in message


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("emulator", "emulator"),
        ("platform.adobe.io", "platform-adobe-io"),
        ("127.0.0.1:8080/x", "127-0-0-1-8080-x"),
        ("Mock_Gateway", "mock-gateway"),
    ],
)
def test_file_is_named_after_the_target(tmp_path, name, expected):
    assert slug(name) == expected
    assert path_for(name, None, tmp_path) is None
    (tmp_path / "waivers").mkdir()
    path = tmp_path / "waivers" / f"{expected}.yaml"
    path.touch()
    assert path_for(name, None, tmp_path) == path
    assert path_for(name, "other.yaml", tmp_path).name == "other.yaml"


def waiver(**given):
    known = {"id": "a.b.c", "verdict": "fail", "matches": "got 200", "expires": TODAY}
    return Waiver(
        **{
            "index": 0,
            "place": "f:3",
            "reason": "r",
            "owner": "o",
            "since": TODAY,
            **known,
            **given,
        }
    )


def row(verdict, message="expected 400, got 200", **given):
    return {"id": "a.b.c", "verdict": verdict, "message": message, **given}


def told(one, *rows):
    found = changes(Waivers(None, (one,), TODAY), rows, ["a.b.c", "a.b.d"])
    return [(str(change), change.values) for change in found]


@pytest.mark.parametrize("verdict", ["untested", "not-applicable", "error", "blocked"])
def test_what_was_not_judged_tells_nothing(verdict):
    assert told(waiver(), row(verdict)) == []


def test_last_day_still_counts_and_the_day_before_does_not():
    assert told(waiver(), row("waived", waiver={"place": "f:3"})) == []
    assert "expired on 2026-06-29" in told(waiver(expires=date(2026, 6, 29)), row("pass"))[0][0]


def test_one_of_several_that_a_glob_names_is_enough():
    rows = row("pass"), {**row("waived", waiver={"place": "f:3"}), "id": "a.b.d"}
    assert told(waiver(id="a.b.*"), *rows) == []


def test_waiver_beside_another_that_does_its_work_excuses_nothing():
    assert "another one does" in told(waiver(), row("waived", waiver={"place": "f:9"}))[0][0]


def test_blocked_waiver_of_what_fails_now_is_corrected():
    assert told(waiver(verdict="blocked"), row("fail"))[0][1] == {"verdict": "fail"}


@pytest.mark.parametrize(
    ("name", "said", "values"),
    [
        ("a.b.cc", "which no requirement is called; a.b.c is", {"id": "a.b.c"}),
        ("x.y.z", "which no requirement is called", {}),
        ("x.*", "which no requirement is called", {}),
    ],
)
def test_waiver_of_no_requirement_is_wrong_whatever_was_judged(name, said, values):
    ((text, changed_to),) = told(waiver(id=name))
    assert said in text
    assert changed_to == values


def test_other_verdict_is_put_in_its_place():
    assert told(waiver(verdict="warn"), row("fail"))[0][1] == {"verdict": "fail"}


def test_other_message_is_put_in_its_place():
    values = told(waiver(), row("fail", f"expected one, got {UUID}"))[0][1]
    assert values == {"matches": "expected one, got"}


TEXT = """target: x
waivers:
- {id: a.b.c, matches: one}
# about the second
- id: a.b.d
  matches: >-
    two
    lines
- id: a.b.e
  matches: three
# the end
"""


@pytest.mark.parametrize(
    ("gone", "kept"),
    [
        ((0,), ["a.b.d", "a.b.e"]),
        ((1,), ["a.b.c", "a.b.e"]),
        ((2,), ["a.b.c", "a.b.d"]),
        ((0, 2), ["a.b.d"]),
        ((0, 1, 2), []),
    ],
)
def test_removal_keeps_the_others_as_they_are(gone, kept):
    import yaml

    from conformance.waivers.changes import Change

    new = changed(TEXT, [Change(waiver(index=index), "why") for index in gone])
    document = yaml.safe_load(new)
    old = {w["id"]: w for w in yaml.safe_load(TEXT)["waivers"]}
    assert document == {"target": "x", "waivers": [old[name] for name in kept]}


def test_value_over_several_lines_is_replaced():
    import yaml

    from conformance.waivers.changes import Change

    new = changed(TEXT, [Change(waiver(index=1), "why", {"matches": 'say "é"'})])
    document = yaml.safe_load(new)
    assert [w["matches"] for w in document["waivers"]] == ["one", 'say "é"', "three"]
