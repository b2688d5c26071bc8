"""What no document decides, each of which was a fault once: see faults/leniencies.yaml."""

from __future__ import annotations

from conformance.emulator.faults import FAULTS

FAULTS.all()  # registers them
