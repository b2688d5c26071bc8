"""Faults of the sandbox header and of the walls between sandboxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator import entities
from conformance.emulator.alterations import asked, fail, lacks, refuse
from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.store import Record

MISSING = "gateway.sandbox.missing-sandbox-is-defaulted-or-refused"
UNKNOWN = "gateway.sandbox.unknown-sandbox-is-refused"
WALLS = "gateway.sandbox.entities-stay-in-their-sandbox"
REFERENCES = "gateway.sandbox.references-stay-in-their-sandbox"
SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"
SANDBOX = "x-sandbox-name"

Leaks = Callable[[Emulator, Request, Record], bool]


def _leak(emulator: Emulator, leaks: Leaks) -> None:
    usual = emulator.policy.visible

    def visible(emulator: Emulator, request: Request, record: Record) -> bool:
        own = record.kind == "connections" and record.org_id == request.owner.org_id
        foreign = own and record.sandbox != request.sandbox and emulator.store.holds(record)
        return usual(emulator, request, record) or (foreign and leaks(emulator, request, record))

    emulator.policy.visible = visible


@fault("missing-sandbox-answers-403", breaks=[MISSING])
def _(emulator: Emulator) -> None:
    """A call without a sandbox is forbidden instead of a bad request."""
    emulator.after("*", asked(lacks(SANDBOX), refuse(403)), when="error")


@fault("missing-sandbox-answers-server-error", breaks=[MISSING, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A call without a sandbox makes the service fail."""
    emulator.after("listConnections", asked(lacks(SANDBOX), fail), when="error")


@fault("unknown-sandbox-is-made-up", breaks=[UNKNOWN])
def _(emulator: Emulator) -> None:
    """A sandbox comes into being when it is first named."""
    usual = emulator.policy.check_sandbox

    def check_sandbox(emulator: Emulator, request: Request) -> str:
        name = request.headers.get(SANDBOX, "").strip()
        if name and name not in request.owner.sandboxes:
            request.owner.sandboxes[name] = emulator.ids.uuid()
        return usual(emulator, request)

    emulator.policy.check_sandbox = check_sandbox


@fault("unknown-sandbox-becomes-default", breaks=[UNKNOWN])
def _(emulator: Emulator) -> None:
    """A call for an unknown sandbox works in the default one."""
    usual = emulator.policy.check_sandbox

    def check_sandbox(emulator: Emulator, request: Request) -> str:
        name = request.headers.get(SANDBOX, "").strip()
        return "prod" if name not in {"", *request.owner.sandboxes} else usual(emulator, request)

    emulator.policy.check_sandbox = check_sandbox


@fault("unknown-sandbox-answers-server-error", breaks=[UNKNOWN, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A sandbox that does not exist makes the service fail."""
    usual = emulator.policy.check_sandbox

    def check_sandbox(emulator: Emulator, request: Request) -> str:
        if request.headers.get(SANDBOX, "prod").strip() not in request.owner.sandboxes:
            raise RefusalError(500, "The sandbox could not be loaded")
        return usual(emulator, request)

    emulator.policy.check_sandbox = check_sandbox


@fault("connection-is-read-from-other-sandbox", breaks=[WALLS])
def _(emulator: Emulator) -> None:
    """A base connection is read by its id from every sandbox, though not listed there."""
    _leak(emulator, lambda emulator, request, record: request.operation == "getConnection")


@fault("connection-is-listed-in-other-sandbox", breaks=[WALLS])
def _(emulator: Emulator) -> None:
    """Lists show the base connections of all sandboxes, though they cannot be read there."""
    _leak(emulator, lambda emulator, request, record: request.operation == "listConnections")


@fault("new-connection-leaks-for-half-a-second", breaks=[WALLS])
def _(emulator: Emulator) -> None:
    """A base connection shows in every sandbox until half a second after its creation."""

    def young(emulator: Emulator, request: Request, record: Record) -> bool:
        reading = request.operation in ("getConnection", "listConnections")
        return reading and emulator.clock.millis() - record.document["createdAt"] < 500

    _leak(emulator, young)


@fault("untouched-connection-leaks", breaks=[WALLS])
def _(emulator: Emulator) -> None:
    """Base connections that were never updated show in every sandbox."""

    def untouched(emulator: Emulator, request: Request, record: Record) -> bool:
        return request.operation == "getConnection" and record.updates == 0

    _leak(emulator, untouched)


@fault("list-of-other-sandbox-counts-its-neighbours", breaks=[WALLS])
def _(emulator: Emulator) -> None:
    """A sandbox's list ends with one base connection of a neighbouring sandbox."""

    def add_neighbour(request: Request, response: Response, emulator: Emulator) -> Response:
        for record in emulator.store.newest_first("connections"):
            if record.org_id == request.owner.org_id and record.sandbox != request.sandbox:
                item = emulator.policy.present(emulator, request, record)
                response.payload.get("items", []).append(item)
                break
        return response

    def only_in_other(request: Request) -> bool:
        return request.sandbox == "other" and request.argument("property") is None

    emulator.after("listConnections", asked(only_in_other, add_neighbour))


@fault("source-connection-takes-base-of-other-sandbox", breaks=[REFERENCES])
def _(emulator: Emulator) -> None:
    """A source connection may stand on a base connection of another sandbox."""
    usual = emulator.policy.check_reference

    def check(emulator: Emulator, request: Request, kind: str, identifier: Any) -> Record:
        record = emulator.store.get(kind, identifier) if isinstance(identifier, str) else None
        if kind == "connections" and record and record.org_id == request.owner.org_id:
            return record
        return usual(emulator, request, kind, identifier)

    emulator.policy.check_reference = check


@fault("base-of-other-sandbox-answers-server-error", breaks=[REFERENCES, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A reference to a base connection of another sandbox makes the service fail."""
    usual = emulator.policy.check_reference

    def check(emulator: Emulator, request: Request, kind: str, identifier: Any) -> Record:
        record = emulator.store.get(kind, identifier) if isinstance(identifier, str) else None
        if record is not None and not entities.visible(emulator, request, record):
            raise RefusalError(500, "The base connection could not be loaded")
        return usual(emulator, request, kind, identifier)

    emulator.policy.check_reference = check
