"""JSON Patch as the flow service takes it: whole or not at all (RFC6902:5)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import jsonpatch
import jsonpointer

from conformance.emulator.errors import RefusalError, bad_value, flow_refusal
from conformance.emulator.exchange import NO_BODY, Request
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

OPERATIONS = ("add", "replace", "remove")
Operation = dict[str, Any]


def operations(emulator: Emulator, request: Request) -> list[Operation]:
    """The patch in the request's body, checked operation by operation."""
    if request.payload is NO_BODY:
        raise flow_refusal("1405-400", "The request body is empty")
    if not isinstance(request.payload, list):
        raise RefusalError(400, "The request body must be an array of operations", bad_value=True)
    for operation in request.payload:
        emulator.policy.check_operation(emulator, operation)
    return request.payload


def check_operation(emulator: Emulator, operation: Any) -> None:
    """Lowercase add, replace and remove with a path and, where needed, a value."""
    if not isinstance(operation, dict) or operation.get("op") not in OPERATIONS:
        raise bad_value("An operation must be add, replace or remove", "1434-400")
    path = operation.get("path")
    if not isinstance(path, str) or not path.startswith("/"):
        raise bad_value("Missing field path in an operation", "1455-400")
    if operation["op"] != "remove" and "value" not in operation:
        raise bad_value("Missing field value in an operation", "1455-400")


def apply_patch(emulator: Emulator, document: Document, operations: list[Operation]) -> Document:
    """A patched copy; when any operation cannot be done, nothing is."""
    try:
        patched = jsonpatch.JsonPatch(copy.deepcopy(operations)).apply(copy.deepcopy(document))
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException):
        raise bad_value("Missing field at the path of an operation", "1455-400") from None
    except (LookupError, TypeError, ValueError, AttributeError):
        raise bad_value("Missing field at the path of an operation", "1455-400") from None
    if not isinstance(patched, dict):
        raise bad_value("The resource itself cannot be replaced")
    return patched


def check_precondition(emulator: Emulator, request: Request, record: Record) -> None:
    """If-Match must carry the current etag, quotes included (facts:73-74)."""
    supplied = request.headers.get("if-match")
    if supplied is None or not supplied.strip():
        raise flow_refusal("1403-400", "The header If-Match is missing", record.id)
    current = record.document["etag"]
    if supplied.strip() != current:
        message = (
            f"Supplied version=[{supplied.strip()}] does not match the current version "
            f"on entity=[{current}]"
        )
        raise flow_refusal("1404-412", message, record.id)


def check_immutable(
    emulator: Emulator, mutable: frozenset[str], before: Document, after: Document
) -> None:
    """Refuse a patch that changes anything but the members open to change."""
    names = before.keys() | after.keys()
    for name in sorted(names - mutable):
        if name in before and name in after and before[name] == after[name]:
            continue
        code = {"connectionSpec": "1414-400"}.get(name, "" if name in before else "1455-400")
        raise bad_value(f"{name} cannot be changed", code)


def between_check_and_set(emulator: Emulator, request: Request, record: Record) -> None:
    """Nothing happens between the precondition and the update; a fault may open a window."""
