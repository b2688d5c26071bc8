"""Statements that hold for base, source and target connections and flows alike: create, read, update, delete."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Change, Evidence, Timeline
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.kinds import CONNECTION, FLOW, FLOW_SERVICE_KINDS, Kind
from conformance.engine.patch import PatchError, apply_patch, differences, missing_from, touched
from conformance.engine.verdict import Finding, breaks, check, holds
from conformance.rules.registry import rule_of_kinds

VOLATILE = frozenset(
    {
        "etag",
        "version",
        "updatedAt",
        "updatedBy",
        "updatedClient",
        "lastOperation",
        "lastRunDetails",
    }
)
SETTLED = ("enabled", "disabled")
OWN_ROWS = {FLOW.name: {"transformations", "scheduleParams"}, CONNECTION.name: {"auth"}}


@rule_of_kinds("create-returns-etag", *FLOW_SERVICE_KINDS)
def create_returns_etag(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    destinations = _destination_journeys(evidence)
    for exchange in evidence.successes(kind.create()):
        present = isinstance(exchange.at("/etag"), str)
        if present or kind is FLOW or exchange.journey not in destinations:
            yield check(exchange, present, "an etag", exchange.at("/etag"), "/etag")


def _destination_journeys(evidence: Evidence) -> set[str]:
    """Journeys that go through the profile store: their documents print creates with an id alone (S2:163-279)."""
    profile_store = "8a9c3494-9708-43d7-ae3f-cda01e5030e1"
    creates = (e for k in FLOW_SERVICE_KINDS for e in evidence.successes(k.create()))
    return {e.journey for e in creates if at(e.sent, "/connectionSpec/id") == profile_store}


@rule_of_kinds("created-ids-are-distinct", *FLOW_SERVICE_KINDS)
def created_ids_are_distinct(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    seen: dict[str, Exchange] = {}
    for exchange in evidence.successes(kind.create()):
        identifier = exchange.at("/id")
        if isinstance(identifier, str):
            yield check(
                exchange,
                identifier not in seen,
                "an id that no other create returned",
                identifier,
                "/id",
            )
            seen[identifier] = exchange


@rule_of_kinds("read-returns-the-one-asked-for", *FLOW_SERVICE_KINDS)
def read_returns_the_one_asked_for(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.get()):
        if exchange.item is not ABSENT:
            asked = exchange.path["id"]
            yield check(
                exchange,
                exchange.item.get("id") == asked,
                asked,
                exchange.item.get("id"),
                "/items/0/id",
            )


@rule_of_kinds("version-equals-etag", *FLOW_SERVICE_KINDS)
def version_equals_etag(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.get()):
        if exchange.item is not ABSENT:
            etag = exchange.item.get("etag")
            yield check(
                exchange,
                exchange.item.get("version") == etag,
                str(etag),
                exchange.item.get("version"),
                "/items/0/version",
            )


@rule_of_kinds("etag-header-equals-etag", *FLOW_SERVICE_KINDS)
def etag_header_equals_etag(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.get()):
        header = exchange.response.header("ETag") if exchange.response else None
        if header is not None and exchange.item is not ABSENT:
            etag = exchange.item.get("etag")
            yield check(exchange, header == etag, f"the header ETag to be {etag}", header)


@rule_of_kinds("create-stores-what-was-sent", *FLOW_SERVICE_KINDS)
def create_stores_what_was_sent(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        read = timeline.first_read()
        if timeline.created is None or read is None or not isinstance(timeline.created.sent, dict):
            continue
        left_out = OWN_ROWS.get(kind.name, set())
        sent = {k: v for k, v in timeline.created.sent.items() if k not in left_out}
        spec = at(timeline.created.sent, "/auth/specName")
        if spec is not ABSENT and read.at("/items/0/auth") is not ABSENT:
            sent["auth"] = {"specName": spec}
        yield from _stored(read, sent)


def _stored(read: Exchange, sent: Any) -> Iterator[Finding]:
    lost = missing_from(sent, read.item)
    for pointer, expected, actual in lost:
        yield breaks(read, repr(expected), actual, f"/items/0{pointer}")
    if not lost:
        yield holds(read)


@rule_of_kinds("update-date-is-not-before-creation", *FLOW_SERVICE_KINDS)
def update_date_is_not_before_creation(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.get()):
        created, updated = exchange.at("/items/0/createdAt"), exchange.at("/items/0/updatedAt")
        if isinstance(created, int) and isinstance(updated, int):
            yield check(
                exchange,
                created <= updated,
                f"at least createdAt {created}",
                updated,
                "/items/0/updatedAt",
            )


@rule_of_kinds("organization-and-sandbox-are-named", *FLOW_SERVICE_KINDS)
def organization_and_sandbox_are_named(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for exchange in evidence.successes(kind.get()):
        if exchange.item is ABSENT:
            continue
        for member, header in (("imsOrgId", "x-gw-ims-org-id"), ("sandboxName", "x-sandbox-name")):
            expected = exchange.request.header(header)
            if expected is not None:
                actual = exchange.item.get(member, ABSENT)
                yield check(exchange, actual == expected, expected, actual, f"/items/0/{member}")


@rule_of_kinds("etag-is-stable-on-reads", *FLOW_SERVICE_KINDS)
def etag_is_stable_on_reads(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        for first, second in unchanged_pairs(timeline):
            etag = first.item.get("etag")
            yield check(
                second,
                second.item.get("etag") == etag,
                f"the etag of the read before, {etag}",
                second.item.get("etag"),
                "/items/0/etag",
            )


def unchanged_pairs(timeline: Timeline) -> Iterator[tuple[Exchange, Exchange]]:
    """Reads with only reads and refusals between them, of an entity that had settled."""
    last: Exchange | None = None
    for event in timeline.events:
        if event in timeline.reads and event.item is not ABSENT:
            if last is not None and _settled(timeline.kind, last):
                yield last, event
            last = event
        elif event.request.method != "GET":
            last = None


def _settled(kind: Kind, read: Exchange) -> bool:
    return kind is not FLOW or read.item.get("state") in SETTLED


@rule_of_kinds("etag-never-returns", *FLOW_SERVICE_KINDS)
def etag_never_returns(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        spent: dict[str, Exchange] = {}
        current: str | None = None
        for exchange in timeline.reads:
            etag = exchange.item.get("etag") if exchange.item is not ABSENT else None
            if not isinstance(etag, str) or etag == current:
                continue
            if current is not None:
                spent[current] = exchange
                yield check(
                    exchange, etag not in spent, "an etag not used before", etag, "/items/0/etag"
                )
            current = etag


@rule_of_kinds("update-returns-identifier-and-etag", *FLOW_SERVICE_KINDS)
def update_returns_identifier_and_etag(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for change in _updates(evidence, kind):
        exchange = change.exchange
        if exchange.status == 202 and exchange.response and not exchange.response.text:
            yield holds(exchange)
        if exchange.status != 200:
            continue
        asked, base = exchange.path["id"], "/items/0" if exchange.item is not ABSENT else ""
        yield check(
            exchange,
            exchange.at(f"{base}/id") == asked,
            asked,
            exchange.at(f"{base}/id"),
            f"{base}/id",
        )
        if (
            change.after is not None
            and change.after.item is not ABSENT
            and _settled(kind, change.after)
        ):
            etag = change.after.item.get("etag", exchange.at(f"{base}/etag"))
            actual = exchange.at(f"{base}/etag")
            fine = isinstance(actual, str) and actual == etag
            yield check(exchange, fine, f"the new etag {etag}", actual, f"{base}/etag")


def _updates(evidence: Evidence, kind: Kind) -> list[Change]:
    return [change for timeline in evidence.timelines(kind) for change in timeline.updates()]


@rule_of_kinds("update-changes-etag", *FLOW_SERVICE_KINDS)
def update_changes_etag(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for change in _updates(evidence, kind):
        before = change.exchange.request.header("If-Match")
        if change.after is not None and change.after.item is not ABSENT:
            after = change.after.item.get("etag")
            yield check(
                change.after, after != before, f"another etag than {before}", after, "/items/0/etag"
            )


def expected_after(change: Change) -> Any:
    """The entity as the documents say it must be after an update, or ABSENT where that cannot be told."""
    if (
        change.before is None
        or change.after is None
        or ABSENT in (change.before.item, change.after.item)
    ):
        return ABSENT
    try:
        return apply_patch(change.before.item, change.exchange.sent)
    except (PatchError, TypeError, KeyError):
        return ABSENT


@rule_of_kinds("update-stores-the-change", *FLOW_SERVICE_KINDS)
def update_stores_the_change(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for change in _updates(evidence, kind):
        expected = expected_after(change)
        if expected is ABSENT or change.after is None:
            continue
        members = touched(change.exchange.sent) - {"auth"}
        wrong = [d for m in members for d in _member_differences(m, expected, change.after.item)]
        for pointer, want, actual in wrong:
            yield breaks(change.after, repr(want), actual, f"/items/0{pointer}")
        if members and not wrong:
            yield holds(change.after)


def _member_differences(member: str, expected: Any, actual: Any) -> list[tuple[str, Any, Any]]:
    return differences(expected.get(member, ABSENT), actual.get(member, ABSENT), f"/{member}")


@rule_of_kinds("update-leaves-the-rest-alone", *FLOW_SERVICE_KINDS)
def update_leaves_the_rest_alone(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for change in _updates(evidence, kind):
        if (
            change.before is None
            or change.after is None
            or ABSENT in (change.before.item, change.after.item)
        ):
            continue
        ignored = touched(change.exchange.sent) | VOLATILE | _settling(change)
        yield from same_but(change.before, change.after, ignored)


def _settling(change: Change) -> frozenset[str]:
    """The state is compared unless it is on its way to another (facts:106)."""
    states = [read.item.get("state", SETTLED[0]) for read in (change.before, change.after) if read]
    return frozenset() if all(s in SETTLED for s in states) else frozenset({"state"})


def same_but(
    before: Exchange, after: Exchange, ignored: set[str] | frozenset[str]
) -> Iterator[Finding]:
    """The entity is the same in two reads, apart from some members."""
    kept = {k: v for k, v in before.item.items() if k not in ignored}
    now = {k: v for k, v in after.item.items() if k not in ignored}
    wrong = differences(kept, now)
    for pointer, want, actual in wrong:
        yield breaks(after, repr(want), actual, f"/items/0{pointer}")
    if not wrong:
        yield holds(after)


@rule_of_kinds("refused-request-changes-nothing", *FLOW_SERVICE_KINDS)
def refused_request_changes_nothing(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        for change in timeline.refusals():
            if change.before is None or change.after is None or not _settled(kind, change.before):
                continue
            if ABSENT not in (change.before.item, change.after.item):
                yield from same_but(change.before, change.after, frozenset({"lastRunDetails"}))


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
        for gone in exchange.notes["lacks"]:
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
