import re

import pytest
import schemathesis
from openapi_spec_validator import validate

from conformance.selftest.contract_files import entries, name_of, read, walk
from conformance.selftest.openapi_helper import (
    OPENAPI_FILES,
    operations,
    reached,
    requirements_of,
)

VOCABULARY = {
    "ims": "fetchToken",
    "schema-registry": "getStats createClass listClasses getClass deleteClass"
    " createSchema listSchemas getSchema deleteSchema",
    "catalog": "createDataSet listDataSets getDataSet deleteDataSet",
    "data-prep": "createMappingSet listMappingSets getMappingSet",
    "flow-service": "listConnectionSpecs getConnectionSpec listFlowSpecs getFlowSpec"
    " createConnection listConnections getConnection updateConnection deleteConnection"
    " testConnection exploreConnection"
    " createSourceConnection listSourceConnections getSourceConnection updateSourceConnection"
    " deleteSourceConnection createTargetConnection listTargetConnections getTargetConnection"
    " updateTargetConnection deleteTargetConnection"
    " createFlow listFlows getFlow updateFlow deleteFlow actOnFlow listRuns createRun getRun",
    "data-collection": "collect collectBatch",
}
ROWS = {row["id"]: (at, row) for at, row in entries("requirements")}
SCHEMA_ROWS = [(at, row) for at, row in ROWS.values() if row.get("check") == "schema"]
EVERY_FILE = pytest.mark.parametrize("path", OPENAPI_FILES, ids=name_of)
EVERY_OPERATION = pytest.mark.parametrize("operation", operations().values(), ids=lambda op: op.id)
NOT_PORTABLE = re.compile(r"\\[pPAZzGQEuUNhHkK]|\(\?[^:=!]|[*+?}]\+")


def report(wrong):
    assert not wrong, "\n" + "\n".join(wrong)


def parameter_names(operation):
    return {parameter["name"] for parameter in operation.parameters}


@EVERY_FILE
def test_document_is_valid_openapi(path):
    document = read(path).data
    assert document["openapi"] == "3.1.0"
    validate(document)


@EVERY_FILE
def test_schemathesis_loads_every_operation(path):
    loaded = [found.ok() for found in schemathesis.openapi.from_path(path).get_all_operations()]
    ids = {found.definition.raw["operationId"] for found in loaded}
    assert ids == set(VOCABULARY[path.stem].split())


def test_operation_ids_are_the_vocabulary():
    assert {path.stem for path in OPENAPI_FILES} == set(VOCABULARY)
    assert set(operations()) == set(" ".join(VOCABULARY.values()).split())


@EVERY_FILE
def test_patterns_read_alike_in_python_and_ecmascript(path):
    found = [value["pattern"] for _, value in walk(read(path).data) if "pattern" in keys(value)]
    report([pattern for pattern in found if NOT_PORTABLE.search(pattern)])
    assert all(re.compile(pattern) for pattern in found)


def keys(value):
    return {k for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else set()


@EVERY_FILE
def test_references_stay_inside_the_document(path):
    references = [
        value["$ref"]
        for place, value in walk(read(path).data)
        if "$ref" in keys(value) and "value" not in place
    ]
    report([reference for reference in references if not reference.startswith("#/components/")])


@EVERY_OPERATION
def test_schemas_do_not_lead_to_themselves(operation):
    schemas = [schema for _, schema in operation.response_schemas()]
    schemas += [content["schema"] for content in operation.request_content()]
    assert all(list(reached(operation.document, schema)) for schema in schemas)


@EVERY_OPERATION
def test_path_parameter_is_declared(operation):
    declared = {p["name"] for p in operation.parameters if p["in"] == "path"}
    assert declared == set(re.findall(r"\{(\w+)\}", operation.path)) <= {"id", "inletId"}


@EVERY_OPERATION
def test_platform_calls_name_key_organization_and_sandbox(operation):
    required = {p["name"] for p in operation.parameters if p.get("required")}
    headers = {"x-api-key", "x-gw-ims-org-id", "x-sandbox-name"}
    assert headers <= required or operation.id in ("fetchToken", "collect", "collectBatch")


@EVERY_OPERATION
def test_update_needs_an_etag(operation):
    if_match = [p for p in operation.parameters if p["name"] == "If-Match"]
    assert [p["required"] for p in if_match] == [True] or not operation.id.startswith("update")


@EVERY_OPERATION
def test_answers_are_open_to_unknown_members(operation):
    for _, schema in operation.response_schemas():
        nodes = reached(operation.document, schema)
        assert not any(node.get("additionalProperties") is False for node in nodes)


@EVERY_OPERATION
def test_request_examples_fit_their_schema(operation):
    for content in operation.request_content():
        validator = operation.validator(content["schema"])
        assert content["examples"]
        report([e.message for x in content["examples"].values() for e in errors(validator, x)])


def errors(validator, example):
    return validator.iter_errors(example["value"])


@EVERY_OPERATION
def test_links_lead_to_parameters_of_known_operations(operation):
    for _, response in operation.responses():
        for link in response.get("links", {}).values():
            target = operations()[link["operationId"]]
            assert set(link.get("parameters", {})) <= parameter_names(target)
            assert "requestBody" not in link or list(target.request_content())


def test_every_requirement_named_by_a_schema_is_a_schema_row():
    named = set().union(*map(requirements_of, operations().values()))
    report(sorted(named - {row["id"] for _, row in SCHEMA_ROWS}))


@pytest.mark.parametrize(("at", "row"), SCHEMA_ROWS, ids=[row["id"] for _, row in SCHEMA_ROWS])
def test_schema_row_is_decided_by_the_answers_of_its_operations(at, row):
    holders = {op.id for op in operations().values() if row["id"] in requirements_of(op)}
    assert holders == set(row["operations"]), at


def test_annotations_stand_in_answers_only():
    wrong = [
        f"{operation.at}: {node['x-requirement']}"
        for operation in operations().values()
        for content in operation.request_content()
        for node in reached(operation.document, content["schema"])
        if "x-requirement" in node
    ]
    report(wrong)


def test_every_status_that_a_row_accepts_is_documented():
    wrong = [
        f"{at}: {row['id']}: {operation} does not document {status}"
        for at, row in ROWS.values()
        for operation in row["operations"]
        for status in accepted(row)
        if len(row["operations"]) == 1 and status not in documented(operation)
    ]
    report(wrong)


def accepted(row):
    named = [text for text in row.get("accepts", []) if re.fullmatch(r"\d{3}", text)]
    return {str(status) for status in [*row.get("statuses", []), *named]}


def documented(operation_id):
    return set(operations()[operation_id].data["responses"])
