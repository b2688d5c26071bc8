"""Filters that are not applied as they were asked, and pages that forget them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from conformance.emulator import entities, query
from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import CONNECTION, FLOW, Kind, family
from conformance.emulator.store import Record

NARROW = "list-filters-narrow-each-other"
DATES = "list-filter-compares-dates"
FILTERED = (CONNECTION, FLOW)
Page = tuple[list[Record], list[Record]]
Reread = Callable[[query.Filter], query.Filter]


@family("{}-list-filters-are-alternatives", NARROW, kinds=FILTERED)
def _(emulator: Emulator, kind: Kind) -> None:
    """One of several filters is enough."""
    usual = emulator.policy.filter_records

    def filtered(
        emulator: Emulator, records: Iterable[Record], filters: list[query.Filter]
    ) -> list[Record]:
        records = list(records)
        if len(filters) < 2 or not records or records[0].kind != kind.name:
            return usual(emulator, records, filters)
        return [r for r in records if any(f.admits(query.view(r)) for f in filters)]

    emulator.policy.filter_records = filtered


@family("{}-list-looks-at-the-first-filter-only", NARROW, kinds=FILTERED)
def _(emulator: Emulator, kind: Kind) -> None:
    """Of a repeated property parameter the first counts."""

    def drop(emulator: Emulator, request: Request) -> None:
        first = next((pair for pair in request.query if pair[0] == "property"), None)
        request.query = [p for p in request.query if p[0] != "property" or p is first]

    emulator.before(kind.list, drop)


def _reread(emulator: Emulator, kind: Kind, change: Reread) -> None:
    usual = emulator.policy.filter_records

    def filtered(
        emulator: Emulator, records: Iterable[Record], filters: list[query.Filter]
    ) -> list[Record]:
        records = list(records)
        own = bool(records) and records[0].kind == kind.name
        return usual(emulator, records, [change(f) for f in filters] if own else filters)

    emulator.policy.filter_records = filtered


@family("{}-list-bound-is-left-out", DATES, kinds=FILTERED)
def _(emulator: Emulator, kind: Kind) -> None:
    """At most and at least mean less and more."""
    _reread(emulator, kind, lambda one: replace(one, operator=_strict(one.operator)))


def _strict(operator: str) -> str:
    return operator.rstrip("=") if operator in (">=", "<=") else operator


@family("{}-list-bound-is-let-in", DATES, kinds=FILTERED)
def _(emulator: Emulator, kind: Kind) -> None:
    """Less and more mean at most and at least."""
    wider = {">": ">=", "<": "<="}
    _reread(
        emulator, kind, lambda one: replace(one, operator=wider.get(one.operator, one.operator))
    )


@family("{}-later-pages-forget-the-filter", "list-pages-keep-the-filter")
def _(emulator: Emulator, kind: Kind) -> None:
    """After the filtered entities the others follow."""
    usual = emulator.policy.page

    def page(emulator: Emulator, request: Request, records: list[Record], size: int) -> Page:
        shown, rest = usual(emulator, request, records, size)
        if request.operation != kind.list or not rest or not request.arguments("property"):
            return shown, rest
        everything = entities.visible_records(emulator, request, kind.name)
        return shown, rest + [one for one in everything if one not in records][:2]

    emulator.policy.page = page


@family("{}-last-page-links-to-an-empty-one", "list-next-link-leads-to-more")
def _(emulator: Emulator, kind: Kind) -> None:
    """A page that was continued to links to another although nothing is left."""

    def link(request: Request, response: Response, emulator: Emulator) -> Response:
        items = response.payload.get("items")
        if request.argument("continuationToken") and items and not response.payload["_links"]:
            token = emulator.continuations.keep(emulator.ids.trace(), kind.name, 1, [])
            href = f"/{kind.name}?continuationToken={token}"
            response.payload["_links"] = {"next": {"href": href}}
        return response

    emulator.after(kind.list, link)


@family("{}-list-takes-quotes-literally", "list-contains-the-created")
def _(emulator: Emulator, kind: Kind) -> None:
    """A quoted value in a filter is looked for with its quotes."""

    def nothing(request: Request, response: Response, emulator: Emulator) -> Response:
        if any('"' in text for text in request.arguments("property")):
            response.payload["items"] = []
        return response

    emulator.after(kind.list, nothing)
