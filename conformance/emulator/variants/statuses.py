"""Other status codes, error bodies and headers that the documents show."""

from __future__ import annotations

import re
from typing import Any

from conformance.emulator import errors, registry
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, delay, empty, status
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.routing import ENTITIES, SERVICES
from conformance.emulator.variants import variant

CREATES = [f"create{name}" for name in ENTITIES.values()]
CONNECTION_CREATES = CREATES[:3]


@variant("delete-answers-202", documents=["facts:337", "S2:477"])
def _(emulator: Emulator) -> None:
    """Deleting a flow-service entity answers 202 instead of 204."""
    for name in ENTITIES.values():
        emulator.after(f"delete{name}", status(202))


@variant("patch-answers-202-empty", documents=["S2:477", "facts:286"])
def _(emulator: Emulator) -> None:
    """A successful PATCH of a flow answers 202 without a body."""
    emulator.after("updateFlow", empty(202))


@variant("connection-patch-answers-items", documents=["facts:76"])
def _(emulator: Emulator) -> None:
    """A successful PATCH of a source or target connection answers the list envelope."""

    def envelope(request: Request, response: Response, emulator: Emulator) -> Response:
        assert request.record is not None
        item = emulator.policy.present(emulator, request, request.record)
        return Response(200, {"items": [item]})

    for name in ("SourceConnection", "TargetConnection"):
        emulator.after(f"update{name}", envelope)


@variant("mapping-set-created-with-201", documents=["facts:342"])
def _(emulator: Emulator) -> None:
    """Creating a mapping set answers 201."""
    emulator.after("createMappingSet", status(201))


@variant("missing-spec-version-answers-422", documents=["X63", "destinations.yaml:229"])
@variant("bad-value-is-422", documents=["facts:139", "facts:340"])
def _(emulator: Emulator) -> None:
    """Creates of connections answer 422, without a catalogue number, for a bad value."""
    usual = emulator.policy.render_error

    def render(emulator: Emulator, request: Request, refusal: RefusalError) -> Response:
        if refusal.bad_value and request.operation in CONNECTION_CREATES:
            refusal.status, refusal.code = 422, ""
        return usual(emulator, request, refusal)

    emulator.policy.render_error = render


@variant("flow-error-is-a-message", documents=["X82", "facts:96"])
@variant("registry-error-is-plain", documents=["X83", "facts:98"])
@variant("older-error-bodies", documents=["facts:96", "facts:98"])
def _(emulator: Emulator) -> None:
    """Errors have the bodies of the older pages."""
    emulator.policy.render_error = _render_older


def _render_older(emulator: Emulator, request: Request, refusal: RefusalError) -> Response:
    if refusal.style or request.service not in ("flow-service", "schema-registry"):
        return errors.render(emulator, request, refusal)
    if request.service == "schema-registry":
        refusal.code = ""
        return errors.render(emulator, request, refusal)
    message = refusal.message
    payload: Any = {"message": message} if refusal.bad_value else {"errorMessage": message}
    if refusal.status in (404, 412):
        payload["errorDetails"] = message
    return Response(refusal.status, payload, dict(refusal.headers))


@variant("missing-accept-answers-406", documents=["facts:98", "facts:352"])
def _(emulator: Emulator) -> None:
    """The registry answers 406 when Accept is missing or unknown."""

    def check(emulator: Emulator, request: Request, wanted: re.Pattern[str]) -> re.Match[str]:
        try:
            return registry.check_accept(emulator, request, wanted)
        except RefusalError as refusal:
            raise RefusalError(406, refusal.message) from None

    emulator.policy.check_accept = check


@variant("error-code-is-integer", documents=["facts:92", "facts:351"])
def _(emulator: Emulator) -> None:
    """The gateway's error codes are numbers."""

    def numeric(payload: Any) -> Any:
        if isinstance(payload, dict) and str(payload.get("error_code", "")).isdigit():
            payload["error_code"] = int(payload["error_code"])
        return payload

    emulator.after("*", body(numeric), when="error")


@variant("location-header", documents=["facts:123", "facts:206", "facts:259"])
def _(emulator: Emulator) -> None:
    """Creates carry a Location header."""

    def locate(request: Request, response: Response, emulator: Emulator) -> Response:
        if request.record is not None:
            place = f"{SERVICES[request.service]}/{request.record.kind}/{request.record.id}"
            response.headers["Location"] = place
        return response

    for operation in (*CREATES, "createDataSet"):
        emulator.after(operation, locate)


@variant("slow-answers", documents=["facts:72"])
def _(emulator: Emulator) -> None:
    """Every answer takes 20 ms longer."""
    emulator.after("*", delay(0.02), when="always")


@variant("run-create-answers-items", documents=["facts:237", "facts:354"])
def _(emulator: Emulator) -> None:
    """Creating a run answers its id and etag in the list envelope."""
    emulator.after("createRun", body(lambda payload: {"items": [payload]}))
