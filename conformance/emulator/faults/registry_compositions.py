"""Faults of what the registry takes a class or a schema to be made of."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.emulator.alterations import When, asked, fail, refuse
from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.store import Document

PROFILE = {"$ref": "https://ns.adobe.com/xdm/context/profile"}
RECORD = {"$ref": "https://ns.adobe.com/xdm/data/record"}
SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"


def _row(kind: str, statement: str) -> str:
    return f"schema-registry.{kind}.{statement}"


def amend(emulator: Emulator, kind: str, name: str, wrong: Sequence[object], value: object) -> None:
    """Take what must be refused, None where it is missing, for something else."""
    check = {"schemas": "check_schema", "classes": "check_class"}[kind]
    usual = getattr(emulator.policy, check)

    def amended(emulator: Emulator, request: Request, payload: Document) -> None:
        if payload.get(name) in wrong:
            payload[name] = value
        usual(emulator, request, payload)

    setattr(emulator.policy, check, amended)


def _lacks(name: str) -> When:
    def lacking(request: Request) -> bool:
        return isinstance(request.payload, dict) and not request.payload.get(name)

    return lacking


@fault(
    "schema-of-another-type-is-taken",
    breaks=[_row("schemas", "type-other-than-object-is-refused")],
)
def _(emulator: Emulator) -> None:
    """A schema of strings is made one of objects."""
    amend(emulator, "schemas", "type", ["string"], "object")


@fault(
    "schema-without-class-is-taken",
    breaks=[_row("schemas", "composition-without-class-is-refused")],
)
def _(emulator: Emulator) -> None:
    """A schema of no class is made one of individual profiles; one without allOf is still refused."""
    amend(emulator, "schemas", "allOf", [[]], [PROFILE])


@fault(
    "class-of-another-type-is-taken",
    breaks=[_row("classes", "type-other-than-object-is-refused")],
)
def _(emulator: Emulator) -> None:
    """A class of strings is made one of objects."""
    amend(emulator, "classes", "type", ["string"], "object")


@fault(
    "class-without-behaviour-is-taken",
    breaks=[
        _row("classes", "composition-without-behaviour-is-refused"),
        _row("classes", "missing-composition-is-refused"),
    ],
)
def _(emulator: Emulator) -> None:
    """A class without a behaviour is made one of records."""
    amend(emulator, "classes", "allOf", [None, []], [RECORD])


@fault("class-without-title-is-taken", breaks=[_row("classes", "missing-title-is-refused")])
def _(emulator: Emulator) -> None:
    """A class without a title is called Untitled."""
    amend(emulator, "classes", "title", [None], "Untitled")


@fault(
    "class-without-title-answers-server-error",
    breaks=[_row("classes", "missing-title-is-refused"), SERVER_ERROR],
)
def _(emulator: Emulator) -> None:
    """A class without a title makes the registry fail."""
    emulator.after("createClass", asked(_lacks("title"), fail), when="error")


@fault(
    "class-without-composition-answers-404",
    breaks=[
        _row("classes", "composition-without-behaviour-is-refused"),
        _row("classes", "missing-composition-is-refused"),
    ],
)
def _(emulator: Emulator) -> None:
    """A class without a behaviour is answered as if something were not found."""
    emulator.after("createClass", asked(_lacks("allOf"), refuse(404)), when="error")
