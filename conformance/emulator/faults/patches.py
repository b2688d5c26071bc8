"""JSON Patch on flows that does not do what RFC 6902 says."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import CONNECTION, FLOW, SOURCE, TARGET, Kind, family
from conformance.emulator.patch import OPERATIONS, Operation
from conformance.emulator.store import Document

STORES = FLOW.row("update-stores-the-change")
IN_ORDER = FLOW.row("patch-applies-operations-in-order")
Rewrite = Callable[[Document, list[Operation]], list[Operation]]


def rewritten(emulator: Emulator, rewrite: Rewrite) -> None:
    """Carry out other operations than those that were sent to a flow."""
    usual = emulator.policy.apply_patch

    def apply(emulator: Emulator, document: Document, operations: list[Operation]) -> Document:
        if "flowSpec" in document:
            operations = rewrite(document, copy.deepcopy(operations))
        return usual(emulator, document, operations)

    emulator.policy.apply_patch = apply


def each(emulator: Emulator, change: Callable[[Operation], Any]) -> None:
    """Change every operation on a flow in place."""

    def rewrite(document: Document, operations: list[Operation]) -> list[Operation]:
        for operation in operations:
            change(operation)
        return operations

    rewritten(emulator, rewrite)


@family(
    "{}-patch-skips-unknown-operations",
    "unsupported-patch-operation-is-refused",
    kinds=(CONNECTION, FLOW),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """Operations that are not supported are passed over."""

    def skip(emulator: Emulator, request: Request) -> None:
        if isinstance(request.payload, list):
            request.payload = [
                one
                for one in request.payload
                if not isinstance(one, dict) or one.get("op") in OPERATIONS
            ]

    emulator.before(kind.update, skip)


@family(
    "{}-unknown-patch-operation-answers-405",
    "unsupported-patch-operation-is-refused",
    kinds=(SOURCE, TARGET),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """An unsupported operation is refused with 405."""

    def refuse(emulator: Emulator, request: Request) -> None:
        for one in request.payload if isinstance(request.payload, list) else []:
            if isinstance(one, dict) and one.get("op") not in OPERATIONS:
                raise RefusalError(405, "The operation is not allowed")

    emulator.before(kind.update, refuse)


@fault(
    "patch-add-at-the-end-goes-to-the-front",
    breaks=[FLOW.row("patch-adds-at-the-end"), STORES, IN_ORDER],
)
def _(emulator: Emulator) -> None:
    """An add at `-` puts the element first."""

    def change(one: Operation) -> None:
        if one["op"] == "add" and one["path"].endswith("/-"):
            one["path"] = one["path"][:-1] + "0"

    each(emulator, change)


@fault(
    "patch-add-at-an-index-goes-behind-it",
    breaks=[FLOW.row("patch-adds-at-an-index"), STORES, IN_ORDER],
)
def _(emulator: Emulator) -> None:
    """An add at an index inserts behind the element there."""

    def change(one: Operation) -> None:
        head, _, last = one["path"].rpartition("/")
        if one["op"] == "add" and last.isdigit():
            one["path"] = f"{head}/{int(last) + 1}"

    each(emulator, change)


@fault(
    "patch-add-at-an-index-overwrites",
    breaks=[FLOW.row("patch-adds-at-an-index"), STORES, IN_ORDER],
)
def _(emulator: Emulator) -> None:
    """An add at an index takes the place of the element there."""

    def change(one: Operation) -> None:
        if one["op"] == "add" and one["path"].rpartition("/")[2].isdigit():
            one["op"] = "replace"

    each(emulator, change)


@fault("patch-replace-in-an-array-inserts", breaks=[FLOW.row("patch-replaces-a-value"), STORES])
def _(emulator: Emulator) -> None:
    """A replace of an array element keeps the old one behind the new."""

    def change(one: Operation) -> None:
        if one["op"] == "replace" and one["path"].rpartition("/")[2].isdigit():
            one["op"] = "add"

    each(emulator, change)


@fault(
    "patch-replace-of-text-appends", breaks=[FLOW.row("patch-replaces-a-value"), STORES, IN_ORDER]
)
def _(emulator: Emulator) -> None:
    """A replace of the description appends to the old one when there is one."""

    def rewrite(document: Document, operations: list[Operation]) -> list[Operation]:
        for one in operations:
            if one["op"] == "replace" and one["path"] == "/description":
                one["value"] = f"{document.get('description', '')} {one['value']}"
        return operations

    rewritten(emulator, rewrite)


@fault("patch-remove-takes-the-last", breaks=[FLOW.row("patch-removes-a-value"), STORES, IN_ORDER])
def _(emulator: Emulator) -> None:
    """A remove at an index takes out the last element of the array."""
    _remove(emulator, lambda array, index: array.pop())


@fault(
    "patch-remove-takes-the-next-too", breaks=[FLOW.row("patch-removes-a-value"), STORES, IN_ORDER]
)
def _(emulator: Emulator) -> None:
    """A remove at an index takes out the following element as well."""
    _remove(emulator, lambda array, index: array.__delitem__(slice(index, index + 2)))


@fault("patch-remove-does-nothing", breaks=[FLOW.row("patch-removes-a-value"), STORES, IN_ORDER])
def _(emulator: Emulator) -> None:
    """A remove at an index leaves the array as it was."""
    _remove(emulator, lambda array, index: None)


def _remove(emulator: Emulator, take: Callable[[list[Any], int], Any]) -> None:
    def rewrite(document: Document, operations: list[Operation]) -> list[Operation]:
        for one in operations:
            head, _, last = one["path"].rpartition("/")
            array = reached(document, head)
            if one["op"] != "remove" or not last.isdigit() or not isinstance(array, list):
                continue
            if int(last) < len(array):
                left = copy.deepcopy(array)
                take(left, int(last))
                one |= {"op": "replace", "path": head, "value": left}
        return operations

    rewritten(emulator, rewrite)


def reached(document: Any, path: str) -> Any:
    """What a pointer without escapes leads to, or None."""
    for step in path.split("/")[1:]:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document
