"""Contract data that cannot be used says file and line, in one line."""

import pytest

from conformance.engine import data
from conformance.engine.data import fingerprint, line_of, load, load_checked, load_folder
from conformance.engine.errors import ContractDataError

ROW = """\
service: ims
requirements:
  - id: ims.tokens.one-holds
    level: MUST
    basis: stated
    source: ["S0:83"]
    statement: One thing holds of every token.
    operations: [fetchToken]
    profile: core
    check: rule
  - id: ims.tokens.other-holds
    level: MUST
    basis: stated
    source: ["S0:83"]
    statement: Another thing holds of every token.
    operations: [fetchToken]
    profile: core
    check: rule
"""


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "file.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def complaint(act, *arguments):
    with pytest.raises(ContractDataError) as caught:
        act(*arguments)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 1\nb: *nobody\n", 2),
        ("a: 1\nb: !!python/object:os.system 1\n", 2),
        ("a: 1\nb: 'open\n", 3),
        ("a: 1\nb: \x07\n", 2),
        (b"a: 1\nb: \xff\xfe\n", 2),
    ],
    ids=["bracket", "tab", "alias", "tag", "quote", "control", "encoding"],
)
def test_bad_yaml_names_file_and_line(written, content, line):
    path = written(content)
    said = complaint(load, path)
    assert said.startswith(f"{path}:{line}: not valid YAML")


def test_date_without_quotes_is_text_however_impossible(written):
    assert load(written("a: 2024-12-31\nb: 2024-13-45\n")) == {"a": "2024-12-31", "b": "2024-13-45"}


def test_file_that_is_not_there_is_named(tmp_path):
    assert complaint(load, tmp_path / "none.yaml").startswith(str(tmp_path / "none.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("level: MUST", "level: OUGHT", 4, "OUGHT"),
        ("level: MUST", "level: MUST\n    colour: red", 3, "colour"),
        ("    basis: stated\n", "", 3, "basis"),
        ("[fetchToken]", "fetchToken", 8, "fetchToken"),
        ("service: ims", "service: 5", 1, "5"),
        ("service: ims", "service: ims\nservices: ims", 1, "services"),
    ],
)
def test_schema_error_names_file_line_and_word(written, old, new, line, word):
    path = written(ROW.replace(old, new, 1))
    said = complaint(load_checked, path, "requirement")
    assert said.startswith(f"{path}:{line}: ")
    assert word in said


def test_schema_error_in_a_later_row_names_its_line(written):
    path = written("MAYBE".join(ROW.rsplit("MUST", 1)))
    assert complaint(load_checked, path, "requirement").startswith(
        f"{path}:12: requirements/1/level"
    )


@pytest.mark.parametrize("content", ["", "[]", "text"])
def test_file_of_another_kind_names_file_and_line(written, content):
    path = written(content)
    assert complaint(load_checked, path, "requirement").startswith(f"{path}:1: ")


def test_good_file_is_its_document(written):
    assert load_checked(written(ROW), "requirement")["requirements"][1]["profile"] == "core"


@pytest.mark.parametrize(
    ("where", "line"),
    [([], 1), (["a"], 1), (["b", 0], 3), (["b", 1, "c"], 4), (["b", 7], 3), (["z"], 1)],
    ids=str,
)
def test_line_is_where_the_value_begins(written, where, line):
    assert line_of(written("a: 1\nb:\n  - x\n  - c: 2\n"), where) == line


def test_folder_gives_its_files_in_order_of_name(tmp_path):
    folder = tmp_path / "requirements"
    (folder / "deeper").mkdir(parents=True)
    for name in ("b.yaml", "a.yaml", "deeper/c.yaml", "d.json"):
        (folder / name).write_text(ROW)
    found = [path.name for path, _ in load_folder("requirements", "requirement", tmp_path)]
    assert found == ["a.yaml", "b.yaml"]


def test_contracts_that_are_nowhere_are_said_to_be_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "__file__", str(tmp_path / "conformance" / "engine" / "data.py"))
    assert "no contracts folder" in complaint(data.contracts_root)


def test_fingerprint_changes_with_content_and_name(tmp_path):
    def of(name, files):
        for file, text in files.items():
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / file).write_text(text)
        return fingerprint(tmp_path / name)

    first = of("one", {"a.yaml": "x", "notes.txt": "1"})
    assert first == of("two", {"a.yaml": "x", "notes.txt": "2"})
    others = [
        of("three", {"a.yaml": "y"}),
        of("four", {"b.yaml": "x"}),
        of("five", {"a.yaml": "", "b.yaml": "x"}),
    ]
    assert len({first, *others}) == 4
