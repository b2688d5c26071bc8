"""Checks an answer against its contract schema and says which requirement each error, and each success, belongs to.

A subschema names its requirement with `x-requirement`; an error belongs to the innermost one around it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, relevance

from conformance.engine.exchange import token

KEY = "x-requirement"


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One error: `requirement` is None where no annotated subschema encloses it."""

    requirement: str | None
    pointer: str
    expected: str
    actual: Any


class BodySchema:
    """A response schema without references, compiled once."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self._fast = jsonschema_rs.validator_for(schema, validate_formats=True)
        self._slow = Draft202012Validator(schema)

    def errors(self, body: Any) -> list[SchemaError]:
        """What is wrong with a body; empty when it fits."""
        if self._fast.is_valid(body):
            return []
        found = [e for error in self._slow.iter_errors(body) for e in self._describe(error)]
        return found or [self._bare(error) for error in self._fast.iter_errors(body)]

    def observed(self, body: Any) -> set[str]:
        """The requirements whose subschema a part of the body was held against."""
        return set(_observed(self.schema, body))

    def _describe(self, error: ValidationError) -> Iterator[SchemaError]:
        pointer = _pointer(error.absolute_path)
        owner = _owner(self.schema, error.absolute_schema_path)
        node: Any = error.schema
        if error.validator == "required":
            for name in missing_members(error):
                inner = node.get("properties", {}).get(name)
                named = inner.get(KEY, owner) if isinstance(inner, dict) else owner
                yield SchemaError(named, f"{pointer}/{token(name)}", "present", "absent")
        elif error.context:
            best = max(error.context, key=relevance)
            yield SchemaError(
                owner, pointer, f"one of the documented forms ({best.message})", error.instance
            )
        else:
            retyped = error.validator == "type" and isinstance(error.instance, str)
            actual = repr(error.instance) if retyped else error.instance
            yield SchemaError(owner, pointer, f"{error.validator} {error.validator_value}", actual)

    def _bare(self, error: Any) -> SchemaError:
        """An error that only the fast check sees: a format, or a pattern that Python reads otherwise."""
        owner = _owner(self.schema, error.schema_path)
        return SchemaError(owner, _pointer(error.instance_path), error.message, error.instance)


def _pointer(path: Iterable[Any]) -> str:
    return "".join(f"/{token(str(part))}" for part in path)


def missing_members(error: ValidationError) -> list[str]:
    """The members that a `required` error misses (jsonschema reports each on its own)."""
    wanted: Any = error.validator_value
    return [n for n in wanted if error.message.startswith(repr(n) + " ")]


def _owner(schema: dict[str, Any], path: Iterable[Any]) -> str | None:
    node: Any = schema
    owner = schema.get(KEY)
    for part in path:
        node = node[part] if not isinstance(node, dict) or part in node else {}
        if isinstance(node, dict):
            owner = node.get(KEY, owner)
    return owner


def _observed(schema: Any, body: Any) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    if KEY in schema:
        yield schema[KEY]
    for branch in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _observed(branch, body)
    if isinstance(body, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in body:
                yield from _observed(inner, body[name])
        if isinstance(schema.get("additionalProperties"), dict) and body:
            extra = [v for k, v in body.items() if k not in schema.get("properties", {})]
            if extra:
                yield from _observed(schema["additionalProperties"], extra[0])
    elif isinstance(body, list) and body:
        for element in body[:20]:
            yield from _observed(schema.get("items"), element)
