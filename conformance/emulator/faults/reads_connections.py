"""Tests and explorations of base connections, and secrets in their reads."""

from __future__ import annotations

from conformance.emulator import auth
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, drop, replace, retype, status
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import CONNECTION, READS, SERVER_ERROR
from conformance.emulator.store import Document, Record

CONTRACT = "flow-service.answers.fit-the-contract"
TEST = CONNECTION.row("test-answers-result")
EXPLORE = CONNECTION.row("explore-describes-structure")
NO_PARAMETERS = CONNECTION.row("explore-without-parameters-is-refused")
SECRETS = CONNECTION.row("secrets-are-not-returned")


@fault("connection-test-answers-text", breaks=[TEST, CONTRACT])
def _(emulator: Emulator) -> None:
    """The result of a connection test is the string `true`."""
    emulator.after("testConnection", retype("/result", "string"))


@fault("connection-test-answers-nothing", breaks=[TEST, CONTRACT])
def _(emulator: Emulator) -> None:
    """A connection test is answered with an empty object."""
    emulator.after("testConnection", drop("/result"))


@fault("connection-test-answers-202", breaks=[TEST, READS])
def _(emulator: Emulator) -> None:
    """A connection test is answered 202."""
    emulator.after("testConnection", status(202))


@fault("connection-explore-is-flat", breaks=[EXPLORE])
def _(emulator: Emulator) -> None:
    """The structure of a REST source is called flat."""
    emulator.after("exploreConnection", replace("/format", "flat"))


@fault("connection-explore-lacks-the-schema", breaks=[EXPLORE, CONTRACT])
def _(emulator: Emulator) -> None:
    """The structure of a REST source comes without its schema."""
    emulator.after("exploreConnection", drop("/schema"))


@fault("connection-explore-answers-404", breaks=[EXPLORE, READS])
def _(emulator: Emulator) -> None:
    """Exploring a REST source is answered 404."""
    gone = {"title": "Resource not found", "status": 404, "errorMessage": "Not found"}

    def lost(request: Request, response: Response, emulator: Emulator) -> Response:
        return Response(404, dict(gone))

    emulator.after("exploreConnection", lost)


@fault("connection-explores-without-parameters", breaks=[NO_PARAMETERS])
def _(emulator: Emulator) -> None:
    """Exploring without parameters is answered with an empty structure."""
    empty = {"format": "hierarchical", "schema": {"type": "object", "properties": {}}}

    def accept(request: Request, response: Response, emulator: Emulator) -> Response:
        return Response(200, dict(empty)) if response.status == 400 else response

    emulator.after("exploreConnection", accept, when="error")


@fault("connection-explore-without-parameters-answers-500", breaks=[NO_PARAMETERS, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """Exploring without parameters is answered 500."""
    emulator.after("exploreConnection", status(500), when="error")
    emulator.after("exploreConnection", body({"title": "Error", "status": 500}), when="error")


@fault("connection-shows-its-secrets", breaks=[SECRETS])
def _(emulator: Emulator) -> None:
    """A base connection is read with its secrets in the clear."""
    emulator.policy.hide_secrets = lambda emulator, record, params: None


@fault("connection-shows-its-second-secret", breaks=[SECRETS])
def _(emulator: Emulator) -> None:
    """Of several secrets of a base connection only one is hidden."""

    def hide(emulator: Emulator, record: Record, params: Document) -> None:
        for name in sorted(auth.secret_names(emulator, record) & params.keys())[:1]:
            del params[name]

    emulator.policy.hide_secrets = hide
