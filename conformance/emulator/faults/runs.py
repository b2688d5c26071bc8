"""Faults of flow runs."""

from __future__ import annotations

from conformance.emulator import listing
from conformance.emulator.alterations import asked, fail, without
from conformance.emulator.app import Emulator
from conformance.emulator.changes import drop, every, replace, retype
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault

ITEMS = "flow-service.runs.list-answers-items"
OWN = "flow-service.runs.runs-belong-to-the-flow"
APART = "flow-service.runs.another-flows-runs-are-not-listed"
METRICS = "flow-service.runs.metrics-have-documented-types"
READABLE = "flow-service.runs.run-is-readable"
CONTRACT = "flow-service.answers.fit-the-contract"
LAWFUL = "flow-service.answers.lawful-reads-succeed"


@fault("run-list-is-called-runs", breaks=[ITEMS])
def _(emulator: Emulator) -> None:
    """The list of runs stands in runs."""

    def rename(request: Request, response: Response, emulator: Emulator) -> Response:
        response.payload["runs"] = response.payload.pop("items", [])
        return response

    emulator.after("listRuns", rename)


@fault("empty-run-list-lacks-items", breaks=[ITEMS])
def _(emulator: Emulator) -> None:
    """A flow without runs is answered with an empty object."""

    def empty(request: Request, response: Response, emulator: Emulator) -> Response:
        return response if response.payload.get("items") else Response(200, {"_links": {}})

    emulator.after("listRuns", asked(lambda request: "count" not in dict(request.query), empty))


@fault("run-filter-is-ignored", breaks=[OWN, APART])
def _(emulator: Emulator) -> None:
    """The runs of one flow are the runs of all."""
    emulator.before("listRuns", without("property"))


@fault("run-list-ends-with-another-flows-run", breaks=[OWN, APART])
def _(emulator: Emulator) -> None:
    """The runs of a flow end with one of another flow, once there is one."""

    def add_other(request: Request, response: Response, emulator: Emulator) -> Response:
        flow_id = (request.argument("property") or "").rpartition("=")[2]
        for record in emulator.store.newest_first("runs"):
            if record.document["flowId"] != flow_id and "items" in response.payload:
                response.payload["items"].append(emulator.policy.present(emulator, request, record))
                break
        return response

    emulator.after("listRuns", add_other)


@fault("runs-are-relabelled", breaks=[APART])
def _(emulator: Emulator) -> None:
    """The runs of all flows are listed for each, under the flow id that was asked for."""

    def relabel(request: Request, response: Response, emulator: Emulator) -> Response:
        flow_id = (request.argument("property") or "").rpartition("=")[2].strip('"')
        request.query = []
        listed = listing.answer(emulator, request, "runs", emulator.store.newest_first("runs"))
        return replace("/items/*/flowId", flow_id)(request, listed, emulator)

    wanted = asked(lambda request: "flowId" in (request.argument("property") or ""), relabel)
    emulator.after("listRuns", wanted)


@fault("runs-name-their-flow-in-capitals", breaks=[OWN])
def _(emulator: Emulator) -> None:
    """flowId of a listed run is spelled in capitals."""
    emulator.after("listRuns", replace("/items/*/flowId", str.upper))


@fault("runs-name-no-flow", breaks=[OWN])
def _(emulator: Emulator) -> None:
    """A listed run says nothing of its flow."""
    emulator.after("listRuns", drop("/items/*/flowId"))


@fault("run-record-counts-are-text", breaks=[METRICS])
def _(emulator: Emulator) -> None:
    """The counts of a run's records are numbers in quotes."""
    emulator.after("listRuns", retype("/items/*/metrics/recordSummary/*", "string"))


@fault("run-sizes-are-negative", breaks=[METRICS])
def _(emulator: Emulator) -> None:
    """A run read less than nothing."""
    emulator.after("listRuns", replace("/items/*/metrics/sizeSummary/inputBytes", -1))


@fault("runs-lack-metrics", breaks=[METRICS])
def _(emulator: Emulator) -> None:
    """Listed runs have no metrics."""
    emulator.after("listRuns", drop("/items/*/metrics"))


@fault("run-cannot-be-read", breaks=[READABLE, LAWFUL])
def _(emulator: Emulator) -> None:
    """A listed run cannot be read."""
    emulator.after("getRun", fail)


@fault("run-is-read-as-another", breaks=[READABLE])
def _(emulator: Emulator) -> None:
    """A run that is read has the id of its flow."""

    def swap(request: Request, response: Response, emulator: Emulator) -> Response:
        for item in response.payload["items"]:
            item["id"] = item["flowId"]
        return response

    emulator.after("getRun", swap)


@fault("run-is-read-twice", breaks=[READABLE, CONTRACT])
def _(emulator: Emulator) -> None:
    """A run that is read stands in items twice."""
    emulator.after("getRun", replace("/items", lambda items: items * 2))


@fault("run-activities-are-objects", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """The activities of a listed run are an object."""
    emulator.after("listRuns", retype("/items/*/activities", "object"))


@fault("every-third-run-list-fails", breaks=[LAWFUL])
def _(emulator: Emulator) -> None:
    """One list of runs in three makes the flow service fail."""
    emulator.after("listRuns", every(3, fail))
