"""Faults of how answers are written: media types, JSON texts, error bodies, secrets."""

from __future__ import annotations

from conformance.emulator.alterations import HTML, asked
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import every, header, only_if, raw, replace
from conformance.emulator.exchange import NO_BODY, Request, Response, encode
from conformance.emulator.faults import fault

DECLARED = "gateway.media-type.answers-are-json"
PARSED = "gateway.media-type.answers-parse-as-json"
EXPLAINED = "gateway.errors.refusals-explain-themselves"
SAME_STATUS = "gateway.errors.status-in-body-equals-status"
SECRETS = "gateway.errors.secrets-are-never-echoed"
CONTRACT = "flow-service.answers.fit-the-contract"
SPEC_READ = "flow-service.connection-specs.read-returns-requested-spec"
REASONS = ("message", "errorMessage", "title", "detail", "error", "report", "error_description")


def _of(service: str, status: int = 0) -> After:
    def strip(request: Request, response: Response, emulator: Emulator) -> Response:
        wanted = request.service == service and status in (0, response.status)
        if wanted and isinstance(response.payload, dict):
            kept = {k: v for k, v in response.payload.items() if k not in REASONS}
            response.payload = kept
        return response

    return strip


def _rewritten(prefix: bytes, suffix: bytes) -> After:
    def rewrite(request: Request, response: Response, emulator: Emulator) -> Response:
        if response.payload is not NO_BODY:
            response.raw = prefix + encode(response.payload) + suffix
        return response

    return rewrite


def _with_status(status: int, change: After) -> After:
    return only_if(lambda request, response, emulator: response.status == status, change)


def _page(request: Request, response: Response, emulator: Emulator) -> Response:
    return Response(response.status, headers={"Content-Type": "text/html"}, raw=HTML)


@fault("answers-declare-plain-text", breaks=[DECLARED])
def _(emulator: Emulator) -> None:
    """JSON goes out as text/plain."""
    emulator.after("*", header("Content-Type", "text/plain; charset=utf-8"), when="always")


@fault("answers-declare-nothing", breaks=[DECLARED])
def _(emulator: Emulator) -> None:
    """Lists of flows go out without a Content-Type."""
    emulator.after("listFlows", header("Content-Type", None))


@fault("every-twentieth-answer-declares-script", breaks=[DECLARED])
def _(emulator: Emulator) -> None:
    """One answer in twenty goes out as application/javascript."""
    emulator.after("*", every(20, header("Content-Type", "application/javascript")), when="always")


@fault("refusals-declare-plain-text", breaks=[DECLARED])
def _(emulator: Emulator) -> None:
    """The JSON of a 412 goes out as text/plain."""
    emulator.after("*", _with_status(412, header("Content-Type", "text/plain")), when="error")


@fault("missing-entities-answer-a-page", breaks=[DECLARED, EXPLAINED])
def _(emulator: Emulator) -> None:
    """A flow that is not found is answered with an HTML page."""
    emulator.after("getFlow", _with_status(404, _page), when="error")


@fault("error-page-declares-json", breaks=[PARSED, EXPLAINED])
def _(emulator: Emulator) -> None:
    """An HTML page for flows that are not found goes out as JSON."""
    emulator.after("getFlow", _with_status(404, raw(HTML)), when="error")


@fault("refusals-end-in-a-comma", breaks=[PARSED, EXPLAINED])
def _(emulator: Emulator) -> None:
    """The JSON of a 400 of the flow service ends in one character too many."""
    emulator.after("createFlow", _rewritten(b"", b","), when="error")


@fault("spec-answers-come-twice", breaks=[PARSED, CONTRACT, SPEC_READ])
def _(emulator: Emulator) -> None:
    """A connection spec is answered as two JSON texts in a row."""
    emulator.after("getConnectionSpec", _rewritten(b"", b"\n{}"))


@fault("deleted-entities-answer-cut-off-json", breaks=[PARSED, EXPLAINED])
def _(emulator: Emulator) -> None:
    """The last character of a 404 of a base connection is lost."""

    def cut(request: Request, response: Response, emulator: Emulator) -> Response:
        response.raw = encode(response.payload)[:-1]
        return response

    emulator.after("getConnection", _with_status(404, cut), when="error")


@fault("gateway-refusals-say-nothing", breaks=[EXPLAINED])
def _(emulator: Emulator) -> None:
    """The gateway refuses with a number only."""
    emulator.after("listConnections", _of("flow-service"), when="error")


@fault("flow-service-refusals-say-nothing", breaks=[EXPLAINED])
def _(emulator: Emulator) -> None:
    """The flow service refuses with a type and a status only."""
    emulator.after("*", _of("flow-service"), when="error")


@fault("stale-etags-are-refused-in-silence", breaks=[EXPLAINED])
def _(emulator: Emulator) -> None:
    """A 412 says only its status."""
    emulator.after("*", _of("flow-service", 412), when="error")


@fault("registry-refusals-say-nothing", breaks=[EXPLAINED])
def _(emulator: Emulator) -> None:
    """The registry refuses with a type and a status only."""
    emulator.after("*", _of("schema-registry"), when="error")


@fault("refusals-explain-with-empty-text", breaks=[EXPLAINED])
def _(emulator: Emulator) -> None:
    """Every reason that a refusal of the flow service gives is the empty string."""

    def hush(request: Request, response: Response, emulator: Emulator) -> Response:
        if request.service == "flow-service" and isinstance(response.payload, dict):
            response.payload |= {name: "" for name in REASONS if name in response.payload}
        return response

    emulator.after("*", hush, when="error")


@fault("not-found-bodies-say-400", breaks=[SAME_STATUS])
def _(emulator: Emulator) -> None:
    """The body of a 404 says status 400."""
    emulator.after("*", _with_status(404, replace("/status", 400)), when="error")


@fault("stale-etag-bodies-say-409", breaks=[SAME_STATUS])
def _(emulator: Emulator) -> None:
    """The body of a 412 says status 409."""
    emulator.after("*", _with_status(412, replace("/status", 409)), when="error")


@fault("registry-bodies-say-200-as-text", breaks=[SAME_STATUS])
def _(emulator: Emulator) -> None:
    """The body of a registry refusal says status "200"."""
    emulator.after("getSchema", replace("/status", "200"), when="error")


def _echo(request: Request, response: Response, emulator: Emulator) -> Response:
    if isinstance(request.payload, dict) and isinstance(response.payload, dict):
        response.payload["received"] = request.payload.get("auth")
    return response


@fault("created-connection-repeats-its-credentials", breaks=[SECRETS])
def _(emulator: Emulator) -> None:
    """The answer to a new base connection repeats the credentials that were sent."""
    emulator.after("createConnection", _echo)


@fault("refused-credentials-are-repeated", breaks=[SECRETS])
def _(emulator: Emulator) -> None:
    """The refusal of a base connection repeats the credentials that were sent."""
    emulator.after("createConnection", _echo, when="error")


@fault("refusals-repeat-the-token", breaks=[SECRETS])
def _(emulator: Emulator) -> None:
    """A refusal repeats the Authorization header of the call."""

    def tell(request: Request, response: Response, emulator: Emulator) -> Response:
        if isinstance(response.payload, dict):
            response.payload["caller"] = request.headers.get("authorization", "")
        return response

    wanted = asked(lambda request: request.service == "flow-service", tell)
    emulator.after("*", wanted, when="error")
