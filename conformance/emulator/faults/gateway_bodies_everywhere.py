"""Faults of bodies that the plainest create does not meet: other services, updates, one kind."""

from __future__ import annotations

from typing import Any

from conformance.emulator import entities, flows
from conformance.emulator.alterations import asked, at, fail
from conformance.emulator.app import Emulator
from conformance.emulator.changes import only_if
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import NO_BODY, Request, Response, decode
from conformance.emulator.faults import fault
from conformance.emulator.faults.gateway_bodies import lacks_body, on_malformed
from conformance.emulator.faults.kinds import (
    CONNECTION,
    CONTRACT,
    FLOW,
    SERVER_ERROR,
    SOURCE,
    TARGET,
    Kind,
    family,
)

MALFORMED = "gateway.body.any-write-with-malformed-json-is-refused"
EMPTY = "gateway.body.any-write-without-body-is-refused"
OTHER_TYPE = "gateway.body.any-write-of-other-json-type-is-refused"
NO_VALUE = "patch-without-value-is-refused"
UNSTORED = FLOW.row("refused-create-stores-nothing")


@fault("malformed-patch-changes-nothing-but-is-done", breaks=[MALFORMED])
def _(emulator: Emulator) -> None:
    """An update that cannot be read counts as one without operations."""
    on_malformed(emulator, lambda body: [], lambda request: request.method == "PATCH")


@fault("cut-off-data-set-is-taken", breaks=[MALFORMED])
def _(emulator: Emulator) -> None:
    """A lenient reader of datasets closes what was left open."""
    on_malformed(emulator, lambda body: decode(body + b"}"), at("createDataSet"))


@fault("malformed-schema-crashes-the-registry", breaks=[MALFORMED, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A schema that is no JSON makes the registry fail."""

    def crash(body: bytes) -> Any:
        raise RefusalError(500, "Unexpected end of input")

    on_malformed(emulator, crash, at("createSchema"))


@family("{}-patch-without-body-is-done", EMPTY, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update without a body is an update without operations."""

    def fill(emulator: Emulator, request: Request) -> None:
        if request.payload is NO_BODY:
            request.payload = []

    emulator.before(kind.update, fill)


@fault("empty-mapping-set-crashes-data-prep", breaks=[EMPTY, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A mapping set without a body makes Data Prep fail."""
    emulator.after("createMappingSet", only_if(lacks_body, fail), when="error")


@family("{}-patch-of-one-operation-needs-no-array", OTHER_TYPE, kinds=(SOURCE, TARGET, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An operation that stands alone is taken for a patch of one."""

    def wrap(emulator: Emulator, request: Request) -> None:
        if isinstance(request.payload, dict):
            request.payload = [request.payload]

    emulator.before(kind.update, wrap)


@fault("array-of-one-flow-makes-a-flow", breaks=[OTHER_TYPE])
def _(emulator: Emulator) -> None:
    """A create whose body is an array takes its only element."""

    def unwrap(emulator: Emulator, request: Request) -> None:
        if isinstance(request.payload, list) and len(request.payload) == 1:
            request.payload = request.payload[0]

    emulator.before("createFlow", unwrap)


@fault("array-of-one-flow-is-stored-though-refused", breaks=[UNSTORED])
def _(emulator: Emulator) -> None:
    """A create whose body is an array is answered 400 but takes effect."""

    def store(request: Request, response: Response, emulator: Emulator) -> Response:
        if isinstance(request.payload, list) and len(request.payload) == 1:
            request.payload = request.payload[0]
            entities.create(emulator, request, flows.KIND)
        return response

    emulator.after("createFlow", store, when="error")


def _without_value(request: Request) -> list[dict[str, Any]]:
    operations = request.payload if isinstance(request.payload, list) else []
    adding = (one for one in operations if isinstance(one, dict) and one.get("op") == "add")
    return [one for one in adding if "value" not in one]


@family("{}-patch-without-value-stores-null", CONTRACT, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An operation without a value has the value null."""

    def fill(emulator: Emulator, request: Request) -> None:
        for one in _without_value(request):
            one["value"] = None

    emulator.before(kind.update, fill)


@family("{}-patch-without-value-crashes", NO_VALUE, SERVER_ERROR, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """An operation without a value makes the service fail."""
    lacking = asked(lambda request: bool(_without_value(request)), fail)
    emulator.after(kind.update, lacking, when="error")


@fault("patch-of-texts-crashes", breaks=[OTHER_TYPE, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """What stands in a patch is taken for an operation unseen."""
    texts = asked(lambda request: request.payload == ["x"], fail)
    emulator.after("updateFlow", texts, when="error")
