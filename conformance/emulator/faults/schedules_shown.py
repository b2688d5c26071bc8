"""Schedules that are not shown as they were sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.faults import fault
from conformance.emulator.faults.creates_stored import in_reads
from conformance.emulator.faults.kinds import FLOW
from conformance.emulator.faults.schedules import interval
from conformance.emulator.store import Document

STORES = FLOW.row("update-stores-the-change")
ECHOED = FLOW.row("schedule-is-echoed-as-sent")


def shown(emulator: Emulator, change: Callable[[Document], Any]) -> None:
    """Show another schedule of flows that were never updated."""

    def rewrite(document: Document) -> None:
        if "scheduleParams" in document:
            change(document["scheduleParams"])

    in_reads(emulator, FLOW, rewrite)


@fault("schedule-start-is-shown-in-milliseconds", breaks=[ECHOED])
def _(emulator: Emulator) -> None:
    """startTime is shown in milliseconds."""
    shown(emulator, lambda schedule: schedule.update(startTime=f"{schedule['startTime']}000"))


@fault("schedule-interval-is-shown-in-seconds", breaks=[ECHOED])
def _(emulator: Emulator) -> None:
    """interval is shown sixtyfold."""

    def change(schedule: Document) -> None:
        if "interval" in schedule:
            schedule["interval"] = str(interval(schedule) * 60)

    shown(emulator, change)


@fault("schedule-frequency-is-shown-in-capitals", breaks=[ECHOED, STORES])
def _(emulator: Emulator) -> None:
    """frequency is shown in capitals."""
    shown(emulator, lambda schedule: schedule.update(frequency=schedule["frequency"].upper()))


@fault("schedule-backfill-is-left-out", breaks=[ECHOED])
def _(emulator: Emulator) -> None:
    """backfill is not shown."""
    shown(emulator, lambda schedule: schedule.pop("backfill", None))
