"""The contract data: what it must hold before any target is judged by it."""

import hashlib
import json
import re
from graphlib import CycleError, TopologicalSorter

import pytest
from jsonschema import Draft202012Validator

from conformance.selftest.contract_files import (
    CONTRACTS,
    ROOT,
    citation_error,
    documents,
    entries,
    files,
    is_citation,
    name_of,
    named_twice,
    operations_defined,
    operations_named,
    read,
    schema_errors,
    schema_named,
    schema_of,
    walk,
)

EVERY_FILE = pytest.mark.parametrize("path", files(), ids=name_of)
EVERY_REQUIREMENT_FILE = pytest.mark.parametrize("path", files("requirements/*.yaml"), ids=name_of)
SCHEMAS = sorted((CONTRACTS / "schemas").glob("*.schema.json"))
DOCUMENT_FOLDERS = [
    ROOT.parent / "shared" / f for f in ("seeds", "reference", "reference/official")
]
NO_PLAIN_STATEMENT = re.compile(
    r"(?i)\b(should|shall|must|will|would|test that|verif(y|ies)|ensures?)\b|\. "
)
FOLDERS = ("requirements", "errata", "connectors", "sequences", "examples", "openapi")
ERRATUM_ID = re.compile(r"\bX\d{2,3}\b")


def report(wrong):
    assert not wrong, "\n" + "\n".join(wrong)


def found_documents():
    return [
        pytest.param(entry, folder / entry["file"], id=name)
        for name, entry in documents().items()
        for folder in DOCUMENT_FOLDERS
        if "file" in entry and (folder / entry["file"]).is_file()
    ]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_schema_is_valid_and_titled(path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]


@EVERY_FILE
def test_file_fits_its_schema(path):
    report(schema_errors(read(path), schema_named(schema_of(path))))


@EVERY_FILE
def test_no_key_is_given_twice(path):
    report(read(path).repeated)


@EVERY_FILE
def test_every_citation_leads_to_a_line(path):
    located, wrong = read(path), []
    for place, value in walk(located.data):
        explicit = {"x-source", "documents"} & set(place[-2:]) and path.name != "documents.yaml"
        if isinstance(value, str) and (explicit or is_citation(value)) and citation_error(value):
            wrong.append(f"{located.at(place)}: {citation_error(value)}")
    report(wrong)


@EVERY_FILE
def test_every_erratum_named_exists(path):
    known = {entry["id"] for _, entry in entries("errata")}
    located = read(path)
    named = [
        (place, name)
        for place, value in walk(located.data)
        if isinstance(value, str)
        for name in ERRATUM_ID.findall(value)
    ]
    report([f"{located.at(p)}: no erratum {name}" for p, name in named if name not in known])


@EVERY_FILE
def test_every_operation_named_exists(path):
    known, located = operations_defined(), read(path)
    unknown = [(place, name) for place, name in operations_named(located) if name not in known]
    report([f"{located.at(place)}: no operation {name}" for place, name in unknown if known])


@EVERY_REQUIREMENT_FILE
def test_requirement_file_is_named_after_its_service(path):
    service = read(path).data["service"]
    assert path.stem == service or path.stem.startswith(f"{service}-")


@EVERY_REQUIREMENT_FILE
def test_requirement_ids_begin_with_the_service_of_their_file(path):
    start = read(path).data["service"] + "."
    ids = [(at, row["id"]) for at, row in entries("requirements", path)]
    report(
        [
            f"{at}: {name} does not begin with {start}"
            for at, name in ids
            if not name.startswith(start)
        ]
    )


@EVERY_REQUIREMENT_FILE
def test_statements_are_single_sentences_in_the_present_tense(path):
    wrong = [
        f"{at}: {row['id']}: {row['statement']}"
        for at, row in entries("requirements", path)
        if not row["statement"].endswith(".") or NO_PLAIN_STATEMENT.search(row["statement"])
    ]
    report(wrong)


def test_requirement_ids_are_unique():
    report(named_twice((row["id"], at) for at, row in entries("requirements")))


def test_errata_and_their_variants_are_named_once():
    found = entries("errata")
    report(named_twice((entry["id"], at) for at, entry in found))
    report(named_twice((v["name"], at) for at, entry in found for v in entry.get("variants", [])))


def test_needs_refer_to_known_requirements():
    found = entries("requirements")
    known = {row["id"] for _, row in found}
    needs = [(at, row["id"], need) for at, row in found for need in row.get("needs", [])]
    report(
        [f"{at}: {name} needs {n}, which no file has" for at, name, n in needs if n not in known]
    )


def test_needs_have_no_cycle():
    needs = {row["id"]: row.get("needs", []) for _, row in entries("requirements")}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        cycle = error.args[1]
        at = next(at for at, row in entries("requirements") if row["id"] == cycle[0])
        pytest.fail(f"{at}: each is needed by the next: {', '.join(cycle)}")


def test_documents_are_listed_once():
    assert len(documents()) == len(read(CONTRACTS / "documents.yaml").data["documents"])


@pytest.mark.parametrize(("entry", "file"), found_documents())
def test_document_is_the_one_that_is_cited(entry, file):
    content = file.read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert len(content.decode("utf-8").splitlines()) == entry["lines"]


@pytest.mark.parametrize("path", files("connectors/*.yaml", "waivers/*.yaml"), ids=name_of)
def test_file_is_named_after_what_it_describes(path):
    data = read(path).data
    assert path.stem == data.get("id", data.get("target"))


def test_wrong_datum_is_reported_with_file_and_line(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("topic: Flows\nerrata:\n- id: X01\n  keeps: perhaps\n", encoding="utf-8")
    errors = schema_errors(read(path), schema_named("erratum"))
    assert "wrong.yaml:4: 'perhaps' is not one of ['both', 'first', 'second', 'neither']" in errors


@pytest.mark.parametrize("path", sorted((ROOT / "reports" / "sample").rglob("results.json")))
def test_published_results_fit_their_schema(path):
    results = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator(schema_named("results")).validate(results)


@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_holds_data(folder):
    assert list((CONTRACTS / folder).rglob("*.yaml"))


@pytest.mark.parametrize("path", [path for path in files() if schema_of(path)], ids=name_of)
def test_kind_of_file_has_a_schema(path):
    assert (CONTRACTS / "schemas" / f"{schema_of(path)}.schema.json").is_file()
