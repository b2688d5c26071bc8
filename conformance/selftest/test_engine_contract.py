"""The contract: which operation a request is, how its path is written, and what bad files say."""

import pytest
import yaml

from conformance.engine.contract import Resolver, load_contract
from conformance.engine.errors import ContractDataError
from conformance.selftest.builders import CONTRACT

FLOWS = "/data/foundation/flowservice"


@pytest.mark.parametrize(
    ("method", "path", "operation", "values"),
    [
        ("POST", f"{FLOWS}/flows", "createFlow", {}),
        ("post", f"{FLOWS}/flows/", "createFlow", {}),
        ("GET", f"{FLOWS}/flows/1a", "getFlow", {"id": "1a"}),
        ("PATCH", f"{FLOWS}/flows/1a", "updateFlow", {"id": "1a"}),
        ("POST", f"{FLOWS}/flows/1a/action", "actOnFlow", {"id": "1a"}),
        ("GET", f"{FLOWS}/connections/1a/test", "testConnection", {"id": "1a"}),
        ("GET", f"{FLOWS}/connections", "listConnections", {}),
        ("GET", f"{FLOWS}/sourceConnections", "listSourceConnections", {}),
        ("POST", "/collection/ab12", "collect", {"inletId": "ab12"}),
        ("POST", "/collection/batch/ab12", "collectBatch", {"inletId": "ab12"}),
        ("POST", "/ims/token/v3", "fetchToken", {}),
        ("GET", f"/behind/a/gateway{FLOWS}/runs", "listRuns", {}),
    ],
)
def test_request_is_identified(method, path, operation, values):
    found = CONTRACT.identify(method, path)
    assert found is not None
    assert (found[0].id, found[1]) == (operation, values)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", f"{FLOWS}/flows"),
        ("GET", f"{FLOWS}/flows/1a/b"),
        ("GET", f"{FLOWS}/flowsome"),
        ("GET", "/flows"),
        ("GET", "/"),
    ],
)
def test_other_request_is_no_operation(method, path):
    assert CONTRACT.identify(method, path) is None


@pytest.mark.parametrize(
    "identifier",
    ["1a", "https://ns.adobe.com/acme/schemas/1a", "a b", "50%", "a?b#c", "é", "..", "a+b&c"],
)
def test_path_parameter_survives_the_path(identifier):
    operation = CONTRACT["getSchema"]
    path = operation.path({"id": identifier})
    assert path.count("/") == operation.template.count("/")
    assert not set(path) & set(" ?#")
    assert operation.match("GET", path) == {"id": identifier}


def test_every_operation_recognises_its_own_path():
    for operation in CONTRACT.operations.values():
        path = operation.path({"id": "x-1", "inletId": "x-1"})
        found = CONTRACT.identify(operation.method, path)
        assert found is not None
        assert found[0] is operation


def test_documented_successes_are_known():
    assert CONTRACT["createFlow"].successes == {201}
    assert CONTRACT["deleteFlow"].successes >= {202, 204}
    assert "201" in CONTRACT["createFlow"].schemas


def document(**given):
    operation = {"operationId": "getThing", "responses": {"200": {"description": "fine"}}}
    return {
        "openapi": "3.1.0",
        "servers": [{"url": "https://host.test/base"}],
        "paths": {"/things/{id}": {"get": {**operation, **given}}},
    }


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / "openapi" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return path

    return write


def test_operation_given_twice_names_the_file(written, tmp_path):
    written("a.yaml", document())
    second = written("b.yaml", document())
    line = second.read_text().splitlines().index("      operationId: getThing") + 1
    with pytest.raises(ContractDataError, match=f"{second}:{line}: .*getThing"):
        load_contract(tmp_path)


def test_reference_that_leads_nowhere_names_the_file(written, tmp_path):
    path = written("a.yaml", document(responses={"200": {"$ref": "#/components/responses/None"}}))
    line = path.read_text().partition("$ref")[0].count("\n") + 1
    with pytest.raises(ContractDataError, match=f"{path}:{line}: #/components/responses/None"):
        load_contract(tmp_path)


@pytest.mark.parametrize(
    "content",
    ["openapi: 3.1.0\npaths: {}\n", "[]\n", "", {**document(), "paths": {"/x": {"get": {}}}}],
    ids=["no servers", "a list", "empty", "no operationId"],
)
def test_file_that_is_no_openapi_is_bad_contract_data(written, tmp_path, content):
    path = written("a.yaml", content)
    with pytest.raises(ContractDataError, match=str(path)):
        load_contract(tmp_path)


def test_reference_is_replaced_wherever_it_stands(tmp_path):
    parts = {"a/b": {"type": "string"}, "Two": {"items": {"$ref": "#/parts/a~1b"}, "x": [1]}}
    resolve = Resolver({"parts": parts}, tmp_path)
    assert resolve([{"$ref": "#/parts/Two"}]) == [{"items": {"type": "string"}, "x": [1]}]
    assert resolve({"$ref": "#/parts/a~1b", "title": "T"}) == {"type": "string", "title": "T"}


def test_property_called_links_is_kept(tmp_path):
    schema = {"properties": {"links": {"type": "array"}}}
    assert Resolver({}, tmp_path)(schema) == schema


def test_reference_into_itself_is_bad_contract_data(written, tmp_path):
    loop = {"200": {"$ref": "#/paths/~1things~1{id}/get/responses/200"}}
    path = written("a.yaml", document(responses=loop))
    with pytest.raises(ContractDataError, match=f"{path}:[0-9]+: .* back to itself"):
        load_contract(tmp_path)
