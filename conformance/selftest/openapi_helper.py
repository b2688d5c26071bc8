"""The OpenAPI files as the selftests see them: their operations and the schemas these use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from conformance.selftest.contract_files import files, name_of, read

Node = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
OPENAPI_FILES = files("openapi/*.yaml")


@dataclass(frozen=True)
class Operation:
    """One operation with the document it stands in; `parameters` are those of path and method."""

    id: str
    document: Node
    path: str
    data: Node
    parameters: tuple[Node, ...]
    at: str

    def responses(self) -> Iterator[tuple[str, Node]]:
        """Each documented status with its answer."""
        for status, response in self.data["responses"].items():
            yield status, follow(self.document, response)

    def response_schemas(self) -> Iterator[tuple[str, Node]]:
        """Each documented status with a schema of its answer."""
        for status, response in self.responses():
            for content in response.get("content", {}).values():
                yield status, content["schema"]

    def request_content(self) -> Iterator[Node]:
        """The content of the request body, one per media type."""
        body = follow(self.document, self.data.get("requestBody", {}))
        yield from body.get("content", {}).values()

    def validator(self, schema: Node) -> Draft202012Validator:
        """A validator for a schema of the document."""
        components = {"components": self.document["components"]}
        return Draft202012Validator({"allOf": [schema], **components})


@cache
def operations() -> dict[str, Operation]:
    """All operations by their id."""
    found = [op for path in OPENAPI_FILES for op in _operations(read(path).data, name_of(path))]
    return {operation.id: operation for operation in found}


def _operations(document: Node, file: str) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in (m for m in METHODS if m in item):
            data = item[method]
            nodes = [*item.get("parameters", []), *data.get("parameters", [])]
            parameters = tuple(follow(document, node) for node in nodes)
            at = f"{file}: {method} {path}"
            yield Operation(data["operationId"], document, path, data, parameters, at)


def follow(document: Node, node: Node) -> Node:
    """The node itself, or what its reference names."""
    if "$ref" not in node:
        return node
    target: Any = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return follow(document, target)


def reached(document: Node, node: Any, through: tuple[str, ...] = ()) -> Iterator[Node]:
    """Each subschema that a schema leads to; raises RecursionError where one leads to itself."""
    if isinstance(node, dict):
        yield node
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/"):
            if reference in through:
                raise RecursionError(f"{reference} leads to itself")
            yield from reached(document, follow(document, node), (*through, reference))
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from reached(document, child, through)


def requirements_of(operation: Operation) -> set[str]:
    """The rows named by the schemas of the answers to an operation."""
    return {
        node["x-requirement"]
        for _, schema in operation.response_schemas()
        for node in reached(operation.document, schema)
        if isinstance(node.get("x-requirement"), str)
    }


def placeholders(text: str) -> list[str]:
    """The placeholders that a printed text holds, in their braces."""
    return re.findall(r"\{[A-Z_]+\}", text)
