"""Refusals whose bodies have other types than the documents show."""

from __future__ import annotations

from conformance.emulator.app import Emulator
from conformance.emulator.changes import drop, replace
from conformance.emulator.faults import fault

DOCUMENTED = "gateway.errors.refusals-have-a-documented-body"


@fault("refusal-titles-are-numbers", breaks=[DOCUMENTED])
def _(emulator: Emulator) -> None:
    """The title of a refusal is a number."""
    emulator.after("createSchema", replace("/title", 7), when="error")


@fault("refusals-lack-the-error-message", breaks=[DOCUMENTED])
def _(emulator: Emulator) -> None:
    """A refused flow is told without errorMessage, with the title left."""
    emulator.after("createFlow", drop("/errorMessage"), when="error")
