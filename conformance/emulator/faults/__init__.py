"""Faults: each makes the emulator break documented facts, and names the requirements it breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.emulator.seams import Apply, Registry

FAULTS = Registry(__name__, "fault")


def fault(name: str, *, breaks: Sequence[str]) -> Callable[[Apply], Apply]:
    """Register a fault; `breaks` holds the ids of the requirements it breaks."""
    return FAULTS.add(name, breaks)
