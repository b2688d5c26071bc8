"""Faults of request bodies: media types, malformed, empty and wrongly typed JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator import connections, entities
from conformance.emulator.alterations import When, refuse
from conformance.emulator.app import Emulator
from conformance.emulator.changes import only_if
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response, decode
from conformance.emulator.faults import fault
from conformance.emulator.gateway import media_type

NO_TYPE = "gateway.media-type.write-without-media-type-is-refused"
STORED = "flow-service.connections.refused-create-stores-nothing"
OTHER_TYPE = "gateway.media-type.write-with-other-media-type-is-refused"
MALFORMED = "gateway.body.malformed-json-is-refused"
EMPTY = "gateway.body.empty-body-is-refused"
ARRAY = "gateway.body.body-of-other-json-type-is-refused"
SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"
PLACEHOLDER = {
    "name": "unnamed",
    "connectionSpec": {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"},
}
Otherwise = Callable[[bytes], Any]


def _any_call(request: Request) -> bool:
    return True


def _untyped(request: Request) -> bool:
    return not media_type(request)


def _otherwise_typed(request: Request) -> bool:
    return media_type(request) not in ("", "application/json")


def lacks_body(request: Request, response: Response, emulator: Emulator) -> bool:
    """Whether a request has no body."""
    return not request.body.strip()


def _has_array(request: Request, response: Response, emulator: Emulator) -> bool:
    return request.body.lstrip().startswith(b"[")


@fault("write-without-media-type-is-taken", breaks=[NO_TYPE])
def _(emulator: Emulator) -> None:
    """A body without a Content-Type is read as JSON."""
    usual = emulator.policy.check_content_type

    def check(emulator: Emulator, request: Request) -> None:
        if not _untyped(request):
            usual(emulator, request)

    emulator.policy.check_content_type = check


@fault("write-with-any-media-type-is-taken", breaks=[OTHER_TYPE])
def _(emulator: Emulator) -> None:
    """A body is read as JSON whatever its Content-Type says."""
    usual = emulator.policy.check_content_type

    def check(emulator: Emulator, request: Request) -> None:
        if not _otherwise_typed(request):
            usual(emulator, request)

    emulator.policy.check_content_type = check


@fault("write-without-media-type-answers-406", breaks=[NO_TYPE])
def _(emulator: Emulator) -> None:
    """A body without a Content-Type is answered Not Acceptable."""
    usual = emulator.policy.check_content_type

    def check(emulator: Emulator, request: Request) -> None:
        if _untyped(request):
            raise RefusalError(406, "A valid content-type must be specified", style="placeholder")
        usual(emulator, request)

    emulator.policy.check_content_type = check


@fault("other-media-type-answers-server-error", breaks=[OTHER_TYPE, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A Content-Type that no reader knows makes the service fail."""
    usual = emulator.policy.check_content_type

    def check(emulator: Emulator, request: Request) -> None:
        if _otherwise_typed(request):
            raise RefusalError(500, "There is no reader for the media type", style="placeholder")
        usual(emulator, request)

    emulator.policy.check_content_type = check


@fault("refused-media-type-is-stored-anyway", breaks=[STORED])
def _(emulator: Emulator) -> None:
    """A write of another media type is answered 400 but takes effect."""
    usual = emulator.policy.check_content_type

    def check(emulator: Emulator, request: Request) -> None:
        if request.operation == "createConnection" and _otherwise_typed(request):
            request.payload = decode(request.body)
            entities.create(emulator, request, connections.BASE)
        usual(emulator, request)

    emulator.policy.check_content_type = check


def on_malformed(emulator: Emulator, otherwise: Otherwise, when: When = _any_call) -> None:
    """Make another payload of a body that is no JSON, or refuse it otherwise."""
    usual = emulator.policy.parse_body

    def parse(emulator: Emulator, request: Request) -> Any:
        try:
            return usual(emulator, request)
        except RefusalError:
            if when(request):
                return otherwise(request.body)
            raise

    emulator.policy.parse_body = parse


@fault("malformed-json-is-taken", breaks=[MALFORMED])
def _(emulator: Emulator) -> None:
    """A body that is no JSON makes a base connection of defaults."""
    on_malformed(emulator, lambda body: dict(PLACEHOLDER))


@fault("malformed-json-answers-server-error", breaks=[MALFORMED, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A body that is no JSON makes the service fail."""

    def crash(body: bytes) -> Any:
        raise RefusalError(500, "Unexpected token")

    on_malformed(emulator, crash)


@fault("malformed-json-answers-404", breaks=[MALFORMED])
def _(emulator: Emulator) -> None:
    """A body that is no JSON is answered as if the path did not exist."""

    def lose(body: bytes) -> Any:
        raise RefusalError(404, "No such resource")

    on_malformed(emulator, lose)


@fault("empty-body-makes-a-connection", breaks=[EMPTY])
def _(emulator: Emulator) -> None:
    """A create without a body makes a base connection of defaults."""

    def fill(emulator: Emulator, request: Request) -> Response | None:
        if not request.body.strip():
            request.payload = dict(PLACEHOLDER)
        return None

    emulator.before("createConnection", fill)


@fault("empty-body-answers-411", breaks=[EMPTY])
def _(emulator: Emulator) -> None:
    """A create without a body is asked for its length."""
    emulator.after("createConnection", only_if(lacks_body, refuse(411)), when="error")


@fault("empty-body-answers-server-error", breaks=[EMPTY, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A create without a body makes the service fail."""
    emulator.after("createConnection", only_if(lacks_body, refuse(500)), when="error")


@fault("array-body-is-read-by-its-first-element", breaks=[ARRAY])
def _(emulator: Emulator) -> None:
    """A create whose body is an array makes a base connection of the first element."""

    def unwrap(emulator: Emulator, request: Request) -> Response | None:
        if isinstance(request.payload, list):
            first = request.payload[0] if request.payload else None
            request.payload = first if isinstance(first, dict) and first else dict(PLACEHOLDER)
        return None

    emulator.before("createConnection", unwrap)


@fault("array-body-answers-server-error", breaks=[ARRAY, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A create whose body is an array makes the service fail."""
    emulator.after("createConnection", only_if(_has_array, refuse(500)), when="error")
