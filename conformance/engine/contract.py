"""The contract: every documented operation, from the OpenAPI files."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from conformance.engine.data import line_with, load
from conformance.engine.errors import ContractDataError
from conformance.engine.schema import BodySchema

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation of one service; `template` begins with the service's base path."""

    id: str
    service: str
    method: str
    template: str
    responses: dict[str, Any]
    request_schema: dict[str, Any] | None

    @cached_property
    def schemas(self) -> dict[str, BodySchema]:
        """The JSON body schema of each documented status that has one."""
        found = {}
        for status, response in self.responses.items():
            for media, content in response.get("content", {}).items():
                if "json" in media and "schema" in content:
                    found[status] = BodySchema(content["schema"])
        return found

    @property
    def successes(self) -> set[int]:
        return {int(s) for s in self.responses if s.isdigit() and s.startswith("2")}

    def path(self, values: dict[str, str]) -> str:
        """The path with its parameters filled in, percent-encoded."""
        return re.sub(r"\{(\w+)\}", lambda m: quote(values[m.group(1)], safe=""), self.template)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = re.split(r"\{\w+\}", self.template)
        return re.compile("([^/]+)".join(map(re.escape, parts)) + "/?$")

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The path parameters when the request is one of this operation, else None."""
        found = self._pattern.search(path) if method.upper() == self.method else None
        if found is None:
            return None
        values = map(unquote, found.groups())
        return dict(zip(re.findall(r"\{(\w+)\}", self.template), values, strict=True))


class Contract:
    """All operations by their id."""

    def __init__(self, operations: dict[str, Operation]) -> None:
        self.operations = operations

    def __getitem__(self, operation_id: str) -> Operation:
        return self.operations[operation_id]

    def identify(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation that a request calls, with its path parameters."""
        for operation in self.operations.values():
            values = operation.match(method, path)
            if values is not None:
                return operation, values
        return None


def load_contract(root: Path) -> Contract:
    """The operations of every file in `root`/openapi.

    Raises ContractDataError for an operation id given twice or a reference that leads nowhere.
    """
    operations: dict[str, Operation] = {}
    for path in sorted((root / "openapi").glob("*.yaml")):
        try:
            found = _operations(path, load(path))
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise ContractDataError(f"{path}:1: not an OpenAPI document: {error!r}") from None
        for operation in found:
            if operation.id in operations:
                line = line_with(path, f"operationId: {operation.id}")
                raise ContractDataError(f"{path}:{line}: operationId {operation.id} is taken")
            operations[operation.id] = operation
    return Contract(operations)


def _operations(path: Path, document: dict[str, Any]) -> list[Operation]:
    base = document["servers"][0]["url"].rstrip("/")
    resolve = Resolver(document, path)
    found = []
    for template, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                found.append(_operation(resolve, path.stem, method, base + template, item[method]))
    return found


def _operation(
    resolve: "Resolver", service: str, method: str, template: str, data: dict[str, Any]
) -> Operation:
    responses = {str(status): resolve(response) for status, response in data["responses"].items()}
    content = resolve(data.get("requestBody", {})).get("content", {})
    schema = next((c["schema"] for m, c in content.items() if "json" in m and "schema" in c), None)
    return Operation(data["operationId"], service, method.upper(), template, responses, schema)


class Resolver:
    """Replaces each `$ref` inside one document by what it names."""

    def __init__(self, document: dict[str, Any], path: Path) -> None:
        self.document, self.path = document, path
        self._resolved: dict[str, Any] = {}
        self._open: list[str] = []

    def __call__(self, node: Any) -> Any:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str) and node["$ref"].startswith("#/"):
                beside = {k: self(v) for k, v in node.items() if k != "$ref"}
                target = self._follow(node["$ref"])
                return {**target, **beside} if beside else target
            return {key: self(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self(value) for value in node]
        return node

    def _follow(self, reference: str) -> Any:
        if reference not in self._resolved:
            target: Any = self.document
            try:
                for part in reference[2:].split("/"):
                    target = target[part.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                raise self._bad(reference, "leads nowhere") from None
            if reference in self._open:
                raise self._bad(reference, "leads back to itself")
            self._open.append(reference)
            self._resolved[reference] = self(target)
            self._open.pop()
        return self._resolved[reference]

    def _bad(self, reference: str, why: str) -> ContractDataError:
        line = line_with(self.path, reference)
        return ContractDataError(f"{self.path}:{line}: {reference} {why}")
