"""Lists that show entities as they were, and orders that are only half kept."""

from __future__ import annotations

import copy
from typing import Any

from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import CONNECTION, FLOW, TARGET, Kind, family
from conformance.emulator.store import Record

AGREES = "list-agrees-with-read"


@family("{}-list-shows-first-etags", AGREES)
def _(emulator: Emulator, kind: Kind) -> None:
    """A list shows the etag that an entity had when it was made."""
    first: dict[str, str] = {}

    def keep(request: Request, response: Response, emulator: Emulator) -> None:
        first[response.payload["id"]] = response.payload["etag"]

    def show(request: Request, response: Response, emulator: Emulator) -> Response:
        for item in response.payload.get("items", []):
            etag = first.get(item["id"], item["etag"])
            item |= {"etag": etag, "version": etag}
        return response

    emulator.note(kind.create, keep)
    emulator.after(kind.list, show)


@family("{}-list-is-a-snapshot", AGREES)
def _(emulator: Emulator, kind: Kind) -> None:
    """A list shows each entity as it was when it was first listed."""
    seen: dict[str, Any] = {}

    def remember(request: Request, response: Response, emulator: Emulator) -> None:
        for item in response.payload.get("items") or ():
            seen.setdefault(item["id"], copy.deepcopy(item))

    def show(request: Request, response: Response, emulator: Emulator) -> Response:
        items = response.payload.get("items")
        if items:
            response.payload["items"] = [copy.deepcopy(seen[item["id"]]) for item in items]
        return response

    emulator.note(kind.list, remember)
    emulator.after(kind.list, show)


@family("{}-list-orders-by-the-first-field-only", "list-follows-orderby", kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """Of several fields in orderby the first counts."""
    usual = emulator.policy.sort_records

    def sort(emulator: Emulator, records: list[Record], orderby: str | None) -> list[Record]:
        own = bool(records) and records[0].kind == kind.name and orderby
        return usual(emulator, records, str(orderby).partition(",")[0] if own else orderby)

    emulator.policy.sort_records = sort


@family("{}-list-begins-with-the-oldest", "list-begins-with-the-newest", kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A list that nobody ordered begins with what was made first."""
    usual = emulator.policy.sort_records

    def sort(emulator: Emulator, records: list[Record], orderby: str | None) -> list[Record]:
        own = bool(records) and records[0].kind == kind.name and not orderby
        return records[::-1] if own else usual(emulator, records, orderby)

    emulator.policy.sort_records = sort
