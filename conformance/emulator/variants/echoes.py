"""Other ways to show what a client sent."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request
from conformance.emulator.store import Document, Record
from conformance.emulator.variants import variant

BOOLEANS = {"true": True, "false": False}


def _shown(emulator: Emulator, change: Callable[[Any], None]) -> None:
    """Show flows as a change leaves a copy of them."""
    usual = emulator.policy.present

    def present(emulator: Emulator, request: Request, record: Record) -> Document:
        document = usual(emulator, request, record)
        if record.kind == "flows":
            document = copy.deepcopy(document)
            change(document)
        return document

    emulator.policy.present = present


@variant("schedule-echoed-as-numbers", documents=["facts:223", "facts:327"])
def _(emulator: Emulator) -> None:
    """Schedules that were sent as text are shown as numbers and a boolean, with their default."""

    def as_numbers(flow: Any) -> None:
        schedule = flow.get("scheduleParams", {})
        for name, value in schedule.items():
            if isinstance(value, str):
                schedule[name] = int(value) if value.isdecimal() else BOOLEANS.get(value, value)
        if schedule.get("frequency", "once") != "once":
            schedule.setdefault("backfill", True)

    _shown(emulator, as_numbers)


@variant("mapping-version-echoed-as-string", documents=["facts:328"])
def _(emulator: Emulator) -> None:
    """mappingVersion is shown as text, whichever way it was sent."""

    def as_text(flow: Any) -> None:
        for one in flow.get("transformations", []):
            if "mappingVersion" in one["params"]:
                one["params"]["mappingVersion"] = str(one["params"]["mappingVersion"])

    _shown(emulator, as_text)


@variant("selectors-tell-their-creation", documents=["destinations.yaml:2751"])
def _(emulator: Emulator) -> None:
    """Activated segments are shown with the time of their activation."""

    def dated(flow: Any) -> None:
        for one in flow.get("transformations", []):
            for selector in one["params"].get("segmentSelectors", {}).get("selectors", []):
                selector["value"]["createTime"] = "1658344069"

    _shown(emulator, dated)
