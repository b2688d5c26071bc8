"""What each step of a documented sequence captures and hands on, from the Arazzo workflows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Workflows = Mapping[str, Mapping[str, Any]]
Origin = tuple[str, str]  # step and name of what it captured
Known = dict[str, list[Origin]]

_STEP = re.compile(r"\$steps\.([\w-]+)\.outputs\.([\w-]+)")
_INPUT = re.compile(r"\$inputs\.([\w-]+)")


@dataclass
class Link:
    """One documented call. `captures` are names with the place in the answer; `takes` says from which steps."""

    step: str
    operation: str
    description: str = ""
    source: list[str] = field(default_factory=list)
    captures: dict[str, str] = field(default_factory=dict)
    takes: list[Origin] = field(default_factory=list)


def chain(workflows: Workflows, workflow_id: str) -> list[Link]:
    """The calls of a workflow in their order, those of called workflows in between; none when it is unknown."""
    found: list[Link] = []
    if workflow_id in workflows:
        _walk(workflows, workflow_id, "", {}, found)
    return found


def _walk(
    workflows: Workflows, workflow_id: str, prefix: str, inputs: Known, found: list[Link]
) -> Known:
    outputs: dict[str, Known] = {}
    workflow = workflows[workflow_id]
    for step in workflow["steps"]:
        name = prefix + step["stepId"]
        if "operationId" in step:
            link = _link(step, name, outputs, inputs)
            found.append(link)
            outputs[step["stepId"]] = {key: [(name, key)] for key in link.captures}
        else:
            called = _last(step["workflowId"])
            given = {
                p["name"]: _origins(p["value"], outputs, inputs) for p in step.get("parameters", ())
            }
            outputs[step["stepId"]] = _walk(workflows, called, f"{name}.", given, found)
    return {k: _origins(v, outputs, inputs) for k, v in workflow.get("outputs", {}).items()}


def _link(step: Mapping[str, Any], name: str, outputs: dict[str, Known], inputs: Known) -> Link:
    captures = {key: str(value) for key, value in step.get("outputs", {}).items()}
    captures |= {key: str(rule["from"]) for key, rule in step.get("x-extract", {}).items()}
    sent = [step.get("parameters", ()), step.get("requestBody", {})]
    return Link(
        name,
        _last(step["operationId"]),
        step.get("description", ""),
        list(step.get("x-source", ())),
        captures,
        _origins(sent, outputs, inputs),
    )


def _origins(value: Any, outputs: dict[str, Known], inputs: Known) -> list[Origin]:
    found: list[Origin] = []
    for text in _texts(value):
        for step, name in _STEP.findall(text):
            found += outputs.get(step, {}).get(name, [])
        for name in _INPUT.findall(text):
            found += inputs.get(name, [])
    return list(dict.fromkeys(found))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _texts(member)


def _last(reference: str) -> str:
    return reference.rsplit(".", 1)[-1]
