"""Which exchanges of somebody else's client may be held against its server, and which may not."""

import re
from collections.abc import Iterator
from dataclasses import replace

from conformance.engine.contract import Contract
from conformance.engine.evidence import Journey
from conformance.engine.exchange import Exchange
from conformance.engine.kinds import BY_OPERATION, created_names
from conformance.engine.query import arguments, filtered_by
from conformance.recordings.traffic import CHANGED_OTHERWISE, LOST
from conformance.rules.client.requests import is_draft

# Cases that no row owns: rules that speak of lawful requests pass over them.
CLIENT = "(client)"  # the request breaks what the documents ask of clients
REFUSED = "(refused)"  # it was not granted, as may happen to any lawful request
UNKNOWN = "(unknown)"  # what was sent or answered is not known
OTHER = "(other)"  # lawful, but outside of what the rules speak about

# The member that the documents filter these lists by, and what may stand beside the filter.
FILTERS = {"listRuns": "flowId", "listConnectionSpecs": "id", "listFlowSpecs": "name"}
PAGING = {"limit", "start", "count", "orderby"}
_VALUE = re.compile(r"[\w.-]+")
PARTIAL = {"getDataSet": "properties", "listDataSets": "properties"}
LISTS = re.compile(r"list(Connections|SourceConnections|TargetConnections|Flows|DataSets)")


def server_view(
    journey: Journey, contract: Contract, mistaken: set[str], misshapen: set[str]
) -> Journey:
    """The journey as a server may be judged by it.

    `mistaken` are the ids of exchanges whose request breaks a MUST of the client, `misshapen` those
    of them that may have put what no document describes into the target.
    """
    odd: set[str] = set()
    seen = []
    for exchange in journey.exchanges:
        if exchange.id in misshapen or is_draft(exchange):
            odd |= _names(exchange)
        seen.append(_seen(exchange, contract, exchange.id in mistaken, odd))
    return Journey(journey.name, seen)


def _names(exchange: Exchange) -> set[str]:
    """The entities that a request made or changed."""
    kind = BY_OPERATION.get(exchange.operation)
    if kind is None or exchange.response is None or not exchange.response.is_success:
        return set()
    made = created_names(kind, exchange) if exchange.operation == kind.create() else []
    return {*made, *exchange.path.values()} if exchange.request.method != "GET" else set()


def _seen(exchange: Exchange, contract: Contract, mistaken: bool, odd: set[str]) -> Exchange:
    response = exchange.response
    if response is None:
        return replace(exchange, case=UNKNOWN)
    if response.is_success:
        notes = {**exchange.notes, **dict(_shown(exchange))}
        return replace(exchange, case=CLIENT if mistaken else _case(exchange, odd), notes=notes)
    if (
        400 <= exchange.status < 500
        and "answer" not in exchange.notes.get(LOST, ())
        and str(exchange.status) in contract[exchange.operation].schemas
    ):
        notes = {**exchange.notes, "refusal": True}
        return replace(exchange, case=CLIENT if mistaken else REFUSED, notes=notes)
    # It may come from anything on the way, and a write may have been done all the same.
    return replace(exchange, case=REFUSED, response=None, error="no documented answer")


def _case(exchange: Exchange, odd: set[str]) -> str | None:
    """Why a success cannot be judged as the answer to a lawful request, or None."""
    if exchange.notes.get(LOST):
        return UNKNOWN
    if exchange.notes.get(CHANGED_OTHERWISE) or _is_odd(exchange, odd) or _is_other(exchange):
        return OTHER
    return None


def _is_odd(exchange: Exchange, odd: set[str]) -> bool:
    told = exchange.request.url + (exchange.response.text if exchange.response else "")
    return any(name in told for name in odd)


def _is_other(exchange: Exchange) -> bool:
    """Whether a request asks for another form of answer than the documents print."""
    given = arguments(exchange.request.url)
    if exchange.operation in FILTERS and not _is_printed(exchange, given):
        return True
    if exchange.operation in PARTIAL and PARTIAL[exchange.operation] in given:
        return True
    accept = exchange.request.header("Accept") or ""
    return exchange.operation in ("getSchema", "getClass") and "notext" in accept


def _is_printed(exchange: Exchange, given: dict[str, list[str]]) -> bool:
    """Whether a list is filtered as the documents print it: by one value of one member, or by none."""
    asked = filtered_by(exchange.request.url, FILTERS[exchange.operation])
    if not given.keys() <= {"property", *PAGING} or len(asked) != len(given.get("property", [])):
        return False
    if not asked:
        return exchange.operation != "listRuns"
    return len(asked) == 1 and _VALUE.fullmatch(asked[0]) is not None


def _shown(exchange: Exchange) -> Iterator[tuple[str, int]]:
    """What the address alone says about the answer."""
    query = arguments(exchange.request.url)
    limit = query.get("limit", [""])[0]
    if LISTS.fullmatch(exchange.operation) and limit.isdecimal() and "count" not in query:
        yield "limit", int(limit)
