"""JSON Patch on flows: order, wholeness, pointers and what an activation stores."""

from __future__ import annotations

from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import FLOW, SERVER_ERROR
from conformance.emulator.faults.patches import STORES, each, rewritten
from conformance.emulator.patch import Operation
from conformance.emulator.store import Document

SELECTORS = FLOW.row("activation-stores-every-selector")
IN_ORDER = FLOW.row("patch-applies-operations-in-order")
REPLACES = FLOW.row("patch-replaces-a-value")
WHOLE = FLOW.row("patch-is-applied-whole-or-not-at-all")
UNCHANGED = FLOW.row("refused-request-changes-nothing")
MISSING_PATH = FLOW.row("patch-of-missing-path-is-refused")


@fault("patch-is-applied-backwards", breaks=[IN_ORDER, STORES, FLOW.row("patch-adds-at-the-end")])
def _(emulator: Emulator) -> None:
    """The operations of a patch are applied from the last to the first where that works."""
    usual = emulator.policy.apply_patch

    def apply(emulator: Emulator, document: Document, operations: list[Operation]) -> Document:
        if "flowSpec" not in document:
            return usual(emulator, document, operations)
        try:
            return usual(emulator, document, operations[::-1])
        except RefusalError:
            return usual(emulator, document, operations)

    emulator.policy.apply_patch = apply


@fault("patch-removes-come-last", breaks=[IN_ORDER, STORES])
def _(emulator: Emulator) -> None:
    """The removes of a patch are applied last."""
    rewritten(
        emulator,
        lambda document, operations: sorted(operations, key=lambda one: one["op"] == "remove"),
    )


@fault("patch-does-not-unescape-slashes", breaks=[FLOW.row("patch-reads-escaped-pointers")])
def _(emulator: Emulator) -> None:
    """`~1` in a path is taken literally."""
    each(emulator, lambda one: one.update(path=one["path"].replace("~1", "~01")))


@fault("patch-unescapes-in-the-wrong-order", breaks=[FLOW.row("patch-reads-escaped-pointers")])
def _(emulator: Emulator) -> None:
    """`~01` in a path becomes a slash."""
    each(emulator, lambda one: one.update(path=one["path"].replace("~01", "~1")))


@fault("failed-patch-is-half-applied", breaks=[WHOLE, UNCHANGED])
def _(emulator: Emulator) -> None:
    """The operations before one that fails are kept."""
    usual = emulator.policy.apply_patch

    def apply(emulator: Emulator, document: Document, operations: list[Operation]) -> Document:
        try:
            return usual(emulator, document, operations)
        except RefusalError:
            _apply_until_failure(emulator, document, operations)
            raise

    def _apply_until_failure(
        emulator: Emulator, document: Document, operations: list[Operation]
    ) -> None:
        if "flowSpec" in document:
            for one in operations:
                document.update(usual(emulator, document, [one]))

    emulator.policy.apply_patch = apply


@fault("failing-operations-are-passed-over", breaks=[MISSING_PATH, WHOLE])
def _(emulator: Emulator) -> None:
    """Operations that fail are skipped and the others are stored with success."""
    usual = emulator.policy.apply_patch

    def apply(emulator: Emulator, document: Document, operations: list[Operation]) -> Document:
        if "flowSpec" not in document:
            return usual(emulator, document, operations)
        for one in operations:
            try:
                document = usual(emulator, document, [one])
            except RefusalError:
                continue
        return usual(emulator, document, [])

    emulator.policy.apply_patch = apply


@fault("patch-of-missing-path-answers-404", breaks=[MISSING_PATH])
def _(emulator: Emulator) -> None:
    """A patch of a path that does not exist is refused with 404."""
    _refuse(emulator, 404)


@fault("patch-of-missing-path-answers-500", breaks=[MISSING_PATH, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A patch of a path that does not exist is answered 500."""
    _refuse(emulator, 500)


def _refuse(emulator: Emulator, code: int) -> None:
    usual = emulator.policy.apply_patch

    def apply(emulator: Emulator, document: Document, operations: list[Operation]) -> Document:
        try:
            return usual(emulator, document, operations)
        except RefusalError as refusal:
            if "flowSpec" in document:
                refusal.status, refusal.code = code, ""
            raise

    emulator.policy.apply_patch = apply


def _selectors(operations: list[Operation], name: str) -> list[Operation]:
    return [one for one in operations if name in one["path"] and one["path"].endswith("/-")]


@fault(
    "activation-forgets-the-second-segment",
    breaks=[SELECTORS, STORES, FLOW.row("patch-adds-at-the-end")],
)
def _(emulator: Emulator) -> None:
    """Of several segments in one activation only the first is stored."""
    _forget(emulator, "/segmentSelectors/", slice(1, None))


@fault("activation-forgets-the-last-attribute", breaks=[SELECTORS, STORES, IN_ORDER])
def _(emulator: Emulator) -> None:
    """Of several attributes in one activation the last is not stored."""
    _forget(emulator, "/profileSelectors/", slice(-1, None))


def _forget(emulator: Emulator, name: str, lost: slice) -> None:
    def rewrite(document: Document, operations: list[Operation]) -> list[Operation]:
        found = _selectors(operations, name)
        forgotten = found[lost] if len(found) > 1 else []
        return [one for one in operations if not any(one is other for other in forgotten)]

    rewritten(emulator, rewrite)


@fault("activation-lowers-attribute-paths", breaks=[SELECTORS, STORES, REPLACES, IN_ORDER])
def _(emulator: Emulator) -> None:
    """The paths of activated attributes are stored in lower case."""

    def change(one: Operation) -> None:
        value: Any = one.get("value")
        if isinstance(value, dict) and value.get("type") == "JSON_PATH":
            value["value"]["path"] = value["value"]["path"].lower()

    each(emulator, change)


@fault("patch-loses-second-operation", breaks=[SELECTORS, STORES, REPLACES, IN_ORDER])
def _(emulator: Emulator) -> None:
    """The second of three or more operations of a JSON Patch is forgotten."""

    def rewrite(document: Document, operations: list[Operation]) -> list[Operation]:
        return operations[:1] + operations[2:] if len(operations) > 2 else operations

    rewritten(emulator, rewrite)
