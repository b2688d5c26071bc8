"""Creates that answer well but store something else than was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import (
    CONNECTION,
    FLOW,
    SIDES,
    SOURCE,
    TARGET,
    Kind,
    family,
)
from conformance.emulator.store import Document, Record

STORED = "create-stores-what-was-sent"


def at_create(emulator: Emulator, kind: Kind, change: Callable[[Document], Any]) -> None:
    """Change a new record just before it is stored."""

    def rewrite(emulator: Emulator, request: Request) -> None:
        if isinstance(request.payload, dict):
            change(request.payload)

    emulator.before(kind.create, rewrite)


def at_text(emulator: Emulator, kind: Kind, name: str, change: Callable[[str], str]) -> None:
    """Change one text of a new record."""

    def rewrite(document: Document) -> None:
        if isinstance(document.get(name), str):
            document[name] = change(document[name]) or document[name]

    at_create(emulator, kind, rewrite)


@family("{}-create-drops-the-description", STORED)
def _(emulator: Emulator, kind: Kind) -> None:
    """The description of a create is not kept."""
    at_create(emulator, kind, lambda document: document.pop("description", None))


@family("{}-create-lowers-the-name", STORED)
def _(emulator: Emulator, kind: Kind) -> None:
    """The name of a create is kept in lower case."""
    at_text(emulator, kind, "name", str.lower)


@family("{}-create-cuts-the-name", STORED, kinds=(FLOW, SOURCE))
def _(emulator: Emulator, kind: Kind) -> None:
    """The name of a create loses its last character."""
    at_text(emulator, kind, "name", lambda text: text[:-1])


@family("{}-create-breaks-foreign-text", STORED)
def _(emulator: Emulator, kind: Kind) -> None:
    """Characters of a name or description outside ASCII become question marks."""
    for name in ("name", "description"):
        at_text(emulator, kind, name, lambda text: text.encode("ascii", "replace").decode())


@family("{}-read-shows-text-as-latin-1", STORED, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """Text of a create is decoded as Latin-1."""
    at_text(emulator, kind, "description", lambda text: text.encode().decode("latin-1", "replace"))


@family("one-{}-create-in-three-loses-its-description", STORED, kinds=SIDES)
def _(emulator: Emulator, kind: Kind) -> None:
    """One create in three forgets the description."""
    calls: list[int] = []

    def forget(document: Document) -> None:
        calls.append(1)
        if len(calls) % 3 == 0:
            document.pop("description", None)

    at_create(emulator, kind, forget)


@family("{}-create-keeps-the-former-description", STORED)
def _(emulator: Emulator, kind: Kind) -> None:
    """Every entity but the first gets the description of the one before it."""
    former: list[Any] = []

    def shift(document: Document) -> None:
        former.append(document.get("description"))
        if len(former) > 1 and former[-2] is not None and former[-1] is not None:
            document["description"] = former[-2]

    at_create(emulator, kind, shift)


@family("{}-schema-reference-is-forgotten", STORED, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create does not keep data.schema."""
    at_create(emulator, kind, lambda document: document.get("data", {}).pop("schema", None))


@family("{}-base-connection-is-forgotten", STORED, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """The base connection is not in what is read back."""
    usual = emulator.policy.present

    def present(emulator: Emulator, request: Request, record: Record) -> Document:
        document = usual(emulator, request, record)
        if record.kind == kind.name and request.operation == kind.get:
            document.pop("baseConnectionId", None)
        return document

    emulator.policy.present = present


@fault("source-format-becomes-json", breaks=[SOURCE.row(STORED)])
def _(emulator: Emulator) -> None:
    """A source connection is kept with the format json whatever was sent."""
    usual = emulator.policy.present

    def present(emulator: Emulator, request: Request, record: Record) -> Document:
        document = usual(emulator, request, record)
        if record.kind == SOURCE.name:
            document["data"]["format"] = "json"
        return document

    emulator.policy.present = present


@fault("connection-auth-params-are-lost", breaks=[CONNECTION.row(STORED)])
def _(emulator: Emulator) -> None:
    """A base connection read back has empty auth parameters, public ones too."""

    def hide(emulator: Emulator, record: Record, params: Document) -> None:
        params.clear()

    emulator.policy.hide_secrets = hide


@fault("connection-auth-spec-name-is-lowered", breaks=[CONNECTION.row(STORED)])
def _(emulator: Emulator) -> None:
    """A base connection read back spells its auth.specName in lower case."""
    usual = emulator.policy.present

    def present(emulator: Emulator, request: Request, record: Record) -> Document:
        document = usual(emulator, request, record)
        if "auth" in document:
            document["auth"]["specName"] = document["auth"]["specName"].lower()
        return document

    emulator.policy.present = present
