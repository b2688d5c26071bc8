"""Lists of Catalog and of the Schema Registry, and members chosen with properties."""

from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import Exchange, at
from conformance.engine.patch import missing_from
from conformance.engine.verdict import Finding, check
from conformance.rules.registry import rule


@rule("catalog.data-sets.list-start-skips-entries")
def list_start_skips_entries(evidence: Evidence) -> Iterator[Finding]:
    pages = [e for e in evidence.successes("listDataSets") if "start" in e.notes]
    for whole, rest, again in zip(pages[::3], pages[1::3], pages[2::3], strict=True):
        if list(_object(whole)) == list(_object(again)):  # nobody else was at work in between
            skipped = set(_object(whole)) - set(_object(rest))
            fine = len(skipped) == 1 and set(_object(rest)) < set(_object(whole))
            expected = f"all but one of {sorted(_object(whole))}"
            yield check(rest, fine, expected, sorted(_object(rest)))


@rule("catalog.data-sets.properties-limit-the-members")
def properties_limit_the_members(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("getDataSet", "listDataSets"):
        chosen = exchange.notes.get("properties")
        if chosen and exchange.status == 200:
            for identifier, data_set in _object(exchange).items():
                others = sorted(set(data_set) - set(chosen))
                yield check(exchange, not others, f"only {chosen}", others, f"/{identifier}")


@rule("catalog.data-sets.tags-are-stored")
def tags_are_stored(evidence: Evidence) -> Iterator[Finding]:
    sent = {
        str(e.at("/0")).rsplit("/", 1)[-1]: at(e.sent, "/tags")
        for e in evidence.successes("createDataSet")
        if "tags" in e.sent
    }
    for exchange in evidence.successes("getDataSet"):
        identifier = exchange.path["id"]
        if identifier in sent:
            pointer = f"/{identifier}/tags"
            lost = missing_from(sent[identifier], exchange.at(pointer))
            yield check(exchange, not lost, repr(sent[identifier]), exchange.at(pointer), pointer)


def _object(exchange: Exchange) -> dict[str, Any]:
    return exchange.body if isinstance(exchange.body, dict) else {}


def _results(exchange: Exchange) -> list[Any]:
    results = exchange.at("/results")
    return results if isinstance(results, list) else []


@rule("schema-registry.schemas.list-follows-orderby")
def list_follows_orderby(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("listSchemas"):
        if "ordered" in exchange.notes:
            titles = [str(at(one, "/title")) for one in _results(exchange)]
            own = [title for title in titles if title.startswith(exchange.notes["own"])]
            expected = sorted(own, reverse=exchange.notes["ordered"].startswith("-"))
            fine = len(own) > 1 and own == expected
            yield check(exchange, fine, f"the schemas {expected} in this order", own, "/results")


@rule("schema-registry.schemas.deleted-schema-leaves-the-list")
def deleted_schema_leaves_the_list(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("listSchemas"):
        gone = exchange.notes.get("lacks")
        if gone:
            listed = [at(one, "/meta:altId") for one in _results(exchange)]
            yield check(exchange, gone not in listed, f"no {gone}", "it is listed", "/results")
