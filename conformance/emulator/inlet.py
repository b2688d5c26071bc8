"""The data collection inlet that streaming flows read from (facts:271)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from conformance.emulator import runs
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response, decode
from conformance.emulator.gateway import media_type
from conformance.emulator.store import MOST_RECORDS, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

MOST_BYTES = 1024 * 1024
SMILE = b":)\n"
SYNCHRONOUS_PER_MINUTE = 60


def new_inlet(emulator: Emulator) -> str:
    """An inlet id of 64 hexadecimal digits."""
    return emulator.ids.hex(64)


def open_inlet(emulator: Emulator, flow: Record) -> str:
    """Give a flow an inlet of its own; the oldest inlet goes when there are too many."""
    if len(emulator.inlets) >= MOST_RECORDS:
        del emulator.inlets[next(iter(emulator.inlets))]
    inlet = emulator.policy.new_inlet(emulator)
    emulator.inlets[inlet] = flow
    return inlet


def collect(emulator: Emulator, request: Request) -> Response:
    """Take one message."""
    flow = _flow(emulator, request)
    message = _message(emulator, request, flow)
    emulator.policy.check_message(emulator, request, flow, message)
    _run(emulator, flow, 1, len(request.body))
    return Response(200, _receipt(emulator, request) | {"xactionId": _transaction(emulator)})


def collect_batch(emulator: Emulator, request: Request) -> Response:
    """Take several messages; each has its own outcome."""
    flow = _flow(emulator, request)
    body = _message(emulator, request, flow)
    messages = body.get("messages") if isinstance(body, dict) else None
    if not isinstance(messages, list) or not messages:
        raise RefusalError(400, "The request body must have an array of messages")
    outcomes = [_outcome(emulator, request, flow, message) for message in messages]
    taken = sum("xactionId" in outcome for outcome in outcomes)
    if taken:
        _run(emulator, flow, taken, len(request.body))
    receipt = _receipt(emulator, request) | {"batchId": _transaction(emulator)}
    return Response(207, receipt | {"responses": outcomes})


def _outcome(emulator: Emulator, request: Request, flow: Record, message: Any) -> dict[str, Any]:
    try:
        emulator.policy.check_message(emulator, request, flow, message)
    except RefusalError as refusal:
        return {"statusCode": refusal.status, "message": refusal.message}
    return {"xactionId": _transaction(emulator)}


def _flow(emulator: Emulator, request: Request) -> Record:
    flow = emulator.inlets.get(request.params["inletId"])
    if flow is None or not emulator.store.holds(flow):
        raise RefusalError(400, "The inlet does not exist")
    return flow


def _message(emulator: Emulator, request: Request, flow: Record) -> Any:
    if len(request.body) > MOST_BYTES:
        raise RefusalError(413, "The payload is larger than 1 MB")
    if media_type(request) == "application/x-jackson-smile" and request.body.startswith(SMILE):
        return {}
    if media_type(request) != "application/json":
        raise RefusalError(400, "A valid content-type must be specified")
    if request.argument("syncValidation") == "true":
        _check_rate(emulator, flow)
    try:
        return decode(request.body)
    except (ValueError, RecursionError):
        raise RefusalError(400, "The message is not valid JSON") from None


def _check_rate(emulator: Emulator, flow: Record) -> None:
    now = emulator.clock.now()
    recent = flow.extra.setdefault("synchronous", deque(maxlen=SYNCHRONOUS_PER_MINUTE))
    if len(recent) == SYNCHRONOUS_PER_MINUTE and recent[0] > now - 60:
        raise RefusalError(429, "Too many requests with syncValidation")
    recent.append(now)


def check_message(emulator: Emulator, request: Request, flow: Record, message: Any) -> None:
    """A message is an object; a flow id sent along must be the inlet's flow."""
    if not isinstance(message, dict):
        raise RefusalError(400, "The message must be a JSON object")
    named = request.headers.get("x-adobe-flow-id") or request.argument("x-adobe-flow-id")
    if named is not None and named != flow.id:
        raise RefusalError(400, "The flow id is not that of the inlet")


def _run(emulator: Emulator, flow: Record, rows: int, size: int) -> None:
    at = emulator.clock.millis()
    runs.record(emulator, flow, at, runs.metrics(at, rows, size))


def _transaction(emulator: Emulator) -> str:
    number = next(emulator.ids.transactions)
    return f"{emulator.clock.millis()}:{number:04d}:{number % 97}"


def _receipt(emulator: Emulator, request: Request) -> dict[str, Any]:
    return {"inletId": request.params["inletId"], "receivedTimeMs": emulator.clock.millis()}
