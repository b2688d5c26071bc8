"""The runner on small workflows, against a client that plays the platform."""

import pytest
import yaml

from conformance.engine.errors import Halted
from conformance.engine.sequence import Runner
from conformance.selftest.builders import Script, session

WORKFLOWS = yaml.safe_load("""
whole:
  steps:
    - stepId: create-account
      operationId: $sourceDescriptions.flow-service.createConnection
      requestBody: {payload: {name: "{$inputs.run} account"}}
      successCriteria: [{condition: $statusCode == 201}]
      outputs: {connectionId: $response.body#/id}
      x-creates: {resource: connection, id: connectionId}
    - stepId: prepare
      workflowId: $sourceDescriptions.prerequisites.data-set
      parameters:
        - {name: title, value: "{$inputs.run} set"}
        - {name: connectionId, value: $steps.create-account.outputs.connectionId}
    - stepId: update
      operationId: $sourceDescriptions.flow-service.updateConnection
      parameters:
        - {name: id, in: path, value: $steps.create-account.outputs.connectionId}
        - {name: If-Match, in: header, value: $steps.prepare.outputs.etag}
      requestBody:
        payload: [{op: replace, path: /name, value: $steps.prepare.outputs.dataSetId}]
      successCriteria: [{condition: $statusCode == 200}]
    - stepId: delete
      operationId: $sourceDescriptions.flow-service.deleteConnection
      parameters: [{name: id, in: path, value: $steps.create-account.outputs.connectionId}]
      successCriteria: [{condition: $statusCode == 204 || $statusCode == 202}]
    - stepId: read-deleted
      x-case: flow-service.connections.deleted-one-is-gone
      operationId: $sourceDescriptions.flow-service.getConnection
      parameters: [{name: id, in: path, value: $steps.create-account.outputs.connectionId}]
      successCriteria: [{condition: $statusCode == 404}]
  outputs: {dataSetId: $steps.prepare.outputs.dataSetId}
data-set:
  steps:
    - stepId: create-set
      operationId: $sourceDescriptions.catalog.createDataSet
      parameters: [{name: requestDataSource, in: query, value: true}]
      requestBody: {payload: {name: $inputs.title}}
      successCriteria: [{condition: $statusCode == 201}]
      x-extract: {dataSetId: {from: $response.body#/0, pattern: "@/data[sS]ets/([0-9a-f]+)$"}}
      x-creates: {resource: dataSet, id: dataSetId}
    - stepId: settle
      operationId: $sourceDescriptions.flow-service.getConnection
      parameters: [{name: id, in: path, value: $inputs.connectionId}]
      successCriteria:
        - condition: $statusCode == 200
        - condition: $response.body#/items/0/state == 'enabled'
      onFailure:
        - {name: wait, type: retry, retryAfter: 0.05, retryLimit: 8,
           criteria: [{condition: $statusCode == 200}]}
      outputs: {etag: $response.body#/items/0/etag}
  outputs:
    etag: $steps.settle.outputs.etag
    dataSetId: $steps.create-set.outputs.dataSetId
""")
STEPS = [
    "create-account", "create-account (read back)", "prepare.create-set",
    "prepare.create-set (read back)", "prepare.settle", "update", "delete", "read-deleted",
]  # fmt: skip


class Platform:
    """Answers as documented, save where `says` has another answer for a method and path."""

    def __init__(self, settles_after=1, after_delete=404, **says):
        self.says = {tuple(k.split(" ")): v for k, v in says.pop("instead", {}).items()}
        self.after_delete = after_delete
        self.gone, self.reads, self.settles_after = set(), 0, settles_after

    def __call__(self, method, path, sent):
        if (method, path) in self.says:
            return self.says[method, path]
        if method == "POST":
            set_made = (201, ["@/dataSets/5e89"])
            return set_made if path.endswith("dataSets") else (201, {"id": "c1", "etag": "e"})
        if method == "DELETE":
            self.gone.add(path)
            return 204, ""
        if path in self.gone:
            return self.after_delete, {}
        self.reads += path.endswith("c1")
        state = "enabled" if self.reads > self.settles_after else "initializing"
        return 200, {"items": [{"id": "c1", "etag": '"e1"', "state": state}]}


