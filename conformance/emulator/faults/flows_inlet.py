"""Streaming source flows whose inlet is missing or misnamed."""

from __future__ import annotations

from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.changes import drop, replace, updated
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import FLOW

INLET = FLOW.row("inlet-is-given")
INLET_ID = FLOW.row("inlet-ends-in-its-identifier")
INLET_HOST = FLOW.row("inlet-host-is-documented")
URL = "/items/0/options/inletUrl"


@fault("inlet-is-not-given", breaks=[INLET])
def _(emulator: Emulator) -> None:
    """A streaming source flow has no options."""
    emulator.after("getFlow", drop("/items/0/options"))


@fault("inlet-is-spelled-otherwise", breaks=[INLET])
def _(emulator: Emulator) -> None:
    """The endpoint of a streaming source flow is under options.inletURL."""

    def respelled(options: dict[str, Any]) -> dict[str, Any]:
        return {("inletURL" if name == "inletUrl" else name): options[name] for name in options}

    emulator.after("getFlow", replace("/items/0/options", respelled))


@fault("inlet-is-lost-after-an-update", breaks=[INLET, FLOW.row("update-leaves-the-rest-alone")])
def _(emulator: Emulator) -> None:
    """An updated streaming source flow has no inletUrl."""
    emulator.after("getFlow", updated(1, drop(URL)))


@fault("inlet-is-plain-http", breaks=[INLET_ID])
def _(emulator: Emulator) -> None:
    """inletUrl is an http address."""
    emulator.after("getFlow", replace(URL, lambda url: url.replace("https:", "http:")))


@fault("inlet-has-another-path", breaks=[INLET_ID])
def _(emulator: Emulator) -> None:
    """inletUrl has the path /collections."""
    emulator.after(
        "getFlow", replace(URL, lambda url: url.replace("/collection/", "/collections/"))
    )


@fault("inlet-is-on-another-host", breaks=[INLET_HOST])
def _(emulator: Emulator) -> None:
    """inletUrl lies on dcs.adobedc.com."""
    emulator.after("getFlow", replace(URL, lambda url: url.replace("adobedc.net", "adobedc.com")))


@fault("inlet-host-has-a-longer-name", breaks=[INLET_HOST])
def _(emulator: Emulator) -> None:
    """inletUrl lies on dcs.adobedc.net.example."""
    change = replace(URL, lambda url: url.replace("adobedc.net", "adobedc.net.example"))
    emulator.after("getFlow", change)
