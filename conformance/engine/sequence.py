"""Runs the documented sequences: Arazzo workflows over the operations of the contract."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.engine.data import line_with, load_checked
from conformance.engine.errors import ContractDataError, Halted
from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.expressions import Scope
from conformance.engine.kinds import KINDS, Kind
from conformance.engine.session import Session, pauses

Workflows = Mapping[str, Mapping[str, Any]]


def load_workflows(root: Path) -> Workflows:
    """Every workflow under `root`/sequences by its id."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((root / "sequences").glob("*.arazzo.yaml")):
        for workflow in load_checked(path, "sequence")["workflows"]:
            if workflow["workflowId"] in found:
                line = line_with(path, f"workflowId: {workflow['workflowId']}")
                raise ContractDataError(
                    f"{path}:{line}: workflow {workflow['workflowId']} is defined twice"
                )
            found[workflow["workflowId"]] = workflow
    return found


def operations_of(workflows: Workflows, workflow_id: str) -> set[str]:
    """The ids of the operations that a workflow calls, called workflows and read-backs included."""
    found: set[str] = set()
    for step in workflows[workflow_id]["steps"]:
        if "operationId" in step:
            found.add(_last(step["operationId"]))
            if "x-creates" in step:
                kind = KINDS[step["x-creates"]["resource"]]
                found |= {kind.get(), kind.delete()}
        else:
            found |= operations_of(workflows, _last(step["workflowId"]))
    return found


def inputs_of(connector: Mapping[str, Any], run: str) -> dict[str, Any]:
    """What the workflow of a connector is given, in a run of some name."""
    return {
        "run": run,
        "connector": connector["inputs"],
        "connectionSpec": connector["connectionSpec"],
        "flowSpecId": connector["flowSpec"],
    }


def _last(reference: str) -> str:
    return reference.rsplit(".", 1)[-1]


class Runner:
    """Runs one workflow in a session. A step that cannot go on raises Halted."""

    def __init__(
        self,
        session: Session,
        workflows: Workflows,
        read_backs: tuple[Kind, ...] = tuple(KINDS.values()),
    ) -> None:
        self.session = session
        self.workflows = workflows
        self.read_backs = read_backs

    def run(self, workflow_id: str, inputs: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
        """Run a workflow and return its outputs."""
        workflow = self.workflows[workflow_id]
        scope = Scope(inputs)
        for step in workflow["steps"]:
            name = prefix + step["stepId"]
            if "workflowId" in step:
                scope.outputs[step["stepId"]] = self._nested(step, scope, name)
            else:
                self.step(step, scope, name)
        outputs: dict[str, Any] = {
            k: scope.evaluate(v) for k, v in workflow.get("outputs", {}).items()
        }
        return outputs

    def _nested(self, step: dict[str, Any], scope: Scope, name: str) -> dict[str, Any]:
        inputs = {p["name"]: scope.resolve(p["value"]) for p in step.get("parameters", ())}
        return self.run(_last(step["workflowId"]), inputs, f"{name}.")

    def step(self, step: dict[str, Any], scope: Scope, name: str) -> Exchange:
        """Run one step that is a call, keep what it gives, and return the exchange."""
        exchange = self._until_settled(step, scope, name)
        scope.exchange = exchange
        self._require(step, scope, exchange)
        outputs = {key: scope.evaluate(value) for key, value in step.get("outputs", {}).items()}
        for key, rule in step.get("x-extract", {}).items():
            value = scope.evaluate(rule["from"])
            found = re.search(rule["pattern"], value) if isinstance(value, str) else None
            outputs[key] = found.group(1) if found else ABSENT
        missing = [key for key, value in outputs.items() if value in (ABSENT, None, "")]
        creates = step.get("x-creates")
        if creates and creates["id"] not in missing:
            self.session.made(creates["resource"], str(outputs[creates["id"]]))
        if missing:
            raise Halted(
                name, f"the answer lacks what later steps need: {', '.join(missing)}", exchange.id
            )
        scope.outputs[step["stepId"]] = outputs
        self._keep_account(step, exchange, outputs)
        return exchange

    def _until_settled(self, step: dict[str, Any], scope: Scope, name: str) -> Exchange:
        retry = next((a for a in step.get("onFailure", ()) if a["type"] == "retry"), None)
        scope.exchange = exchange = self._call(step, scope, name)
        if retry is None:
            return exchange
        seconds = float(retry["retryAfter"])
        for pause in pauses(seconds * retry["retryLimit"], seconds):
            if self._fulfilled(step, scope):
                break
            if not all(scope.holds(c["condition"]) for c in retry.get("criteria", ())):
                break
            self.session.world.sleep(pause)
            scope.exchange = exchange = self._call(step, scope, name)
        return exchange

    def _call(self, step: dict[str, Any], scope: Scope, name: str) -> Exchange:
        places = self.places(step, scope, name)
        payload = step.get("requestBody", {}).get("payload")
        body = (
            self._needed(scope.resolve(payload), name, "the request body")
            if payload is not None
            else None
        )
        return self.session.call(
            _last(step["operationId"]),
            next(iter(places["path"].values()), None),
            body=body,
            query=places["query"],
            headers=places["header"],
            step=name,
            case=step.get("x-case"),
            halts=False,
        )

    def places(self, step: dict[str, Any], scope: Scope, name: str) -> dict[str, dict[str, str]]:
        """The parameters of a step by where they stand: path, query, header."""
        found: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
        for parameter in step.get("parameters", ()):
            value = self._needed(scope.resolve(parameter["value"]), name, parameter["name"])
            text = value if isinstance(value, str) else json.dumps(value)
            found[parameter["in"]][parameter["name"]] = text
        return found

    def _needed(self, value: Any, step: str, what: str) -> Any:
        if value is ABSENT:
            raise Halted(step, f"{what} needs a value that no earlier step gave")
        return value

    def _fulfilled(self, step: dict[str, Any], scope: Scope) -> bool:
        return all(scope.holds(c["condition"]) for c in step.get("successCriteria", ()))

    def _require(self, step: dict[str, Any], scope: Scope, exchange: Exchange) -> None:
        """Halt unless the step succeeded; another success status than the documented one is for the rules to judge."""
        if exchange.error and not exchange.took_effect:
            raise Halted(exchange.step, exchange.error, exchange.id)
        if exchange.case is not None or exchange.error:
            return
        for criterion in step.get("successCriteria", ()):
            condition = criterion["condition"]
            tolerable = "$response" not in condition and 200 <= exchange.status < 300
            if not tolerable and not scope.holds(condition):
                raise Halted(
                    exchange.step,
                    f"{condition} does not hold (status {exchange.status})",
                    exchange.id,
                )

    def _keep_account(
        self, step: dict[str, Any], exchange: Exchange, outputs: dict[str, Any]
    ) -> None:
        creates = step.get("x-creates")
        if creates:
            identifier = str(outputs[creates["id"]])
            self._read_back(KINDS[creates["resource"]], identifier, exchange.step)

    def _read_back(self, kind: Kind, identifier: str, step: str) -> None:
        if kind in self.read_backs:
            self.session.call(kind.get(), identifier, step=f"{step} (read back)", halts=False)
