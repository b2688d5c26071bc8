"""What stands in a sandbox under the names of a run, found by listing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import CLASS, DATA_SET, FLOW_SERVICE_KINDS, KINDS, MAPPING_SET, SCHEMA

if TYPE_CHECKING:
    from conformance.engine.session import Session

PAGE = "100"
MOST_PAGES = 50
LONGEST_NAME = 1000
DAY = 86_400.0
Query = dict[str, str]


@dataclass(frozen=True)
class Stray:
    """One entity as a list shows it."""

    kind: str
    id: str
    name: str
    sandbox: str


def named(session: "Session", kind: str, name: str, sandbox: str) -> list[Stray] | None:
    """The entities of a kind that bear exactly this name; None when the target does not tell."""
    if len(name) > LONGEST_NAME:
        return None
    queries = {SCHEMA.name: _titled(name[:-1]), CLASS.name: _titled(name[:-1])}
    queries[DATA_SET.name] = {"name": name, "limit": PAGE}
    query = queries.get(kind, {"property": f"name=={name}", "limit": PAGE})
    found = _listed(session, kind, query, sandbox)
    return None if found is None else [one for one in found if one.name == name]


def of_run(
    session: "Session", kind: str, run: str, since: float, sandbox: str
) -> list[Stray] | None:
    """The entities of a kind whose names begin with that of a run; None when the target does not tell."""
    for query in _queries(kind, run, since):
        found = _listed(session, kind, query, sandbox)
        if found is not None:
            return [one for one in found if one.name.startswith(f"{run} ")]
    return None


def _queries(kind: str, run: str, since: float) -> list[Query]:
    if KINDS[kind] in FLOW_SERVICE_KINDS:
        newer = int((since - DAY) * 1000)  # clocks differ
        return [{"property": f"createdAt>={newer}", "limit": PAGE}, {"limit": PAGE}]
    if kind == DATA_SET.name:
        return [{"property": f"name~^{run} ", "limit": PAGE}, {"limit": PAGE}]
    return [_titled(run)]


def _titled(start: str) -> Query:
    return {"orderby": "title", "start": start, "limit": PAGE}


def _listed(session: "Session", kind: str, query: Query, sandbox: str) -> list[Stray] | None:
    if kind == MAPPING_SET.name:
        return None
    found: dict[str, Stray] = {}
    for page in _pages(session, kind, query, sandbox):
        if page.error or page.status != 200:
            return None
        fresh = {s.id: s for s in _strays(page, kind, sandbox) if s.id not in found}
        found |= fresh
        if not fresh:
            break
    return list(found.values())


def _pages(session: "Session", kind: str, query: Query, sandbox: str) -> Iterator[Exchange]:
    """Page after page; the registry goes on after the last title, Catalog after so many, the rest by links."""
    operation = KINDS[kind].list()
    for _ in range(MOST_PAGES):
        page = session.call(operation, query=query, sandbox=sandbox, step="look", halts=False)
        yield page
        following = _following(page, kind, query)
        if following is None:
            return
        query = following


def _following(page: Exchange, kind: str, query: Query) -> Query | None:
    if KINDS[kind] in FLOW_SERVICE_KINDS:
        link = page.at("/_links/next/href")
        token = link.partition("continuationToken=")[2] if isinstance(link, str) else ""
        return {"continuationToken": unquote(token.partition("&")[0])} if token else None
    if kind == DATA_SET.name:
        return {**query, "start": str(int(query.get("start", "0")) + int(PAGE))}
    titles = [_text(item, "title") for item in _items(page)]
    return {**query, "start": titles[-1]} if titles else None


def _items(page: Exchange) -> list[Any]:
    for pointer in ("/items", "/results"):
        found = page.at(pointer)
        if isinstance(found, list):
            return found
    return []


def _strays(page: Exchange, kind: str, sandbox: str) -> Iterator[Stray]:
    if kind == DATA_SET.name:
        body = page.body if isinstance(page.body, dict) else {}
        for identifier, item in body.items():
            yield Stray(kind, identifier, _text(item, "name"), sandbox)
        return
    flows = KINDS[kind] in FLOW_SERVICE_KINDS
    for item in _items(page):
        identifier = _text(item, "id") if flows else _text(item, "meta:altId")
        if identifier:
            yield Stray(kind, identifier, _text(item, "name" if flows else "title"), sandbox)


def _text(item: Any, member: str) -> str:
    value = item.get(member) if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""
