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


def _contended(emulator: Emulator, request: Request, record: Record) -> int:
    # the precondition is looked at again, so that one writer at most can win
    waiting = record.extra.setdefault("waiting", [])
    waiting.append(request)
    emulator.open_window(0.02)
    waiting.remove(request)
    emulator.policy.check_precondition(emulator, request, record)
    return len(waiting)


@fault("patch-race-has-no-winner", breaks=[WINNER])
def _(emulator: Emulator) -> None:
    """Writers that meet are all refused with 412."""

    def window(emulator: Emulator, request: Request, record: Record) -> None:
        before = list(record.extra.get("waiting", ()))
        if record.kind == "flows" and (_contended(emulator, request, record) or before):
            raise flow_refusal("1404-412", "Another update is under way", record.id)

    emulator.concurrent = True
    emulator.policy.between_check_and_set = window


@family("{}-race", "concurrent-updates-have-one-winner", kinds=SIDES)
def _(emulator: Emulator, kind: Kind) -> None:
    """Two writers with one etag can both win when within five milliseconds."""
    _window(emulator, 0.005, kind)


def _stores(emulator: Emulator, kind: Kind, spoil: Callable[[Request, Record], None]) -> None:
    def window(emulator: Emulator, request: Request, record: Record) -> None:
        if record.kind == kind.name and _contended(emulator, request, record):
            spoil(request, record)

    emulator.concurrent = True
    emulator.policy.between_check_and_set = window


def _swapped(request: Request, record: Record) -> None:
    request.payload[:] = record.extra["waiting"][-1].payload


@fault("patch-race-stores-a-losers-change", breaks=[STORED])
def _(emulator: Emulator) -> None:
    """One of several writers wins, but what another one sent is stored."""
    _stores(emulator, FLOW, _swapped)


@family("{}-race-stores-a-losers-change", "winning-update-is-stored", kinds=SIDES)
def _(emulator: Emulator, kind: Kind) -> None:
    """One of several writers wins, but what another one sent is stored."""
    _stores(emulator, kind, _swapped)


@fault("patch-race-loses-the-winners-change", breaks=[STORED])
def _(emulator: Emulator) -> None:
    """One of several writers wins, but nothing of what it sent is stored."""
    _stores(emulator, FLOW, lambda request, record: request.payload.clear())
