"""States on the way to others, in which no update and no delete is taken."""

from __future__ import annotations

from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.errors import bad_value, flow_refusal
from conformance.emulator.exchange import Request, Response
from conformance.emulator.store import Document, Record
from conformance.emulator.variants import variant

A_MOMENT = 120
LEAVING = "delete-finalizing"
SETTLED = ("enabled", "disabled")


def _arrive(emulator: Emulator, record: Record, passing: str) -> None:
    """Put a record into a passing state; it is back in its own a moment later."""
    own = record.document["state"]
    record.document["state"] = passing

    def arrive(at: int) -> None:
        record.document["state"] = own

    def still_wanted() -> bool:
        return emulator.store.holds(record) and record.document["state"] == passing

    emulator.agenda.at(emulator.clock.millis() + A_MOMENT, arrive, still_wanted)


def _refuse_meanwhile(emulator: Emulator) -> None:
    policy = emulator.policy
    precondition, delete = policy.check_precondition, policy.check_delete

    def check_precondition(emulator: Emulator, request: Request, record: Record) -> None:
        precondition(emulator, request, record)
        if record.document["state"] not in SETTLED:
            raise flow_refusal("1420-400", "The entity is on its way to another state", record.id)

    def check_delete(emulator: Emulator, request: Request, record: Record) -> None:
        if record.document.get("state", SETTLED[0]) not in SETTLED:
            raise flow_refusal("1416-400", "The entity is on its way to another state", record.id)
        delete(emulator, request, record)

    policy.check_precondition, policy.check_delete = check_precondition, check_delete


@variant("parts-are-in-progress-first", documents=["facts:106", "flow-service.yaml:5496"])
def _(emulator: Emulator) -> None:
    """New source and target connections are in progress for 0.12 seconds."""
    _refuse_meanwhile(emulator)

    def begin(request: Request, response: Response, emulator: Emulator) -> Response:
        assert request.record is not None
        _arrive(emulator, request.record, "inProgress")
        return response

    for operation in ("createSourceConnection", "createTargetConnection"):
        emulator.after(operation, begin)


@variant("flow-updates-take-a-moment", documents=["facts:103", "facts:106"])
def _(emulator: Emulator) -> None:
    """A flow is updating for 0.12 seconds after it was patched."""
    _refuse_meanwhile(emulator)
    usual = emulator.policy.commit

    def commit(emulator: Emulator, request: Request, record: Record, document: Document) -> None:
        usual(emulator, request, record, document)
        if record.kind == "flows":
            _arrive(emulator, record, "updating")

    emulator.policy.commit = commit


@variant("new-flows-are-pending", documents=["facts:103", "facts:106"])
def _(emulator: Emulator) -> None:
    """A new flow is pending for 0.12 seconds, and enabled then with a new etag."""
    _refuse_meanwhile(emulator)

    def start(emulator: Emulator, record: Record) -> None:
        record.document["state"] = "pending"

        def still_wanted() -> bool:
            return emulator.store.holds(record) and record.document["state"] == "pending"

        at = emulator.clock.millis() + A_MOMENT
        emulator.agenda.at(
            at, lambda at: emulator.policy.enable(emulator, record, at), still_wanted
        )

    emulator.policy.start = start


@variant("deleted-ones-take-a-moment-to-leave", documents=["facts:106", "facts:232"])
def _(emulator: Emulator) -> None:
    """What was deleted is there for another 0.12 seconds, in the state `delete-finalizing`, of no more use."""
    usual, reference = emulator.policy.remove, emulator.policy.check_reference

    def check_reference(emulator: Emulator, request: Request, kind: str, identifier: Any) -> Record:
        record = reference(emulator, request, kind, identifier)
        if record.document.get("state") == LEAVING:
            raise bad_value("The request refers to what is being deleted")
        return record

    def remove(emulator: Emulator, request: Request, record: Record) -> None:
        if "state" not in record.document:
            usual(emulator, request, record)
            return
        record.document["state"] = LEAVING
        emulator.agenda.at(
            emulator.clock.millis() + A_MOMENT,
            lambda at: usual(emulator, request, record),
            lambda: emulator.store.holds(record),
        )

    emulator.policy.remove, emulator.policy.check_reference = remove, check_reference
