import json
import re

import pytest
from jsonschema import Draft202012Validator

from conformance.selftest.contract_files import (
    ROOT,
    documents,
    files,
    name_of,
    read,
    schema_named,
    walk,
)
from conformance.selftest.openapi_helper import operations, placeholders

FOUND = [
    (path, example) for path in files("examples/*.yaml") for example in read(path).data["examples"]
]
EXAMPLES = {example["id"]: example for _, example in FOUND}
REQUESTS = {name: e for name, e in EXAMPLES.items() if e["kind"] == "request"}
RESPONSES = {name: e for name, e in EXAMPLES.items() if e["kind"] == "response"}
RECORDS = {name: e for name, e in EXAMPLES.items() if e["kind"] == "record"}
SEEDS = ROOT.parent / "shared" / "seeds"
ENTITIES = {
    "schema": "https://ns.adobe.com/acme/schemas/14d89c5bb88e2ff488f23db896be469e7e30bb166bda8722",
    "dataSet": "5e8918669cbbee18ad9771f3",
    "mappingSet": "b54a8dc38e8d4e31a2dc096e413ae8e5",
}
UUID = "2c48a152-3d49-43cb-88a1-523d49e3cbcb"


def every(examples):
    return pytest.mark.parametrize("example", examples.values(), ids=examples)


def report(wrong):
    assert not wrong, "\n" + "\n".join(wrong)


def substituted(example, part):
    text = json.dumps(example.get(part))
    for name in placeholders(text):
        text = text.replace(name, example.get("values", {}).get(name, default(name)))
    return json.loads(text)


def default(name):
    return UUID if name.endswith("_ID}") and name not in ("{TENANT_ID}", "{ORG_ID}") else "acme"


def at(pointer, value):
    for part in pointer.split("/")[1:]:
        value = value[int(part) if isinstance(value, list) else part]
    return value


def wrapped(example, body):
    for part in reversed(example.get("fragment", "").split("/")[1:]):
        body = [body] * (int(part) + 1) if part.isdigit() else {part: body}
    return body


def inside(example, error):
    pointer = "".join(f"/{part}" for part in error.absolute_path)
    fragment = example.get("fragment", "")
    cut = fragment and error.validator == "required" and pointer.startswith(fragment)
    return pointer.startswith(fragment) and not cut


def cited(example):
    first, _, last = example["line"].partition("-")
    return int(first), int(last or first)


def printed(example):
    first, last = cited(example)
    path = SEEDS / documents()[example["document"]]["file"]
    lines = path.read_text(encoding="utf-8").splitlines()[first - 1 : last]
    return re.sub(r"\s+", " ", "\n".join(lines))


def literals(example):
    parts = [example.get(part, {}) for part in ("body", "query", "path", "headers")]
    leaves = [str(leaf) for part in parts for _, leaf in walk(part) if type(leaf) in (str, int)]
    return [json.dumps(leaf, ensure_ascii=False)[1:-1] for leaf in leaves if len(leaf) > 5]


def test_example_ids_are_unique_and_begin_with_their_sequence():
    assert len(EXAMPLES) == len(FOUND)
    report([e["id"] for path, e in FOUND if not e["id"].startswith(f"{path.stem}.")])
    report([name_of(path) for path, _ in FOUND if read(path).data["sequence"] != path.stem])


@every(EXAMPLES)
def test_cited_lines_are_lines_of_the_document(example):
    first, last = cited(example)
    assert 1 <= first <= last <= documents()[example["document"]]["lines"]


@every(REQUESTS)
def test_request_body_fits_its_operation(example):
    contents = list(operations()[example["operation"]].request_content())
    assert ("body" in example) == bool(contents)
    for content in contents:
        validator = operations()[example["operation"]].validator(content["schema"])
        report([error.message for error in validator.iter_errors(substituted(example, "body"))])


@every(REQUESTS)
def test_request_names_every_required_parameter(example):
    given = {"header": "headers", "query": "query", "path": "path"}
    for parameter in operations()[example["operation"]].parameters:
        values = {
            k.lower(): v for k, v in (substituted(example, given[parameter["in"]]) or {}).items()
        }
        name = parameter["name"].lower()
        assert name in values or not parameter.get("required")
        check_parameter(example, parameter, values.get(name))


def check_parameter(example, parameter, value):
    if value is not None and parameter["schema"].get("type") not in ("boolean", "integer"):
        validator = operations()[example["operation"]].validator(parameter["schema"])
        report([error.message for error in validator.iter_errors(value)])


@every(REQUESTS)
def test_request_carries_a_token_and_no_unknown_parameter(example):
    operation = operations()[example["operation"]]
    known = {parameter["name"] for parameter in operation.parameters}
    assert example["headers"]["Authorization"] == "Bearer {ACCESS_TOKEN}"
    assert set(example.get("query", {})) | set(example.get("path", {})) <= known


@every(RESPONSES)
def test_answer_fits_its_operation(example):
    assert REQUESTS[example["for"]]["operation"] == example["operation"]
    operation = operations()[example["operation"]]
    assert str(example["status"]) in dict(operation.responses())
    schemas = [s for status, s in operation.response_schemas() if status == str(example["status"])]
    assert ("body" in example) == bool(schemas)
    body = wrapped(example, substituted(example, "body"))
    found = [e for schema in schemas for e in operation.validator(schema).iter_errors(body)]
    report([f"{e.json_path}: {e.message}" for e in found if inside(example, e)])


@every(RECORDS)
def test_record_fits_its_schema(example):
    validator = Draft202012Validator(schema_named(example["schema"]))
    report([error.message for error in validator.iter_errors(example["body"])])


@every(REQUESTS)
def test_references_point_at_ids(example):
    for pointer, kind in example.get("references", {}).items():
        if pointer.startswith("/"):
            value = at(pointer, substituted(example, "body"))
            assert re.fullmatch(r"[0-9a-f-]{24,36}|https://ns\.adobe\.com/.+", value), (
                pointer,
                kind,
            )
        else:
            assert pointer.removeprefix("path.") in {
                **example["headers"],
                **example.get("path", {}),
            }


@every(REQUESTS)
def test_bound_entities_keep_the_request_valid(example):
    body = substituted(example, "body")
    for pointer, kind in example.get("references", {}).items():
        if pointer.startswith("/"):
            parent, _, name = pointer.rpartition("/")
            holder = at(parent, body)
            holder[int(name) if isinstance(holder, list) else name] = ENTITIES.get(kind, UUID)
    for content in operations()[example["operation"]].request_content():
        validator = operations()[example["operation"]].validator(content["schema"])
        report([error.message for error in validator.iter_errors(body)])


@every(EXAMPLES)
def test_rebuilt_example_rests_on_the_digest(example):
    rebuilt = example.get("provenance") == "digest"
    assert rebuilt == ("source" in example)
    assert not rebuilt or "X40" in {repair["erratum"] for repair in example["repairs"]}


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the tutorials are not beside the project")
@every({name: e for name, e in EXAMPLES.items() if e.get("provenance") != "digest" and literals(e)})
def test_example_stands_in_the_lines_it_cites(example):
    lines = printed(example)
    missing = [literal for literal in literals(example) if literal not in lines]
    assert not missing or "repairs" in example, missing
    assert len(missing) <= len(literals(example)) / 2, missing
