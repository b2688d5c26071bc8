"""Faults of the data collection inlet."""

from __future__ import annotations

from conformance.emulator.alterations import fail
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, drop, every, only_if, replace, retype, status
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault

ACCEPTED = "data-collection.inlet.message-is-accepted"
RECEIPT = "data-collection.inlet.receipt-names-inlet-and-transaction"
POSTED_TO = "data-collection.inlet.receipt-names-the-inlet-posted-to"
READS = "data-collection.answers.lawful-reads-succeed"
BATCH = "data-collection.inlet.batch-answers-multi-status"
UNKNOWN = "data-collection.inlet.unknown-inlet-is-refused"
OVERSIZED = "data-collection.inlet.oversized-message-is-refused"
CONTRACT = "data-collection.answers.fit-the-contract"
SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"


@fault("message-answers-202", breaks=[ACCEPTED, READS])
def _(emulator: Emulator) -> None:
    """A message is answered 202."""
    emulator.after("collect", status(202))


@fault("message-answers-401", breaks=[ACCEPTED, READS])
def _(emulator: Emulator) -> None:
    """The inlet wants a token that its flow never told of."""
    emulator.after("collect", body({"type": "x", "title": "Unauthorized", "status": "401"}))
    emulator.after("collect", status(401))


@fault("receipt-lacks-transaction", breaks=[RECEIPT])
def _(emulator: Emulator) -> None:
    """A receipt has no xactionId."""
    emulator.after("collect", drop("/xactionId"))


@fault("receipt-time-is-in-seconds", breaks=[RECEIPT])
def _(emulator: Emulator) -> None:
    """receivedTimeMs counts seconds."""
    emulator.after("collect", replace("/receivedTimeMs", lambda old: old // 1000))


@fault("receipt-time-is-a-date", breaks=[RECEIPT])
def _(emulator: Emulator) -> None:
    """receivedTimeMs is a date-time."""
    emulator.after("collect", replace("/receivedTimeMs", "2024-02-17T10:12:59Z"))


@fault("receipt-inlet-differs-in-its-last-digit", breaks=[POSTED_TO])
def _(emulator: Emulator) -> None:
    """The last digit of the inlet in a receipt is another one."""
    last = {"0": "1"}
    emulator.after("collect", replace("/inletId", lambda old: old[:-1] + last.get(old[-1], "0")))


@fault("batch-answers-200", breaks=[BATCH, "data-collection.answers.lawful-reads-succeed"])
def _(emulator: Emulator) -> None:
    """A batch is answered 200."""
    emulator.after("collectBatch", status(200))


@fault("batch-answers-once-for-all", breaks=[BATCH])
def _(emulator: Emulator) -> None:
    """A batch is answered with one response whatever it holds."""
    emulator.after("collectBatch", replace("/responses", lambda old: old[:1]))


@fault("batch-response-is-repeated", breaks=[BATCH])
def _(emulator: Emulator) -> None:
    """A batch is answered with one response too many."""
    emulator.after("collectBatch", replace("/responses", lambda old: [*old, old[-1]]))


def _strange(request: Request, response: Response, emulator: Emulator) -> bool:
    return request.params["inletId"] not in emulator.inlets


def _taken(request: Request, response: Response, emulator: Emulator) -> Response:
    receipt = {"inletId": request.params["inletId"], "receivedTimeMs": emulator.clock.millis()}
    return Response(200, receipt | {"xactionId": "0"})


@fault("unknown-inlet-takes-messages", breaks=[UNKNOWN])
def _(emulator: Emulator) -> None:
    """A message to no inlet gets a receipt."""
    emulator.after("collect", only_if(_strange, _taken), when="error")


@fault("unknown-inlet-answers-server-error", breaks=[UNKNOWN, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A message to no inlet makes the service fail."""
    emulator.after("collect", only_if(_strange, fail), when="error")


def _too_large(request: Request, response: Response, emulator: Emulator) -> bool:
    return response.status == 413


@fault("oversized-message-is-taken", breaks=[OVERSIZED])
def _(emulator: Emulator) -> None:
    """A message of any size gets a receipt."""
    emulator.after("collect", only_if(_too_large, _taken), when="error")


@fault("oversized-message-answers-server-error", breaks=[OVERSIZED, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A message that is too large makes the inlet fail."""
    emulator.after("collect", only_if(_too_large, fail), when="error")


@fault("receipt-of-batch-counts-seconds", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """receivedTimeMs of a batch counts seconds."""
    emulator.after("collectBatch", replace("/receivedTimeMs", lambda old: old // 1000))


@fault("batch-transactions-are-numbers", breaks=[CONTRACT, BATCH])
def _(emulator: Emulator) -> None:
    """The transactions of a batch are numbers."""
    emulator.after("collectBatch", retype("/responses/*/xactionId", "number"))


@fault("every-second-message-fails", breaks=[ACCEPTED, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """One message in two makes the inlet fail."""
    emulator.after("collect", every(2, fail))
