"""Faults of the mapping set list and of the types of what Data Prep answers."""

from __future__ import annotations

from conformance.emulator.alterations import fail
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, drop, every, replace, retype
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault

ENVELOPE = "data-prep.mapping-sets.list-uses-data-envelope"
READABLE = "data-prep.mapping-sets.created-mapping-set-is-readable"
CONTRACT = "data-prep.answers.fit-the-contract"
LAWFUL = "data-prep.answers.lawful-reads-succeed"


@fault("mapping-set-list-is-bare", breaks=[ENVELOPE])
def _(emulator: Emulator) -> None:
    """The list of mapping sets is an array."""
    emulator.after("listMappingSets", body(lambda payload: payload["data"]))


@fault("mapping-set-list-uses-items", breaks=[ENVELOPE])
def _(emulator: Emulator) -> None:
    """The list of mapping sets stands in items, as in the flow service."""

    def rename(request: Request, response: Response, emulator: Emulator) -> Response:
        response.payload["items"] = response.payload.pop("data")
        return response

    emulator.after("listMappingSets", rename)


@fault("mapping-set-list-lacks-page", breaks=[ENVELOPE])
def _(emulator: Emulator) -> None:
    """The list of mapping sets has no _page."""
    emulator.after("listMappingSets", drop("/_page"))


@fault("mapping-set-list-fails", breaks=[LAWFUL])
def _(emulator: Emulator) -> None:
    """The list of mapping sets makes Data Prep fail."""
    emulator.after("listMappingSets", fail)


@fault("mapping-set-list-count-is-text", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """_page.count of the list is a number in quotes."""
    emulator.after("listMappingSets", retype("/_page/count", "string"))


@fault("mapping-identity-is-read-as-text", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """identity of a mapping is read as a word."""
    emulator.after("getMappingSet", replace("/mappings/*/identity", "false"))


@fault("every-second-mapping-set-read-fails", breaks=[READABLE, LAWFUL])
def _(emulator: Emulator) -> None:
    """One read of a mapping set in two makes Data Prep fail."""
    emulator.after("getMappingSet", every(2, fail))