def walk(platform=None, workflow="whole", inputs=None):
    one = session(Script(platform or Platform()))
    runner = Runner(one, WORKFLOWS)
    try:
        return one, runner.run(workflow, {"run": "run-1"} if inputs is None else inputs)
    except Halted as stop:
        return one, stop


def instead(place, status, body=""):
    return Platform(instead={place: (status, body)})


ACCOUNT, ACCOUNTS = "/flowservice/connections/c1", "/flowservice/connections"


def test_workflow_runs_to_its_end_with_named_steps_and_outputs():
    one, outputs = walk()
    assert outputs == {"dataSetId": "5e89"}
    assert [e.step for e in one.exchanges] == STEPS
    assert [e.id for e in one.exchanges][:2] == ["walk/001", "walk/002"]
    sent = dict(zip((e.step for e in one.exchanges), one.world.client.bodies, strict=True))
    assert sent["create-account"] == {"name": "run-1 account"}
    assert sent["prepare.create-set"] == {"name": "run-1 set"}
    assert sent["update"] == [{"op": "replace", "path": "/name", "value": "5e89"}]


def test_parameters_go_where_they_belong():
    one, _ = walk()
    assert one.world.client.urls[2].endswith("/catalog/dataSets?requestDataSource=true")
    update = one.exchanges[STEPS.index("update")]
    assert update.request.header("if-match") == '"e1"'
    assert update.path == {"id": "c1"}
    assert update.request.header("Content-Type") == "application/json"
    assert one.exchanges[1].request.header("Content-Type") is None


def test_only_the_case_is_marked_as_one():
    one, _ = walk()
    cases = {e.step: e.case for e in one.exchanges if e.case}
    assert cases == {"read-deleted": "flow-service.connections.deleted-one-is-gone"}


def test_step_is_repeated_until_settled():
    one, _ = walk(Platform(settles_after=4))
    settling = [e for e in one.exchanges if e.step == "prepare.settle"]
    assert len(settling) == 4
    assert [e.at("/items/0/state") for e in settling][-2:] == ["initializing", "enabled"]


@pytest.mark.parametrize(
    ("place", "status", "body"),
    [
        (f"POST {ACCOUNTS}", 200, {"id": "c1"}),
        (f"PATCH {ACCOUNT}", 202, ""),
        (f"DELETE {ACCOUNT}", 200, ""),
        (f"GET {ACCOUNT}", 206, {"items": [{"state": "enabled", "etag": "e"}]}),
    ],
)
def test_another_success_than_the_documented_does_not_halt(place, status, body):
    one, outputs = walk(instead(place, status, body))
    assert outputs == {"dataSetId": "5e89"}
    assert [e.step for e in one.exchanges] == STEPS


@pytest.mark.parametrize("status", [200, 404, 410, 500])
def test_case_never_halts_whatever_the_answer(status):
    one, outputs = walk(Platform(after_delete=status))
    assert outputs == {"dataSetId": "5e89"}
    assert (one.exchanges[-1].step, one.exchanges[-1].status) == ("read-deleted", status)


@pytest.mark.parametrize("status", [404, 500, 200])
def test_read_back_never_halts(status):
    _, outputs = walk(instead("GET /catalog/dataSets/5e89", status, "<html>"))
    assert outputs == {"dataSetId": "5e89"}


def test_what_the_sequence_deleted_is_not_tidied_again():
    one, _ = walk()
    before = len(one.exchanges)
    assert one.tidy() == []
    assert one.world.client.asked[before:] == [("DELETE", "/catalog/dataSets/5e89")]


def test_everything_is_tidied_after_a_halt_connections_before_data_sets():
    one, stop = walk(instead(f"PATCH {ACCOUNT}", 500))
    before = len(one.exchanges)
    assert isinstance(stop, Halted)
    assert one.tidy() == []
    assert one.world.client.asked[before:] == [
        ("DELETE", ACCOUNT),
        ("DELETE", "/catalog/dataSets/5e89"),
    ]
    assert {e.step for e in one.exchanges[before:]} == {"tidy-up"}
