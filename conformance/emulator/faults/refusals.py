"""Creates of connections that should be refused, and lawful ones that are."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from conformance.emulator import entities
from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError, bad_value
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import (
    CONNECTION,
    FLOW,
    SERVER_ERROR,
    SOURCE,
    TARGET,
    Kind,
    family,
)
from conformance.emulator.store import Document

CREATED = "create-answers-created"
NO_SPEC = "missing-spec-is-refused"
UNKNOWN_SPEC = "unknown-spec-is-refused"
NO_NAME = "missing-name-is-refused"
NO_DESCRIPTION = "description-is-optional"
UNKNOWN_BASE = "unknown-base-connection-is-refused"
KEPT = {"name", "description", "connectionSpec", "baseConnectionId", "data", "params"}
Wrong = Callable[[Emulator, Request, Document], bool]


def mended(
    emulator: Emulator, kind: Kind, wrong: Wrong, mend: Callable[[Emulator, Document], Any]
) -> None:
    """Accept a wrong create by putting something lawful in its place."""

    def rewrite(emulator: Emulator, request: Request) -> None:
        document = request.payload
        if isinstance(document, dict) and wrong(emulator, request, document):
            mend(emulator, document)

    emulator.before(kind.create, rewrite)


def refused(emulator: Emulator, kind: Kind, wrong: Wrong, code: int) -> None:
    """Refuse the creates of a condition with a status."""

    def refuse(emulator: Emulator, request: Request) -> Response | None:
        if isinstance(request.payload, dict) and wrong(emulator, request, request.payload):
            raise RefusalError(code, "The request cannot be served")
        return None

    emulator.before(kind.create, refuse)


def no_spec(emulator: Emulator, request: Request, document: Document) -> bool:
    """Whether connectionSpec is missing."""
    return "connectionSpec" not in document


def unknown_spec(emulator: Emulator, request: Request, document: Document) -> bool:
    """Whether connectionSpec has an id that no spec has."""
    spec: Any = document.get("connectionSpec")
    identifier = spec.get("id") if isinstance(spec, dict) else None
    return isinstance(identifier, str) and not emulator.specs.connection_spec(identifier)


def use_a_known_spec(emulator: Emulator, document: Document) -> None:
    """Put the first spec that needs no credentials in the place of a wrong one."""
    for record in emulator.specs.connection_specs.values():
        if not record.document.get("authSpec"):
            spec = {"id": record.id, "version": record.document["version"]}
            document["connectionSpec"] = copy.deepcopy(spec)
            document.pop("auth", None)
            return


def no_name(emulator: Emulator, request: Request, document: Document) -> bool:
    """Whether name is missing."""
    return "name" not in document


def no_description(emulator: Emulator, request: Request, document: Document) -> bool:
    """Whether description is missing."""
    return "description" not in document


def unknown_base(emulator: Emulator, request: Request, document: Document) -> bool:
    """Whether the base connection does not exist."""
    base = document.get("baseConnectionId")
    return isinstance(base, str) and emulator.store.get("connections", base) is None


def _accept(emulator: Emulator, kind: Kind, wrong: Wrong) -> None:
    def accept(emulator: Emulator, request: Request) -> Response | None:
        if not isinstance(request.payload, dict) or not wrong(emulator, request, request.payload):
            return None
        sent = {
            name: copy.deepcopy(request.payload[name]) for name in KEPT & request.payload.keys()
        }
        record = emulator.store.add(entities.new_record(emulator, request, kind.name, sent))
        return Response(201, entities.identity(record))

    emulator.before(kind.create, accept)


@family("{}-without-spec-is-accepted", NO_SPEC, kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create without connectionSpec is stored and answered 201."""
    _accept(emulator, kind, no_spec)


@family("{}-without-spec-answers-500", NO_SPEC, SERVER_ERROR, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create without connectionSpec is answered 500."""
    refused(emulator, kind, no_spec, 500)


@family("{}-with-unknown-spec-is-accepted", UNKNOWN_SPEC, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create with an unknown connection spec is stored and answered 201."""
    _accept(emulator, kind, unknown_spec)


@family("{}-with-unknown-spec-gets-another", UNKNOWN_SPEC, kinds=(CONNECTION,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create with an unknown connection spec is stored with a known one."""
    mended(emulator, kind, unknown_spec, use_a_known_spec)


@family("{}-with-unknown-spec-answers-409", UNKNOWN_SPEC, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create with an unknown connection spec is refused with 409."""
    refused(emulator, kind, unknown_spec, 409)


@family("{}-without-name-is-accepted", NO_NAME, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create without a name is given one."""
    mended(emulator, kind, no_name, lambda emulator, document: document.update(name="Untitled"))


@family("{}-without-name-answers-500", NO_NAME, SERVER_ERROR, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create without a name is answered 500."""
    refused(emulator, kind, no_name, 500)


@family(
    "{}-needs-a-description",
    kinds=(SOURCE, TARGET, FLOW),
    also={SOURCE: (CREATED,), TARGET: (CREATED,), FLOW: (NO_DESCRIPTION,)},
)
def _(emulator: Emulator, kind: Kind) -> None:
    """A create without a description is refused."""
    refused(emulator, kind, no_description, 400)


@family("{}-with-unknown-base-is-accepted", UNKNOWN_BASE, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create on a base connection that does not exist is stored."""
    _accept(emulator, kind, unknown_base)


@family("{}-with-unknown-base-answers-410", UNKNOWN_BASE, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create on a base connection that does not exist is refused with 410."""
    refused(emulator, kind, unknown_base, 410)


@family("third-{}-create-is-refused", CREATED, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """The third lawful create is refused."""
    calls: list[int] = []

    def refuse(request: Request, response: Response, emulator: Emulator) -> Response:
        calls.append(1)
        if len(calls) != 3 or request.record is None:
            return response
        emulator.store.remove(request.record)
        return emulator.policy.render_error(emulator, request, bad_value("Try again"))

    emulator.after(kind.create, refuse)
