"""Counts, refused queries and sandboxes of the list of flows."""

from __future__ import annotations

from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, drop, only_if, retype, status
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import CONTRACT, FLOW, READS, SERVER_ERROR
from conformance.emulator.store import Record

COUNT = FLOW.row("list-count-answers-a-number")
BOTH = FLOW.row("limit-with-count-is-refused")
PARAMETER = FLOW.row("unknown-query-parameter-is-refused")
SANDBOX = "gateway.sandbox.entities-stay-in-their-sandbox"


def _counted(request: Request, response: Response, emulator: Emulator) -> bool:
    return request.argument("count") == "true"


def _recount(payload: Any) -> Any:
    return payload | {"count": payload["count"] + 1}


@fault("flow-count-is-text", breaks=[COUNT, CONTRACT])
def _(emulator: Emulator) -> None:
    """A count is a string of digits."""
    emulator.after("listFlows", only_if(_counted, retype("/count", "string")))


@fault("flow-count-is-one-too-high", breaks=[COUNT])
def _(emulator: Emulator) -> None:
    """A count is one too high."""
    emulator.after("listFlows", only_if(_counted, body(_recount)))


@fault("flow-count-is-left-out", breaks=[COUNT, FLOW.row("list-uses-items-envelope")])
def _(emulator: Emulator) -> None:
    """A list with count answers an empty object."""
    emulator.after("listFlows", only_if(_counted, drop("/count")))


@fault("flow-count-ignores-the-filter", breaks=[COUNT])
def _(emulator: Emulator) -> None:
    """A count covers all flows of the sandbox."""

    def ignore(emulator: Emulator, request: Request) -> None:
        if request.argument("count") == "true":
            request.query = [(name, text) for name, text in request.query if name != "property"]

    emulator.before("listFlows", ignore)


@fault("flow-count-is-never-above-one", breaks=[COUNT])
def _(emulator: Emulator) -> None:
    """A count says one for any number of flows."""

    def most(payload: Any) -> Any:
        return payload | {"count": min(payload["count"], 1)}

    emulator.after("listFlows", only_if(_counted, body(most)))


@fault("flow-list-takes-limit-with-count", breaks=[BOTH])
def _(emulator: Emulator) -> None:
    """A list with limit and count answers the count."""

    def choose(emulator: Emulator, request: Request) -> None:
        if request.argument("count") == "true":
            request.query = [(name, text) for name, text in request.query if name != "limit"]

    emulator.before("listFlows", choose)


@fault("flow-list-with-limit-and-count-answers-500", breaks=[BOTH, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A list with limit and count is answered 500."""

    def fail(emulator: Emulator, request: Request) -> None:
        if request.argument("count") == "true" and request.argument("limit"):
            raise RefusalError(500, "The query failed")

    emulator.before("listFlows", fail)


@fault("flow-list-takes-unknown-parameters", breaks=[PARAMETER])
def _(emulator: Emulator) -> None:
    """Unknown query parameters of a list are passed over."""

    def pass_over(emulator: Emulator, request: Request) -> None:
        known = ("property", "limit", "count", "orderby", "continuationToken")
        request.query = [(name, text) for name, text in request.query if name in known]

    emulator.before("listFlows", pass_over)


@fault("flow-list-with-unknown-parameter-answers-404", breaks=[PARAMETER])
def _(emulator: Emulator) -> None:
    """A list with an unknown query parameter is refused with 404."""

    def refuse(emulator: Emulator, request: Request) -> None:
        known = ("property", "limit", "count", "orderby", "continuationToken")
        if any(name not in known for name, _ in request.query):
            raise RefusalError(404, "No such list")

    emulator.before("listFlows", refuse)


@fault("flow-count-answers-202", breaks=[READS])
def _(emulator: Emulator) -> None:
    """A list with count is answered 202."""
    emulator.after("listFlows", only_if(_counted, status(202)))


@fault("listed-flows-have-numeric-authors", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """Listed flows have a number for createdBy."""
    emulator.after("listFlows", retype("/items/*/createdBy", "number"))


@fault("sandboxes-share-flows", breaks=[SANDBOX])
def _(emulator: Emulator) -> None:
    """Flows can be read and listed from every sandbox of the organisation."""
    usual = emulator.policy.visible

    def visible(emulator: Emulator, request: Request, record: Record) -> bool:
        own = record.kind == "flows" and record.org_id == request.owner.org_id
        return usual(emulator, request, record) or (own and emulator.store.holds(record))

    emulator.policy.visible = visible
