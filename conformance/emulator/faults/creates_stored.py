"""Creates that answer well but store something else than was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import (
    CONNECTION,
    CONTRACT,
    FLOW,
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


def in_reads(emulator: Emulator, kind: Kind, change: Callable[[Document], Any]) -> None:
    """Change what reads by id show of the entities of a kind."""
    usual = emulator.policy.present

    def present(emulator: Emulator, request: Request, record: Record) -> Document:
        document = usual(emulator, request, record)
        if record.kind == kind.name and request.operation == kind.get:
            change(document)
        return document

    emulator.policy.present = present


@family("{}-create-drops-the-description", STORED, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """The description of a create is not kept."""
    at_create(emulator, kind, lambda document: document.pop("description", None))


@family("{}-create-lowers-the-description", STORED, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """The description of a create is kept in lower case."""
    at_text(emulator, kind, "description", str.lower)


@family("{}-create-cuts-the-description", STORED, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """The description of a create loses its last character."""
    at_text(emulator, kind, "description", lambda text: text[:-1])


@family(
    "{}-is-read-with-its-name-in-lower-case",
    STORED,
    "update-stores-the-change",
    kinds=(CONNECTION, FLOW),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """An entity is read with its name in lower case."""
    in_reads(
        emulator, kind, lambda document: document.update(name=document.get("name", "").lower())
    )


@family("{}-create-breaks-foreign-text", STORED, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """Characters of a name or description outside ASCII become question marks."""
    for name in ("name", "description"):
        at_text(emulator, kind, name, lambda text: text.encode("ascii", "replace").decode())


@family("one-{}-create-in-three-loses-its-description", STORED, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """One create in three forgets the description."""
    calls: list[int] = []

    def forget(document: Document) -> None:
        calls.append(1)
        if len(calls) % 3 == 0:
            document.pop("description", None)

    at_create(emulator, kind, forget)


@family("{}-create-keeps-the-former-description", STORED, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """Every entity but the first gets the description of the one before it."""
    former: list[Any] = [None]

    def remember(request: Request, response: Response, emulator: Emulator) -> None:
        former.append(request.payload.get("description"))

    def shift(document: Document) -> None:
        if former[-1] is not None and document.get("description") is not None:
            document["description"] = former[-1]

    emulator.note(kind.create, remember)
    at_create(emulator, kind, shift)


@family("{}-schema-reference-is-forgotten", STORED, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create does not keep data.schema."""
    at_create(emulator, kind, lambda document: document.get("data", {}).pop("schema", None))


@family("{}-base-connection-is-forgotten", STORED, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """An entity is read without the base connection that was sent."""
    in_reads(emulator, kind, lambda document: document.pop("baseConnectionId", None))


@family("{}-spec-version-becomes-a-number", STORED, CONTRACT, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An entity is read with the version of its spec as a number."""
    name = "flowSpec" if kind is FLOW else "connectionSpec"
    in_reads(emulator, kind, lambda document: document[name].update(version=1.0))


@fault("source-format-becomes-json", breaks=[SOURCE.row(STORED)])
def _(emulator: Emulator) -> None:
    """A source connection is read with the format json whatever was sent."""
    in_reads(emulator, SOURCE, lambda document: document["data"].update(format="json"))


@fault("connection-auth-spec-name-is-lowered", breaks=[CONNECTION.row(STORED)])
def _(emulator: Emulator) -> None:
    """A base connection is read with its auth.specName in lower case."""

    def lower(document: Document) -> None:
        if "auth" in document:
            document["auth"]["specName"] = document["auth"]["specName"].lower()

    in_reads(emulator, CONNECTION, lower)
