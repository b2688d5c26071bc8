"""JSON Schema checks with the leniency the documents show."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import jsonschema_rs

from conformance.emulator.errors import bad_value
from conformance.emulator.exchange import encode

INTEGER = re.compile(r"-?[0-9]{1,18}")
BOOLEANS = {"true": True, "false": False}
TEXT_OR_NUMBER = {"mappingVersion"}


def check(schema: Any, value: Any, where: str, code: str = "") -> None:
    """Refuse a value that its schema does not admit; the message never quotes the value."""
    validator = _validator(encode(schema))
    for error in validator.iter_errors(coerce(value, schema)):
        path = "/".join([where, *map(str, error.instance_path)])
        keyword = str(error.schema_path[-1]) if error.schema_path else "schema"
        raise bad_value(f"The value at {path} does not satisfy '{keyword}' of its spec", code)


@lru_cache(maxsize=64)
def _validator(schema: bytes) -> Any:
    return jsonschema_rs.validator_for(schema.decode("ascii"))


def coerce(value: Any, schema: Any, name: str = "") -> Any:
    """Read decimal strings as integers and `"true"` as true where the schema wants those.

    The documents send numbers and booleans as strings (facts:327) and mappingVersion both ways.
    """
    if not isinstance(schema, dict):
        return value
    if isinstance(value, str):
        return _read_text(value, schema.get("type"))
    if name in TEXT_OR_NUMBER and type(value) is int:
        return str(value)
    if isinstance(value, dict):
        rules = schema.get("properties", {})
        return {key: coerce(member, rules.get(key), key) for key, member in value.items()}
    if isinstance(value, list):
        return [coerce(member, schema.get("items")) for member in value]
    return value


def _read_text(value: str, wanted: Any) -> Any:
    if wanted == "integer" and INTEGER.fullmatch(value):
        return int(value)
    if wanted == "boolean":
        return BOOLEANS.get(value, value)
    return value


def text(document: dict[str, Any], name: str, *, required: bool = True) -> None:
    """Refuse a member that is no text, or that is missing or blank although required."""
    value = document.get(name)
    if value is None and not required:
        return
    if not isinstance(value, str) or (required and not value.strip()):
        raise bad_value(f"{name} must be a text")


def mapping(document: dict[str, Any], name: str, *, required: bool = True) -> dict[str, Any]:
    """The member as an object; an absent one is empty unless required."""
    value = document.get(name)
    if value is None and not required:
        return {}
    if not isinstance(value, dict):
        raise bad_value(f"{name} must be an object")
    return value
