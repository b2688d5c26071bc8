"""The list envelope of the flow service: items, links, counts and continuation."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from conformance.emulator import query
from conformance.emulator.errors import RefusalError, flow_refusal
from conformance.emulator.exchange import Request, Response
from conformance.emulator.store import Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

ARGUMENTS = ("property", "limit", "count", "orderby", "continuationToken")
POSITIVE = re.compile(r"0*[1-9][0-9]{0,8}")
MOST_TOKENS = 512


@dataclass(slots=True)
class Continuations:
    """What is still to come after each page handed out."""

    rest: OrderedDict[str, tuple[str, int, list[Record]]] = field(default_factory=OrderedDict)

    def keep(self, token: str, kind: str, size: int, records: list[Record]) -> str:
        """Remember the rest of a list under a token."""
        self.rest[token] = (kind, size, records)
        if len(self.rest) > MOST_TOKENS:
            self.rest.popitem(last=False)
        return token


def answer(
    emulator: Emulator, request: Request, kind: str, records: Iterable[Record], links: bool = True
) -> Response:
    """Filter, sort, page and present records as the flow service lists them."""
    emulator.policy.check_list(emulator, request, kind)
    token = request.argument("continuationToken")
    if token is not None:
        chosen, size = _continued(emulator, request, kind, token)
    else:
        chosen, size = _chosen(emulator, request, kind, records), page_size(emulator, request)
    if counted(request) == "true":
        return Response(200, {"count": len(chosen)})
    page, rest = emulator.policy.page(emulator, request, chosen, size)
    payload: dict[str, Any] = {"items": [_present(emulator, request, record) for record in page]}
    if links or rest:
        payload["_links"] = _links(emulator, kind, size, rest)
    return Response(200, payload)


def _present(emulator: Emulator, request: Request, record: Record) -> Any:
    return emulator.policy.present(emulator, request, record)


def _chosen(
    emulator: Emulator, request: Request, kind: str, records: Iterable[Record]
) -> list[Record]:
    filters = [query.parse(kind, text) for text in request.arguments("property")]
    chosen = emulator.policy.filter_records(emulator, records, filters)
    return emulator.policy.sort_records(emulator, chosen, request.argument("orderby"))


def _continued(
    emulator: Emulator, request: Request, kind: str, token: str
) -> tuple[list[Record], int]:
    kept = emulator.continuations.rest.get(token)
    if kept is None or kept[0] != kind:
        raise RefusalError(400, "The continuationToken is not known")
    policy = emulator.policy
    records = [record for record in kept[2] if policy.visible(emulator, request, record)]
    return records, page_size(emulator, request) if request.argument("limit") else kept[1]


def page_size(emulator: Emulator, request: Request) -> int:
    """The `limit` asked for, at most a hundred (facts:84)."""
    limit = request.argument("limit")
    most = emulator.policy.page_size
    return most if limit is None else min(int(limit), 100)


def page(
    emulator: Emulator, request: Request, records: list[Record], size: int
) -> tuple[list[Record], list[Record]]:
    """The page to answer with, and what is left for later ones."""
    return records[:size], records[size:]


def _links(emulator: Emulator, kind: str, size: int, rest: list[Record]) -> dict[str, Any]:
    if not rest:
        return {}
    token = emulator.continuations.keep(emulator.ids.trace(), kind, size, rest)
    return {"next": {"href": f"/{kind}?{urlencode({'continuationToken': token})}"}}


def counted(request: Request) -> str | None:
    """What count says, in whichever case: clients write False too."""
    count = request.argument("count")
    return count if count is None else count.lower()


def check_list(emulator: Emulator, request: Request, kind: str) -> None:
    """Refuse the query parameters that the error catalogue refuses (facts:82-85)."""
    if any(name not in ARGUMENTS for name, _ in request.query):
        raise flow_refusal("1451-400", "A query parameter is not known")
    limit, count = request.argument("limit"), counted(request)
    if limit is not None and count == "true":
        raise flow_refusal("1401-400", "limit and count cannot be combined")
    if limit is not None and not POSITIVE.fullmatch(limit):
        raise RefusalError(400, "limit must be a positive integer")
    if count not in (None, "true", "false"):
        raise RefusalError(400, "count must be true or false")
    orderby = request.argument("orderby")
    if orderby is not None:
        query.check_order(kind, orderby)
