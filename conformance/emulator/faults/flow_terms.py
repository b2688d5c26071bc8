"""Mappings, schedules, actions and patches of flows that are taken although they are wrong."""

from __future__ import annotations

from typing import Any

from conformance.emulator import validation
from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError, bad_value
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.store import Document, Record

FLOWS = "flow-service.flows."
CONTRACT = "flow-service.answers.fit-the-contract"
UNITS = ("hour", "day", "week")


def _excuse_mapping(emulator: Emulator, code: str) -> None:
    usual = emulator.policy.check_mapping

    def check(
        emulator: Emulator, request: Request, params: Document, targets: list[Record]
    ) -> None:
        try:
            usual(emulator, request, params, targets)
        except RefusalError as refusal:
            if refusal.code != code:
                raise

    emulator.policy.check_mapping = check


@fault("flow-takes-any-mapping", breaks=[f"{FLOWS}unknown-mapping-is-refused"])
def _(emulator: Emulator) -> None:
    """Nobody looks whether the mapping set of a flow exists."""
    _excuse_mapping(emulator, "1419-400")


@fault(
    "flow-takes-any-mapping-version",
    breaks=[f"{FLOWS}unknown-mapping-version-is-refused"],
)
def _(emulator: Emulator) -> None:
    """Nobody looks whether the mapping set of a flow has that version."""
    _excuse_mapping(emulator, "1412-400")


@fault(
    "flow-takes-mapping-version-as-text",
    breaks=[f"{FLOWS}unknown-mapping-version-is-refused"],
)
def _(emulator: Emulator) -> None:
    """A mapping version is looked at only where it is a number."""
    usual = emulator.policy.check_mapping

    def check(
        emulator: Emulator, request: Request, params: Document, targets: list[Record]
    ) -> None:
        text = isinstance(params.get("mappingVersion"), str)
        usual(emulator, request, params | ({"mappingVersion": "0"} if text else {}), targets)

    emulator.policy.check_mapping = check


def _any_schema(emulator: Emulator, method: str) -> None:
    usual = emulator.policy.check_schemas_agree

    def check(emulator: Emulator, request: Request, mapping_set: Record, target: Record) -> None:
        if request.method != method:
            usual(emulator, request, mapping_set, target)

    emulator.policy.check_schemas_agree = check


@fault(
    "flow-is-made-with-another-schemas-mapping",
    breaks=[f"{FLOWS}mapping-of-another-schema-is-refused"],
)
def _(emulator: Emulator) -> None:
    """A new flow may map to another schema than that of its dataset."""
    _any_schema(emulator, "POST")


@fault(
    "flow-is-moved-to-another-schemas-mapping",
    breaks=[f"{FLOWS}mapping-of-another-schema-is-refused"],
)
def _(emulator: Emulator) -> None:
    """An update may map a flow to another schema than that of its dataset."""
    _any_schema(emulator, "PATCH")


@fault("interval-below-zero-is-taken", breaks=[f"{FLOWS}negative-interval-is-refused", CONTRACT])
def _(emulator: Emulator) -> None:
    """A schedule of hours, days or weeks may have an interval below zero."""
    usual = emulator.policy.check_schedule

    def check(emulator: Emulator, spec: Document, schedule: Any) -> None:
        given = schedule if isinstance(schedule, dict) else {}
        interval = validation.coerce(given.get("interval"), {"type": "integer"})
        if given.get("frequency") not in UNITS or type(interval) is not int or interval >= 0:
            usual(emulator, spec, schedule)

    emulator.policy.check_schedule = check


@fault("weekly-schedule-is-refused", breaks=[f"{FLOWS}each-frequency-is-accepted"])
def _(emulator: Emulator) -> None:
    """There are no weekly schedules."""
    usual = emulator.policy.check_schedule

    def check(emulator: Emulator, spec: Document, schedule: Any) -> None:
        if isinstance(schedule, dict) and schedule.get("frequency") == "week":
            raise bad_value("frequency is not known")
        usual(emulator, spec, schedule)

    emulator.policy.check_schedule = check


@fault("passed-start-moves", breaks=[f"{FLOWS}change-of-passed-start-time-is-refused"])
def _(emulator: Emulator) -> None:
    """A start time that has passed can be changed."""
    emulator.policy.check_start_kept = lambda emulator, before, after: None


@fault("action-ignores-if-match", breaks=[f"{FLOWS}action-with-stale-etag-is-refused"])
def _(emulator: Emulator) -> None:
    """An action is carried out whatever its If-Match."""

    def drop(emulator: Emulator, request: Request) -> None:
        request.headers.pop("if-match", None)

    emulator.before("actOnFlow", drop)


@fault("equal-selector-is-dropped", breaks=[f"{FLOWS}patch-adds-an-equal-value"])
def _(emulator: Emulator) -> None:
    """A selector that is there already is not added again, and nothing is said of it."""
    usual = emulator.policy.apply_patch

    def patch(emulator: Emulator, document: Document, operations: list[Any]) -> Document:
        patched = usual(emulator, document, operations)
        for one in patched.get("transformations") or []:
            for chosen in one["params"].values():
                if isinstance(chosen, dict) and isinstance(chosen.get("selectors"), list):
                    kept: list[Any] = []
                    kept.extend(s for s in chosen["selectors"] if s not in kept)
                    chosen["selectors"] = kept
        return patched

    emulator.policy.apply_patch = patch


@fault("update-enables-a-disabled-flow", breaks=[f"{FLOWS}update-leaves-the-rest-alone"])
def _(emulator: Emulator) -> None:
    """A disabled flow is enabled by any update."""
    usual = emulator.policy.commit

    def commit(emulator: Emulator, request: Request, record: Record, document: Document) -> None:
        if document.get("state") == "disabled":
            document["state"] = "enabled"
        usual(emulator, request, record, document)

    emulator.policy.commit = commit


@fault(
    "disabled-flow-lets-its-account-go",
    breaks=["flow-service.connections.connection-in-use-is-not-deleted"],
)
def _(emulator: Emulator) -> None:
    """A base connection all of whose flows are disabled is deleted."""
    usual = emulator.policy.check_delete

    def check(emulator: Emulator, request: Request, record: Record) -> None:
        live = [
            flow
            for flow in emulator.store.newest_first("flows")
            if flow.sandbox == request.sandbox and flow.document["state"] != "disabled"
        ]
        if record.kind != "connections" or any(_stands_on(emulator, f, record) for f in live):
            usual(emulator, request, record)

    emulator.policy.check_delete = check


def _stands_on(emulator: Emulator, flow: Record, account: Record) -> bool:
    for kind in ("sourceConnection", "targetConnection"):
        for identifier in flow.document[f"{kind}Ids"]:
            side = emulator.store.get(f"{kind}s", identifier)
            if side is not None and side.document.get("baseConnectionId") == account.id:
                return True
    return False
