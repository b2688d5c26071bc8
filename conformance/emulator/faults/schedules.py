"""Schedules that are accepted, refused or shown as no document says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator import validation
from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError, bad_value
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import FLOW, SERVER_ERROR
from conformance.emulator.store import Document

FOURTEEN = FLOW.row("minute-interval-below-fifteen-is-refused")
FIFTEEN = FLOW.row("minute-interval-of-fifteen-is-accepted")
ZERO = FLOW.row("zero-interval-is-refused")
FREQUENCY = FLOW.row("unknown-frequency-is-refused")
START = FLOW.row("missing-start-time-is-refused")
STRINGS = FLOW.row("numbers-sent-as-strings-are-accepted")
PATCHED = FLOW.row("invalid-schedule-patch-is-refused")
CREATED = FLOW.row("create-answers-created")
DOCUMENTED = ("once", "minute", "hour", "day", "week")
WHOLE = {"type": "integer"}


def judged(emulator: Emulator, change: Callable[[Document], Any], operation: str = "") -> None:
    """Judge another schedule than the one sent, which is stored as it was sent."""
    usual = emulator.policy.check_schedule
    current: list[str] = []

    def note(emulator: Emulator, request: Request) -> None:
        current[:] = [request.operation]

    def check(emulator: Emulator, spec: Document, schedule: Any) -> None:
        if isinstance(schedule, dict) and operation in ("", *current):
            schedule = dict(schedule)
            change(schedule)
        usual(emulator, spec, schedule)

    emulator.before("*", note)
    emulator.policy.check_schedule = check


def interval(schedule: Document) -> Any:
    """The interval as a number, whichever way it was sent."""
    return validation.coerce(schedule.get("interval"), WHOLE)


@fault("schedule-of-fourteen-minutes-is-accepted", breaks=[FOURTEEN])
def _(emulator: Emulator) -> None:
    """The least interval in minutes is fourteen."""

    def raise_it(schedule: Document) -> None:
        if interval(schedule) == 14:
            schedule["interval"] = 15

    judged(emulator, raise_it, "createFlow")


@fault("schedule-of-any-minutes-is-accepted", breaks=[FOURTEEN])
def _(emulator: Emulator) -> None:
    """The least interval is one in every unit."""

    def raise_it(schedule: Document) -> None:
        least = interval(schedule)
        if schedule.get("frequency") == "minute" and isinstance(least, int) and least > 0:
            schedule["interval"] = max(least, 15)

    judged(emulator, raise_it)


@fault("schedule-of-fourteen-minutes-answers-500", breaks=[FOURTEEN, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A schedule of fewer than fifteen minutes is answered 500."""

    def fail(schedule: Document) -> None:
        least = interval(schedule)
        if schedule.get("frequency") == "minute" and isinstance(least, int) and 0 < least < 15:
            raise RefusalError(500, "The schedule failed")

    judged(emulator, fail)


@fault("schedule-of-fifteen-minutes-is-refused", breaks=[STRINGS, CREATED])
def _(emulator: Emulator) -> None:
    """The least interval in minutes is sixteen."""

    def refuse(schedule: Document) -> None:
        if schedule.get("frequency") == "minute" and interval(schedule) == 15:
            raise bad_value("The interval must be above fifteen")

    judged(emulator, refuse, "createFlow")


@fault("schedule-with-interval-zero-is-accepted", breaks=[ZERO])
def _(emulator: Emulator) -> None:
    """A new flow may have the interval zero."""
    judged(emulator, _zero_is_fifteen, "createFlow")


def _zero_is_fifteen(schedule: Document) -> None:
    if interval(schedule) == 0:
        schedule["interval"] = 15


@fault("schedule-is-not-checked-on-update", breaks=[PATCHED])
def _(emulator: Emulator) -> None:
    """An update may set the interval to zero."""
    judged(emulator, _zero_is_fifteen, "updateFlow")


@fault("schedule-patch-to-zero-answers-500", breaks=[PATCHED, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """An update to interval zero is answered 500."""

    def fail(schedule: Document) -> None:
        if interval(schedule) == 0:
            raise RefusalError(500, "The schedule failed")

    judged(emulator, fail, "updateFlow")


@fault("schedule-of-unknown-frequency-is-accepted", breaks=[FREQUENCY])
def _(emulator: Emulator) -> None:
    """Any text will do as frequency."""

    def known(schedule: Document) -> None:
        if schedule.get("frequency", "day") not in DOCUMENTED:
            schedule["frequency"] = "day"

    judged(emulator, known)


@fault("schedule-without-start-is-accepted", breaks=[START])
def _(emulator: Emulator) -> None:
    """A schedule without startTime starts at once."""
    judged(emulator, lambda schedule: schedule.setdefault("startTime", 1))


@fault("schedule-without-start-answers-409", breaks=[START])
def _(emulator: Emulator) -> None:
    """A schedule without startTime is refused with 409."""

    def refuse(schedule: Document) -> None:
        if "startTime" not in schedule:
            raise RefusalError(409, "There is no startTime")

    judged(emulator, refuse)


@fault(
    "schedule-without-frequency-answers-500",
    breaks=[FLOW.row("missing-frequency-is-answered"), SERVER_ERROR],
)
def _(emulator: Emulator) -> None:
    """A schedule without frequency is answered 500."""

    def fail(schedule: Document) -> None:
        if "frequency" not in schedule:
            raise RefusalError(500, "The schedule failed")

    judged(emulator, fail)


@fault("schedule-of-one-hour-answers-409", breaks=[FLOW.row("hour-interval-of-one-is-answered")])
def _(emulator: Emulator) -> None:
    """A schedule of one hour is refused with 409."""

    def refuse(schedule: Document) -> None:
        if schedule.get("frequency") == "hour" and interval(schedule) == 1:
            raise RefusalError(409, "The interval is too short")

    judged(emulator, refuse, "createFlow")


@fault("schedule-with-strings-is-refused", breaks=[STRINGS, CREATED])
def _(emulator: Emulator) -> None:
    """startTime and interval must be numbers."""

    def refuse(schedule: Document) -> None:
        if isinstance(schedule.get("startTime"), str) or isinstance(schedule.get("interval"), str):
            raise bad_value("startTime and interval must be numbers")

    judged(emulator, refuse, "createFlow")
