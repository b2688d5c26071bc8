"""Lists of datasets, mapping sets and schemas: their order, their pages and their filters."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.likeness import whole
from conformance.engine.verdict import Finding, check
from conformance.rules.registry import rule


def _noted(evidence: Evidence, operation: str, note: str) -> list[Exchange]:
    return [e for e in evidence.successes(operation) if note in e.notes]


def _data_sets(exchange: Exchange) -> dict[str, Any]:
    return exchange.body if isinstance(exchange.body, dict) else {}


@rule("catalog.data-sets.list-follows-order-by")
def list_follows_order_by(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _noted(evidence, "listDataSets", "created"):
        known = sorted(exchange.notes["created"])
        ascending = exchange.notes["ordered"].startswith("asc")
        place = exchange.notes["limit"]
        if exchange.notes["start"] or len(known) < place:
            continue
        bound = known[place - 1] if ascending else known[-place]
        shown = [at(one, "/created") for one in _data_sets(exchange).values()]
        told = [when for when in map(whole, shown) if when is not None]
        fine = all(when <= bound if ascending else when >= bound for when in told)
        expected = (
            f"none created {'after' if ascending else 'before'} {bound}, which is on that page"
        )
        yield check(exchange, fine, expected, shown)


@rule("catalog.data-sets.list-start-skips-that-many")
def list_start_skips_that_many(evidence: Evidence) -> Iterator[Finding]:
    for first, second in _steady_pages(evidence, "listDataSets", lambda e: sorted(_data_sets(e))):
        page = _data_sets(first)
        dates = {name: at(one, "/created") for name, one in page.items()}
        left = list(_data_sets(second))
        fine = len(left) == 1 and left[0] in page and _is_second(first, left[0], dates)
        yield check(second, fine, f"the second of {sorted(page)}", left)


def _is_second(first: Exchange, name: str, dates: dict[str, Any]) -> bool:
    told = [when for when in map(whole, dates.values()) if when is not None]
    if len(told) != len(dates):
        return True
    outer = max(told) if first.notes["ordered"].startswith("asc") else min(told)
    return bool(dates[name] == outer)


@rule("catalog.data-sets.list-by-name-excludes-others")
def list_by_name_excludes_others(evidence: Evidence) -> Iterator[Finding]:
    return _one_of_two(evidence, "lacks")


@rule("catalog.data-sets.list-by-pattern-excludes-others")
def list_by_pattern_excludes_others(evidence: Evidence) -> Iterator[Finding]:
    return _one_of_two(evidence, "unlike")


def _one_of_two(evidence: Evidence, note: str) -> Iterator[Finding]:
    for exchange in _noted(evidence, "listDataSets", note):
        found, wanted = list(_data_sets(exchange)), exchange.notes["lists"]
        other = exchange.notes[note]
        fine = wanted in found and other not in found
        yield check(exchange, fine, f"{wanted}, and not {other} of another name", found)


@rule("catalog.data-sets.properties-limit-the-members")
def properties_limit_the_members(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("getDataSet", "listDataSets"):
        chosen = exchange.notes.get("properties")
        if chosen and exchange.status == 200:
            for identifier, one in _data_sets(exchange).items():
                others = sorted(set(one) - set(chosen)) if isinstance(one, dict) else one
                yield check(exchange, others == [], f"only {chosen}", others, f"/{identifier}")


def _ids(exchange: Exchange) -> list[Any]:
    found = exchange.at("/data")
    return [at(one, "/id") for one in found] if isinstance(found, list) else []


@rule("data-prep.mapping-sets.list-limit-bounds-page")
def mapping_sets_limit_bounds_page(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _noted(evidence, "listMappingSets", "limit"):
        limit, found = exchange.notes["limit"], len(_ids(exchange))
        yield check(exchange, found <= limit, f"at most {limit} mapping sets", found, "/data")


@rule("data-prep.mapping-sets.list-by-name-excludes-others")
def mapping_sets_by_name_exclude_others(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _noted(evidence, "listMappingSets", "lacks"):
        found, wanted = _ids(exchange), exchange.notes["lists"]
        fine = wanted in found and exchange.notes["lacks"] not in found
        expected = f"{wanted}, and not {exchange.notes['lacks']}, which has no name"
        yield check(exchange, fine, expected, found, "/data")


@rule("data-prep.mapping-sets.list-start-skips-that-many")
def mapping_sets_start_skips(evidence: Evidence) -> Iterator[Finding]:
    for first, second in _steady_pages(evidence, "listMappingSets", _ids):
        expected, actual = _ids(first)[1:], _ids(second)
        yield check(second, actual == expected, repr(expected), actual, "/data")


@rule("data-prep.mapping-sets.list-follows-order-by")
def mapping_sets_follow_order_by(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _noted(evidence, "listMappingSets", "ordered"):
        found = exchange.at("/data")
        dates = [at(one, "/createdDate") for one in found] if isinstance(found, list) else []
        if len(dates) > 1 and ABSENT not in dates and len({type(date) for date in dates}) == 1:
            expected = sorted(dates, reverse=exchange.notes["ordered"].startswith("-"))
            yield check(exchange, dates == expected, repr(expected), dates, "/data")


def _steady_pages(
    evidence: Evidence, operation: str, shown: Any
) -> Iterator[tuple[Exchange, Exchange]]:
    """A first page that is full and that of its second alone, where nobody changed the list meanwhile."""
    pages: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in _noted(evidence, operation, "pages"):
        pages[exchange.notes["pages"]].append(exchange)
    for taken in pages.values():
        whole_page = len(taken) == 3 and len(shown(taken[0])) == taken[0].notes["limit"]
        if whole_page and shown(taken[0]) == shown(taken[2]):
            yield taken[0], taken[1]


@rule("schema-registry.schemas.list-follows-orderby")
def schemas_follow_orderby(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _noted(evidence, "listSchemas", "expected"):
        expected = exchange.notes["expected"]
        actual = [title for title in _titles(exchange) if title in expected]
        yield check(exchange, actual == expected, repr(expected), actual, "/results")


@rule("schema-registry.schemas.list-start-is-passed-over")
def schemas_start_is_passed_over(evidence: Evidence) -> Iterator[Finding]:
    for exchange in _noted(evidence, "listSchemas", "from"):
        start, titles = exchange.notes["from"], _titles(exchange)
        yield check(exchange, start not in titles, f"nothing titled {start}", titles, "/results")


def _titles(exchange: Exchange) -> list[Any]:
    found = exchange.at("/results")
    return [at(one, "/title") for one in found] if isinstance(found, list) else []


@rule("schema-registry.schemas.deleted-schema-leaves-the-list")
def deleted_schema_leaves_the_list(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("listSchemas"):
        gone = exchange.notes.get("lacks")
        if gone:
            titles = _titles(exchange)
            yield check(exchange, gone not in titles, f"nothing titled {gone}", titles, "/results")
