"""The catalogue: what it refuses to load, and which rows a run judges."""

import shutil

import pytest
import yaml

from conformance.engine.catalogue import Catalogue, load_catalogue
from conformance.engine.data import contracts_root
from conformance.engine.errors import ContractDataError, SettingsError
from conformance.selftest.builders import row

ROWS = [
    row("ims.tokens.one-holds", profile="smoke"),
    row("ims.tokens.two-holds", profile="core"),
    row("ims.tokens.three-holds", profile="full"),
    row("gateway.errors.two-holds", profile="core", excluded="Nothing a client sees shows it."),
    row("gateway.errors.four-holds", profile="full"),
]
CATALOGUE = Catalogue({r.id: r for r in ROWS})


def named(rows):
    return [f"{r.id.split('.')[0]}.{r.id.split('.')[2].split('-')[0]}" for r in rows]


@pytest.mark.parametrize(
    ("profile", "found"),
    [
        ("smoke", ["ims.one"]),
        ("core", ["ims.one", "ims.two"]),
        ("full", ["ims.one", "ims.two", "ims.three", "gateway.four"]),
    ],
)
def test_profile_holds_the_smaller_ones_and_nothing_excluded(profile, found):
    assert named(CATALOGUE.select(profile)) == found


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (("ims.*",), ["ims.one", "ims.two", "ims.three"]),
        (("*.four-holds", "ims.tokens.one-holds"), ["ims.one", "gateway.four"]),
        (("*.two-*",), ["ims.two"]),
        (("ims.tokens.t[hw]*", "*.two-*"), ["ims.two", "ims.three"]),
    ],
)
def test_globs_choose_across_profiles_each_row_once(patterns, found):
    assert named(CATALOGUE.select("smoke", patterns)) == found


@pytest.mark.parametrize("patterns", [("nothing.*",), ("ims.*", "IMS.*"), ("tokens",)])
def test_glob_without_a_match_is_named(patterns):
    with pytest.raises(SettingsError, match=r"--requirement .*no requirement") as caught:
        CATALOGUE.select("core", patterns)
    assert patterns[-1] in str(caught.value)


def data(name, **given):
    return {
        "id": f"ims.tokens.{name}",
        "level": "MUST",
        "basis": "stated",
        "source": ["S0:83"],
        "statement": "One thing holds of every token.",
        "operations": ["fetchToken"],
        "profile": "core",
        "check": "rule",
        **given,
    }


@pytest.fixture
def loaded(tmp_path):
    def load(**files):
        (tmp_path / "requirements").mkdir()
        shutil.copy(contracts_root() / "documents.yaml", tmp_path)
        for name, rows in files.items():
            text = yaml.safe_dump({"service": "ims", "requirements": rows}, sort_keys=False)
            (tmp_path / "requirements" / f"{name}.yaml").write_text(text)
        return load_catalogue(tmp_path)

    return load


def test_rows_keep_the_order_of_files_and_their_data(loaded):
    found = loaded(b=[data("b-holds")], a=[data("z-holds", needs=["ims.tokens.b-holds"])])
    assert list(found.rows) == ["ims.tokens.z-holds", "ims.tokens.b-holds"]
    first = found["ims.tokens.z-holds"]
    assert (first.service, first.resource, first.file) == ("ims", "tokens", "a.yaml")
    assert first.needs == ("ims.tokens.b-holds",)


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"a": [data("x-holds"), data("x-holds")]}, "a.yaml:13: "),
        ({"a": [data("x-holds")], "b": [data("y-holds"), data("x-holds")]}, "b.yaml:13: "),
    ],
    ids=["in one file", "in two files"],
)
def test_id_given_twice_names_file_and_line(loaded, files, place):
    with pytest.raises(ContractDataError, match=r"ims\.tokens\.x-holds") as caught:
        loaded(**files)
    assert place in str(caught.value)


def test_unknown_need_names_file_and_line(loaded):
    rows = [data("x-holds"), data("y-holds", needs=["ims.tokens.z-holds"])]
    with pytest.raises(ContractDataError, match=r"a\.yaml:2[0-9]: .*y-holds.*z-holds"):
        loaded(a=rows)


def test_row_that_does_not_fit_names_file_and_line(loaded):
    with pytest.raises(ContractDataError, match=r"a\.yaml:4: .*OUGHT"):
        loaded(a=[data("x-holds", level="OUGHT")])


def test_needs_in_a_circle_are_refused(loaded):
    rows = [
        data("x-holds", needs=["ims.tokens.y-holds"]),
        data("y-holds", needs=["ims.tokens.x-holds"]),
    ]
    with pytest.raises(ContractDataError, match=r"a\.yaml:[0-9]+: .*circle"):
        loaded(a=rows)
