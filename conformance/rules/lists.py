"""Lists of base, source and target connections and flows."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import Exchange, at
from conformance.engine.kinds import CONNECTION, FLOW, FLOW_SERVICE_KINDS, LEAVING, Kind
from conformance.engine.verdict import Finding, check
from conformance.rules.registry import rule_of_kinds


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
        expected = sorted(map(str, names), reverse=exchange.notes["ordered"] == "-name")
        yield check(exchange, names == expected, repr(expected), names, "/items")


def _ids(exchange: Exchange) -> list[Any]:
    return [item.get("id") for item in exchange.at("/items") or [] if isinstance(item, dict)]
