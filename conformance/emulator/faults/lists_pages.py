"""Pages of lists that are too long, or that do not join."""

from __future__ import annotations

from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request
from conformance.emulator.faults.kinds import CONNECTION, FLOW, SOURCE, TARGET, Kind, family
from conformance.emulator.store import Record

LIMIT = "list-limit-bounds-page"
PAGES = "list-pages-neither-repeat-nor-skip"

Page = tuple[list[Record], list[Record]]


def _cut(emulator: Emulator, kind: Kind, shown: int, left: int) -> None:
    usual = emulator.policy.page

    def page(emulator: Emulator, request: Request, records: list[Record], size: int) -> Page:
        if request.operation != kind.list:
            return usual(emulator, request, records, size)
        return records[: size + shown], records[max(size + left, 1) :]

    emulator.policy.page = page


@family("{}-list-shows-one-over-the-limit", LIMIT, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A page has one item more than the limit."""
    _cut(emulator, kind, 1, 1)


@family("{}-list-ignores-the-limit", LIMIT, kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A list has all items whatever the limit."""
    _cut(emulator, kind, 1000, 1000)


@family("{}-list-skips-one-between-pages", PAGES, kinds=(CONNECTION, SOURCE))
def _(emulator: Emulator, kind: Kind) -> None:
    """The first item after a page is on no page."""
    _cut(emulator, kind, 0, 1)


@family("{}-list-ends-with-its-beginning", PAGES, kinds=(TARGET, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """The first item of a list of several pages comes again at its end."""
    usual = emulator.policy.page

    def page(emulator: Emulator, request: Request, records: list[Record], size: int) -> Page:
        shown, rest = usual(emulator, request, records, size)
        first = request.operation == kind.list and not request.argument("continuationToken")
        return shown, rest + shown[:1] if first and rest else rest

    emulator.policy.page = page


@family("{}-list-ends-too-early", PAGES, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A last page of a single item is not linked to."""
    usual = emulator.policy.page

    def page(emulator: Emulator, request: Request, records: list[Record], size: int) -> Page:
        shown, rest = usual(emulator, request, records, size)
        lost = request.operation == kind.list and len(rest) == 1
        return shown, [] if lost else rest

    emulator.policy.page = page
