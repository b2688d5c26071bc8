"""What is compared by reference: ids, times by kind and unit, names that the client chose."""

import pytest

from conformance.recordings.drift.references import Match, References, parts, shape, unit

A, B = "2c48a152-3d49-43cb-88a1-523d49e3cbcb", "9b0de1d1-0d1c-4f35-9c4e-0f6a1f6a7f0e"
C, D = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-8999-aaaaaaaaaaaa"
HEX = "1712345678abcdef0123456789abcdef0123456789abcdef"


@pytest.fixture
def references():
    return References()


def test_an_id_stands_for_the_same_everywhere(references):
    assert references.match(f'"{A}"', f'"{C}"') is Match.SAME
    assert references.match(f"/flows/{A}/runs", f"/flows/{C}/runs") is Match.SAME
    assert references.match(A, D) is Match.IDENTITY
    assert references.match(B, C) is Match.IDENTITY
    assert references.match(B, D) is Match.SAME


def test_an_id_without_its_quotes_is_another_text(references):
    assert references.match(f'"{A}"', C) is Match.OTHER


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("2026-11-23T05:00:00Z", "2027-01-01T00:00:00Z", Match.SAME),
        ("2026-11-23T05:00:00Z", "2027-01-01T00:00:00.123Z", Match.UNIT),
        ("at 1795409067", "at 1800000000", Match.SAME),
        ("at 1795409067", "at 1800000000000", Match.UNIT),
        ("1795409067943", "2026-11-23T05:00:00Z", Match.UNIT),
        ("Mon, 23 Nov 2026 04:44:27 GMT", "Tue, 24 Nov 2026 04:44:27 GMT", Match.SAME),
        ("version 12", "version 13", Match.OTHER),
        (HEX, "f" + HEX[1:], Match.SAME),
        ("aepc-0123ab x", "aepc-ffffff x", Match.SAME),
        ("aepc-0123ab x", "aepc-ffffff y", Match.OTHER),
        ("<secret:a>", "<secret:b>", Match.SAME),
    ],
)
def test_texts_are_compared_by_what_stands_in_them(references, old, new, match):
    assert references.match(old, new) is match


def test_a_name_that_the_client_gave_otherwise_is_the_same(references):
    references.name("nightly run", "local run")
    assert references.match("flow of nightly run", "flow of local run") is Match.SAME
    assert references.match("flow of daily run", "flow of local run") is Match.OTHER


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (1795409067, "seconds"),
        (1795409067943, "milliseconds"),
        (1795409067.5, "seconds"),
        (12, None),
        (9007199254740991, None),
        (True, None),
        ("1795409067", None),
    ],
)
def test_the_unit_of_a_time(number, found):
    assert unit(number) == found


def test_an_id_that_begins_like_a_time_is_an_id():
    assert parts(HEX) == (("id", HEX),)
    assert shape(f"/schemas/{HEX}") == "/schemas/{id}"
