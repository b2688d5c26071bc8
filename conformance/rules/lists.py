"""Lists of base, source and target connections and flows."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.kinds import CONNECTION, FLOW, FLOW_SERVICE_KINDS, LEAVING, TARGET, Kind
from conformance.engine.verdict import Finding, check, holds
from conformance.rules.registry import rule, rule_of_kinds


@rule_of_kinds("list-contains-the-created", *FLOW_SERVICE_KINDS)
def list_contains_the_created(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in _noted(evidence, kind, "lists"):
        listed = _ids(exchange)
        for wanted in exchange.notes["lists"]:
            yield check(
                exchange,
                wanted in listed,
                f"{wanted} in the list",
                f"{len(listed)} others",
                "/items",
            )


@rule_of_kinds("list-filter-excludes-others", *FLOW_SERVICE_KINDS)
def list_filter_excludes_others(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in _noted(evidence, kind, "named"):
        name = exchange.notes["named"]
        others = [i for i in exchange.at("/items") if at(i, "/name") != name]
        yield check(
            exchange,
            not others,
            f"only items named {name}",
            [at(i, "/name") for i in others],
            "/items",
        )


@rule_of_kinds("deleted-one-leaves-the-list", *FLOW_SERVICE_KINDS)
def deleted_one_leaves_the_list(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in _noted(evidence, kind, "lacks"):
        leaving = {at(i, "/id") for i in exchange.at("/items") if at(i, "/state") == LEAVING}
        for gone in set(exchange.notes["lacks"]) - leaving:
            yield check(
                exchange, gone not in _ids(exchange), f"no {gone}", "it is listed", "/items"
            )


@rule_of_kinds("list-limit-bounds-page", *FLOW_SERVICE_KINDS)
def list_limit_bounds_page(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in _noted(evidence, kind, "limit"):
        items = exchange.at("/items") or []
        yield check(
            exchange,
            len(items) <= exchange.notes["limit"],
            f"at most {exchange.notes['limit']} items",
            len(items),
            "/items",
        )


@rule_of_kinds("list-pages-neither-repeat-nor-skip", *FLOW_SERVICE_KINDS)
def list_pages_neither_repeat_nor_skip(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    pages: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in _noted(evidence, kind, "walk"):
        pages[exchange.notes["walk"]].append(exchange)
    for walk in pages.values():
        met = [i for page in walk for i in _ids(page)]
        wanted = set(walk[-1].notes["expected"])
        yield check(
            walk[-1],
            len(met) == len(set(met)),
            "no id on two pages",
            f"{len(met) - len(set(met))} repeated",
            "/items",
        )
        yield check(
            walk[-1],
            wanted <= set(met),
            "every created id on one of the pages",
            f"{len(wanted - set(met))} missing",
            "/items",
        )


@rule_of_kinds("list-next-link-leads-to-more", *FLOW_SERVICE_KINDS)
def list_next_link_leads_to_more(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    begun: set[str] = set()
    for page in _noted(evidence, kind, "walk"):
        if page.notes["walk"] in begun:
            yield check(
                page, bool(page.at("/items")), "a page with items", "an empty one", "/items"
            )
        begun.add(page.notes["walk"])


@rule_of_kinds("list-pages-keep-the-filter", *FLOW_SERVICE_KINDS)
def list_pages_keep_the_filter(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for page in _noted(evidence, kind, "among"):
        names = [at(item, "/name") for item in page.at("/items")]
        others = [name for name in names if name not in page.notes["among"]]
        yield check(page, not others, f"only items of {page.notes['among']}", others, "/items")


@rule_of_kinds("list-begins-with-the-newest", CONNECTION, TARGET)
def list_begins_with_the_newest(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in _noted(evidence, kind, "newest"):
        newest, ids = exchange.notes["newest"], _ids(exchange)
        fine = bool(ids) and ids == newest[: len(ids)]  # the first page may be a small one
        yield check(exchange, fine, f"{newest} in this order", ids, "/items")


@rule_of_kinds("list-agrees-with-read", *FLOW_SERVICE_KINDS)
def list_agrees_with_read(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in _noted(evidence, kind, "shown"):
        shown = exchange.notes["shown"]
        for position, item in enumerate(exchange.at("/items")):
            if at(item, "/id") == shown["id"]:
                told = {m: at(item, f"/{m}") for m in shown}
                wrong = {m: told[m] for m in shown if told[m] not in (shown[m], ABSENT)}
                missing = [m for m in ("etag", "name") if told[m] is ABSENT]
                fine = not wrong and not missing
                yield check(exchange, fine, repr(shown), wrong or missing, f"/items/{position}")


@rule_of_kinds("list-filters-narrow-each-other", CONNECTION, FLOW)
def list_filters_narrow_each_other(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.cases(kind.row("list-filters-narrow-each-other")):
        yield _exactly(exchange)


@rule_of_kinds("list-filter-compares-dates", CONNECTION, FLOW)
def list_filter_compares_dates(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.cases(kind.row("list-filter-compares-dates")):
        yield holds(exchange) if exchange.status == 400 else _exactly(exchange)


@rule("flow-service.flows.list-filter-reaches-into-arrays")
def list_filter_reaches_into_arrays(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.cases("flow-service.flows.list-filter-reaches-into-arrays"):
        yield _exactly(exchange)


def _exactly(exchange: Exchange) -> Finding:
    expected, ids = sorted(exchange.notes["exactly"]), sorted(map(str, _ids(exchange)))
    fine = exchange.status == 200 and ids == expected
    return check(exchange, fine, f"200 with {expected}", f"{exchange.status} with {ids}", "/items")


def _noted(evidence: Evidence, kind: Kind, note: str) -> list[Exchange]:
    return [
        e
        for e in evidence.successes(kind.list())
        if note in e.notes and isinstance(e.at("/items"), list)
    ]


@rule_of_kinds("refused-create-stores-nothing", CONNECTION, FLOW)
def refused_create_stores_nothing(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    creates = evidence.answered(kind.create())
    for exchange in _noted(evidence, kind, "refused"):
        name = exchange.notes["refused"]
        bearing = [e for e in creates if name in e.request.text]
        if bearing and all(e.status >= 400 for e in bearing):
            stored = [at(i, "/id") for i in exchange.at("/items") if at(i, "/name") == name]
            yield check(exchange, not stored, f"nothing named {name}", stored, "/items")


@rule_of_kinds("list-follows-orderby", CONNECTION, FLOW)
def list_follows_orderby(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in _noted(evidence, kind, "ordered"):
        names = [at(item, "/name") for item in exchange.at("/items")]
        expected = sorted(map(str, names), reverse=exchange.notes["ordered"].endswith("-name"))
        yield check(exchange, names == expected, repr(expected), names, "/items")


def _ids(exchange: Exchange) -> list[Any]:
    return [item.get("id") for item in exchange.at("/items") or [] if isinstance(item, dict)]
