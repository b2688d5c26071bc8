"""Faults that show only when several clients update one entity at once."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator.app import Emulator
from conformance.emulator.errors import flow_refusal
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import FLOW, SIDES, Kind, family
from conformance.emulator.store import Record

WINNER = FLOW.row("concurrent-updates-have-one-winner")
STORED = FLOW.row("winning-update-is-stored")


def _window(emulator: Emulator, seconds: float, kind: Kind = FLOW) -> None:
    def window(emulator: Emulator, request: Request, record: Record) -> None:
        if record.kind == kind.name:
            emulator.open_window(seconds)

    emulator.concurrent = True
    emulator.policy.between_check_and_set = window


@fault("patch-race", breaks=[WINNER])
def _(emulator: Emulator) -> None:
    """Two writers with one etag can both win when within 20 milliseconds."""
    _window(emulator, 0.02)


@fault("patch-race-within-five-milliseconds", breaks=[WINNER])
def _(emulator: Emulator) -> None:
    """Two writers with one etag can both win when within five milliseconds."""
    _window(emulator, 0.005)


@fault("patch-race-within-one-millisecond", breaks=[WINNER])
def _(emulator: Emulator) -> None:
    """Two writers with one etag can both win when within a millisecond."""
    _window(emulator, 0.001)


@fault("patch-race-after-an-update", breaks=[WINNER])
def _(emulator: Emulator) -> None:
    """Two writers can both win, but only on a flow that was updated before."""

    def window(emulator: Emulator, request: Request, record: Record) -> None:
        if record.kind == "flows" and record.updates:
            emulator.open_window(0.01)

    emulator.concurrent = True
    emulator.policy.between_check_and_set = window


def _meeting(emulator: Emulator, kind: Kind, outcome: Callable[[Request, Record], bool]) -> None:
    """Let writers that come while a faulty one is at work wait for it.

    `outcome` spoils the faulty one that met others; unless it lets one win, all of them are refused.
    """

    def wait(emulator: Emulator, request: Request, record: Record) -> None:
        at_work = record.extra.get("at work")
        if at_work is not None:
            at_work.append(request)
            emulator.open_window(0.04)
            _refuse_unless(not record.extra.get("in vain"), record)
            emulator.policy.check_precondition(emulator, request, record)

    def work(emulator: Emulator, request: Request, record: Record) -> None:
        if record.kind != kind.name or "at work" in record.extra:
            wait(emulator, request, record)
            return
        met = record.extra["at work"] = record.extra["met"] = []
        record.extra["in vain"] = False
        emulator.open_window(0.02)
        del record.extra["at work"]
        if met:
            record.extra["in vain"] = not outcome(request, record)
            _refuse_unless(not record.extra["in vain"], record)

    emulator.concurrent = True
    emulator.watch("between_check_and_set", wait)
    emulator.policy.between_check_and_set = work


def _refuse_unless(won: bool, record: Record) -> None:
    if not won:
        raise flow_refusal("1404-412", "Another update is under way", record.id)


@fault("patch-race-has-no-winner", breaks=[WINNER])
def _(emulator: Emulator) -> None:
    """Writers that meet are all refused with 412."""
    _meeting(emulator, FLOW, lambda request, record: False)


@family("{}-race", "concurrent-updates-have-one-winner", kinds=SIDES)
def _(emulator: Emulator, kind: Kind) -> None:
    """Two writers with one etag can both win when within five milliseconds."""
    _window(emulator, 0.005, kind)


def _swapped(request: Request, record: Record) -> bool:
    request.payload[:] = record.extra["met"][-1].payload
    return True


def _emptied(request: Request, record: Record) -> bool:
    request.payload.clear()
    return True


@fault("patch-race-stores-a-losers-change", breaks=[STORED])
def _(emulator: Emulator) -> None:
    """One of several writers wins, but what another one sent is stored."""
    _meeting(emulator, FLOW, _swapped)


@family("{}-race-stores-a-losers-change", "winning-update-is-stored", kinds=SIDES)
def _(emulator: Emulator, kind: Kind) -> None:
    """One of several writers wins, but what another one sent is stored."""
    _meeting(emulator, kind, _swapped)


@fault("patch-race-loses-the-winners-change", breaks=[STORED])
def _(emulator: Emulator) -> None:
    """One of several writers wins, but nothing of what it sent is stored."""
    _meeting(emulator, FLOW, _emptied)
