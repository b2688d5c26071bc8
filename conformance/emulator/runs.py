"""Flow runs: planned by schedules, asked for by clients, caused by inlet messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.emulator import entities, flowrules, validation
from conformance.emulator.errors import bad_value, flow_refusal
from conformance.emulator.exchange import Request, Response
from conformance.emulator.gateway import required_object
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

MOST_RUNS_PER_FLOW = 50
ROW_BYTES = 62


def plan(emulator: Emulator, flow: Record, at: int) -> None:
    """Have a scheduled flow run once its start time has come."""
    start = flowrules.start_of(flow.document)
    if start is None:
        return

    def still_wanted() -> bool:
        return emulator.store.holds(flow) and flow.document["state"] == "enabled"

    due = max(at + round(emulator.settle * 1000), start * 1000)
    emulator.agenda.at(due, lambda at: emulator.policy.finish_run(emulator, flow, at), still_wanted)


def finish_run(emulator: Emulator, flow: Record, at: int) -> None:
    """Record a finished run of a flow."""
    rows = emulator.ids.random.randint(1, 100)
    record(emulator, flow, at, metrics(at, rows))


def record(
    emulator: Emulator, flow: Record, at: int, measured: Document, params: Any = None
) -> Record:
    """Keep a run; the oldest of the flow makes room when there are too many."""
    own: list[Record] = flow.extra.setdefault("ownRuns", [])
    if len(own) >= MOST_RUNS_PER_FLOW:
        emulator.store.remove(own.pop(0))
    run = _new_run(emulator, flow, at, measured)
    own.append(run)
    if params is not None:
        run.document["params"] = params
    summary = {"id": run.id, "state": measured["statusSummary"]["status"]}
    flow.extra["lastRunDetails"] = summary | measured["durationSummary"]
    return emulator.store.add(run)


def _new_run(emulator: Emulator, flow: Record, at: int, measured: Document) -> Record:
    inherited = "createdBy updatedBy createdClient updatedClient sandboxId sandboxName imsOrgId"
    identifier, etag = (
        emulator.policy.new_id(emulator, "runs"),
        emulator.policy.new_etag(emulator, None),
    )
    document = {
        "id": identifier,
        "createdAt": at,
        "updatedAt": at,
        **{name: flow.document[name] for name in inherited.split()},
        "flowId": flow.id,
        "flowSpec": dict(flow.document["flowSpec"]),
        "providerRefId": f"{flow.id}:{emulator.ids.uuid()}",
        "version": etag,
        "etag": etag,
        "metrics": measured,
        "activities": [_activity(emulator, at, measured)],
    }
    return Record("runs", identifier, flow.org_id, flow.sandbox, document)


def metrics(at: int, rows: int, size: int | None = None) -> Document:
    """The summaries of a successful run over some rows (facts:236)."""
    size = rows * ROW_BYTES if size is None else size
    return {
        "durationSummary": {"startedAtUTC": at - 1000, "completedAtUTC": at},
        "sizeSummary": {"inputBytes": size, "outputBytes": size},
        "recordSummary": {
            "inputRecordCount": rows,
            "outputRecordCount": rows,
            "createdRecordCount": rows,
            "failedRecordCount": 0,
            "skippedRecordCount": 0,
        },
        "fileSummary": {"inputFileCount": 1, "outputFileCount": 1},
        "statusSummary": {"status": "success"},
    }


def _activity(emulator: Emulator, at: int, measured: Document) -> Document:
    names = "durationSummary sizeSummary recordSummary fileSummary statusSummary"
    summaries = {name: dict(measured[name]) for name in names.split()}
    return {"id": emulator.ids.uuid(), "updatedAtUTC": at, **summaries}


def forget(emulator: Emulator, flow: Record) -> None:
    """Remove the runs of a deleted flow."""
    for run in flow.extra.pop("ownRuns", []):
        emulator.store.remove(run)


def create(emulator: Emulator, request: Request) -> Response:
    """Run a flow that is scheduled once (flow-service.yaml:2307)."""
    payload = required_object(request)
    identifier = payload.get("flowId")
    flow = (
        entities.find(emulator, request, "flows", identifier)
        if isinstance(identifier, str)
        else None
    )
    if flow is None:
        raise bad_value("flowId does not name a flow", "1430-400")
    params = validation.mapping(payload, "params", required=False)
    emulator.policy.check_run(emulator, flow)
    at = emulator.clock.millis()
    rows = emulator.ids.random.randint(1, 100)
    request.record = record(emulator, flow, at, metrics(at, rows), params or None)
    return Response(201, entities.identity(request.record))


def check_run(emulator: Emulator, flow: Record) -> None:
    """Only an enabled flow with frequency once can be run on demand (1444-400)."""
    schedule: Any = flow.document.get("scheduleParams") or {}
    if schedule.get("frequency") != "once":
        raise flow_refusal("1444-400", "The flow is not scheduled for one-time ingestion", flow.id)
    if flow.document["state"] == "disabled":
        raise flow_refusal("1444-400", "The flow is disabled", flow.id)
