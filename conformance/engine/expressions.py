"""Arazzo 1.0 runtime expressions and simple conditions (https://spec.openapis.org/arazzo/v1.0.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.engine.errors import ContractDataError
from conformance.engine.exchange import ABSENT, Exchange, at

_EXPRESSION = re.compile(r"\$(statusCode$|(inputs|steps|response)\.)")
_EMBEDDED = re.compile(r"\{(\$(?:statusCode|(?:inputs|steps|response)\.[^{}]+))\}")
_COMPARISON = re.compile(r"^(.+?)\s*(==|!=|>=|<=|>|<)\s*(.+)$")


@dataclass
class Scope:
    """What an expression can see: the inputs, the outputs of earlier steps, the exchange at hand."""

    inputs: Mapping[str, Any]
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    exchange: Exchange | None = None

    def resolve(self, value: Any) -> Any:
        """The value with every expression in it replaced; a missing one makes the whole ABSENT."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            pairs = {self._key(key): self.resolve(inner) for key, inner in value.items()}
            return ABSENT if any(ABSENT in pair for pair in pairs.items()) else pairs
        if isinstance(value, list):
            items = [self.resolve(inner) for inner in value]
            return ABSENT if any(v is ABSENT for v in items) else items
        return value

    def _key(self, key: str) -> Any:
        return self._text(key) if "{$" in key else key

    def _text(self, text: str) -> Any:
        if _EXPRESSION.match(text):
            return self.evaluate(text)
        parts = {m: self.evaluate(m) for m in _EMBEDDED.findall(text)}
        if any(v is ABSENT for v in parts.values()):
            return ABSENT
        return _EMBEDDED.sub(lambda m: str(parts[m.group(1)]), text)

    def evaluate(self, expression: str) -> Any:
        """The value of one expression, or ABSENT. Raises ContractDataError for an unknown kind."""
        if expression == "$statusCode":
            return self.exchange.status if self.exchange else ABSENT
        head, _, rest = expression.partition(".")
        if head == "$inputs":
            return self.resolve(_walk(self.inputs, rest.split(".")))
        if head == "$steps":
            step, _, name = rest.partition(".outputs.")
            return _walk(self.outputs.get(step, {}), name.split("."))
        if head == "$response" and self.exchange:
            return self._of_response(rest)
        raise ContractDataError(f"unknown expression {expression}")

    def _of_response(self, rest: str) -> Any:
        assert self.exchange is not None
        if rest.startswith("header."):
            response = self.exchange.response
            return (response and response.header(rest.removeprefix("header."))) or ABSENT
        if rest.partition("#")[0] != "body":
            raise ContractDataError(f"unknown expression $response.{rest}")
        return at(self.exchange.body, rest.partition("#")[2])

    def holds(self, condition: str) -> bool:
        """Whether a simple condition is true."""
        if "||" in condition:
            return any(self.holds(part) for part in condition.split("||"))
        if "&&" in condition:
            return all(self.holds(part) for part in condition.split("&&"))
        found = _COMPARISON.match(condition.strip())
        if found is None:
            raise ContractDataError(f"unknown condition {condition}")
        return _compare(self._operand(found[1]), found[2], self._operand(found[3]))

    def _operand(self, text: str) -> Any:
        text = text.strip()
        if text.startswith("$"):
            return self.evaluate(text)
        if text[:1] in "'\"":
            return text[1:-1]
        words: dict[str, Any] = {"true": True, "false": False, "null": None}
        return words[text] if text in words else float(text)


def _walk(value: Any, keys: list[str]) -> Any:
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return ABSENT
        value = value[key]
    return value


def _compare(left: Any, operator: str, right: Any) -> bool:
    if operator in ("==", "!="):
        return bool(left == right) == (operator == "==")
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return False
    return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[
        operator
    ]
