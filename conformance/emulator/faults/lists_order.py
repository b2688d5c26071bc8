"""Lists that are not in the order that was asked for."""

from __future__ import annotations

from conformance.emulator.app import Emulator
from conformance.emulator.faults.kinds import CONNECTION, FLOW, Kind, family
from conformance.emulator.store import Record

ORDER = "list-follows-orderby"
ORDERED = (CONNECTION, FLOW)


@family("{}-list-ignores-orderby", ORDER, kinds=ORDERED)
def _(emulator: Emulator, kind: Kind) -> None:
    """A list is newest first whatever orderby says."""
    usual = emulator.policy.sort_records

    def sort(emulator: Emulator, records: list[Record], orderby: str | None) -> list[Record]:
        own = bool(records) and records[0].kind == kind.name
        return usual(emulator, records, None if own else orderby)

    emulator.policy.sort_records = sort


@family("{}-list-is-never-descending", ORDER, kinds=ORDERED)
def _(emulator: Emulator, kind: Kind) -> None:
    """The minus of orderby is passed over."""
    usual = emulator.policy.sort_records

    def sort(emulator: Emulator, records: list[Record], orderby: str | None) -> list[Record]:
        if records and records[0].kind == kind.name and orderby:
            orderby = orderby.replace("-", "")
        return usual(emulator, records, orderby)

    emulator.policy.sort_records = sort


@family("{}-list-has-its-ends-swapped", ORDER, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """The first and the last item of an ordered list have changed places."""
    usual = emulator.policy.sort_records

    def sort(emulator: Emulator, records: list[Record], orderby: str | None) -> list[Record]:
        records = list(usual(emulator, records, orderby))
        if orderby and records and records[0].kind == kind.name:
            records[0], records[-1] = records[-1], records[0]
        return records

    emulator.policy.sort_records = sort
