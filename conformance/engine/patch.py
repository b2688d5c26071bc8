"""RFC 6902 as the engine reads it: what a document must be after a patch."""

import copy
from typing import Any

from conformance.engine.exchange import ABSENT, at, token


class PatchError(Exception):
    """The patch cannot be applied."""


def apply_patch(document: Any, operations: list[dict[str, Any]]) -> Any:
    """The document after every operation, in order. Raises PatchError when one fails."""
    result = copy.deepcopy(document)
    for operation in copy.deepcopy(operations):
        result = _apply(result, operation)
    return result


def _apply(document: Any, operation: dict[str, Any]) -> Any:
    name, path, value = operation.get("op"), operation.get("path"), operation.get("value", ABSENT)
    change = {"add": _add, "replace": _replace, "remove": _remove}.get(str(name))
    if change is None or not isinstance(path, str) or (value is ABSENT and name != "remove"):
        raise PatchError(f"{operation} is no operation")
    if path == "" and name != "remove":
        return value
    change(*_locate(document, path), value)
    return document


def _locate(document: Any, pointer: str) -> tuple[Any, Any]:
    if not pointer.startswith("/"):
        raise PatchError(f"{pointer} is no pointer")
    head, _, last = pointer.rpartition("/")
    parent = at(document, head) if head else document
    key = last.replace("~1", "/").replace("~0", "~")
    if isinstance(parent, list):
        return parent, len(parent) if key == "-" else _index(key)
    if isinstance(parent, dict):
        return parent, key
    raise PatchError(f"nothing at {head}")


def _index(key: str) -> int:
    if not key.isdigit() or (len(key) > 1 and key[0] == "0"):
        raise PatchError(f"{key} is no index")
    return int(key)


def _add(parent: Any, key: Any, value: Any) -> None:
    if isinstance(parent, list):
        if key > len(parent):
            raise PatchError(f"no index {key}")
        parent.insert(key, value)
    else:
        parent[key] = value


def _replace(parent: Any, key: Any, value: Any) -> None:
    _present(parent, key)
    parent[key] = value


def _remove(parent: Any, key: Any, value: Any) -> None:
    _present(parent, key)
    del parent[key]


def _present(parent: Any, key: Any) -> None:
    if not (key < len(parent) if isinstance(parent, list) else key in parent):
        raise PatchError(f"nothing at {key}")


def touched(operations: list[dict[str, Any]]) -> set[str]:
    """The top-level members that a patch names."""
    paths = [op["path"] for op in operations if op.get("path", "").startswith("/")]
    return {path.split("/")[1].replace("~1", "/").replace("~0", "~") for path in paths}


def differences(expected: Any, actual: Any, pointer: str = "") -> list[tuple[str, Any, Any]]:
    """Pointer, expected and actual value of each place where two documents differ."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        keys = list(dict.fromkeys([*expected, *actual]))
        return [
            d
            for k in keys
            for d in differences(
                expected.get(k, ABSENT), actual.get(k, ABSENT), f"{pointer}/{token(k)}"
            )
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [d for i, (e, a) in pairs for d in differences(e, a, f"{pointer}/{i}")]
    return [] if _same(expected, actual) else [(pointer, expected, actual)]


def missing_from(sent: Any, stored: Any, pointer: str = "") -> list[tuple[str, Any, Any]]:
    """Where `stored` lacks or alters something of `sent`; more members than sent are fine."""
    if isinstance(sent, dict) and isinstance(stored, dict):
        return [
            d
            for k, v in sent.items()
            for d in missing_from(v, stored.get(k, ABSENT), f"{pointer}/{token(k)}")
        ]
    if isinstance(sent, list) and isinstance(stored, list) and len(sent) == len(stored):
        return [d for i, v in enumerate(sent) for d in missing_from(v, stored[i], f"{pointer}/{i}")]
    return [] if _same(sent, stored) else [(pointer, sent, stored)]


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON is: 1 and 1.0 are (RFC6902:4.6), true and 1 are not."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
