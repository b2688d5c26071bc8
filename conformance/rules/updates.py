"""Updates of base, source and target connections and flows: what changes and what does not."""

from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Change, Evidence
from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.kinds import FLOW, FLOW_SERVICE_KINDS, Kind
from conformance.engine.likeness import by_value, documented, member_names, of_the_client, whole
from conformance.engine.patch import PatchError, apply_patch, differences, touched
from conformance.engine.verdict import Finding, breaks, check, holds
from conformance.rules.etags import SETTLED, settled
from conformance.rules.registry import rule, rule_of_kinds

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


@rule_of_kinds("update-returns-identifier-and-etag", *FLOW_SERVICE_KINDS)
def update_returns_identifier_and_etag(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for change in updates_of(evidence, kind):
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
            and settled(kind, change.after)
        ):
            etag = change.after.item.get("etag", exchange.at(f"{base}/etag"))
            actual = exchange.at(f"{base}/etag")
            fine = isinstance(actual, str) and actual == etag
            yield check(exchange, fine, f"the new etag {etag}", actual, f"{base}/etag")


def updates_of(evidence: Evidence, kind: Kind) -> list[Change]:
    return [change for timeline in evidence.timelines(kind) for change in timeline.updates()]


@rule_of_kinds("update-changes-etag", *FLOW_SERVICE_KINDS)
def update_changes_etag(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for change in updates_of(evidence, kind):
        before = change.exchange.request.header("If-Match")
        if change.after is not None and change.after.item is not ABSENT:
            after = change.after.item.get("etag")
            fine = isinstance(after, str) and after.strip('"') != str(before).strip('"')
            yield check(change.after, fine, f"another etag than {before}", after, "/items/0/etag")


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
    names = names_sent(evidence, kind)
    for change in updates_of(evidence, kind):
        expected = expected_after(change)
        if expected is ABSENT or change.after is None:
            continue
        members = touched(change.exchange.sent) - {"auth"}
        found = [d for m in members for d in member_differences(m, expected, change.after.item)]
        wrong = of_the_client(found, names)
        for pointer, want, actual in wrong:
            yield breaks(change.after, repr(want), actual, f"/items/0{pointer}")
        if members and not wrong:
            yield holds(change.after)


def member_differences(member: str, expected: Any, actual: Any) -> list[tuple[str, Any, Any]]:
    """Where a member of two entities differs, compared by value."""
    want, shown = by_value(expected), by_value(actual)
    return differences(want.get(member, ABSENT), shown.get(member, ABSENT), f"/{member}")


def names_sent(evidence: Evidence, kind: Kind) -> set[str]:
    """The names of all members that creates and updates of a kind sent."""
    return member_names(e.sent for e in evidence.answered(kind.create(), kind.update()))


@rule_of_kinds("update-leaves-the-rest-alone", *FLOW_SERVICE_KINDS)
def update_leaves_the_rest_alone(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for change in updates_of(evidence, kind):
        if (
            change.before is None
            or change.after is None
            or ABSENT in (change.before.item, change.after.item)
        ):
            continue
        ignored = touched(change.exchange.sent) | VOLATILE | _settling(change)
        yield from same_but(change.before, change.after, ignored)


@rule("flow-service.flows.action-leaves-the-rest-alone")
def action_leaves_the_rest_alone(evidence: Evidence) -> Iterator[Finding]:
    names = names_sent(evidence, FLOW)
    for change in (c for timeline in evidence.timelines(FLOW) for c in timeline.actions()):
        before, after = change.before, change.after
        if before is None or after is None or ABSENT in (before.item, after.item):
            continue
        kept = names - VOLATILE - {"state"}
        old, new = ({k: v for k, v in e.item.items() if k in kept} for e in (before, after))
        wrong = of_the_client(differences(by_value(old), by_value(new)), names)
        for pointer, want, actual in wrong:
            yield breaks(after, repr(want), actual, f"/items/0{pointer}")
        if not wrong:
            yield holds(after)


@rule_of_kinds("update-advances-the-update-date", *FLOW_SERVICE_KINDS)
def update_advances_the_update_date(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    pointer = "/items/0/updatedAt"
    for change in updates_of(evidence, kind):
        if change.before is not None and change.after is not None:
            old, new = whole(change.before.at(pointer)), whole(change.after.at(pointer))
            if old is not None and new is not None:
                fine = new > old or (old == new and (not new % 1000 or _at_once(change)))
                yield check(change.after, fine, f"later than {old}", new, pointer)


def _at_once(change: Change) -> bool:
    """Whether both writes may have been in one millisecond: a read was between them."""
    return change.before is None or change.exchange.started - change.before.started < 0.001


def _settling(change: Change) -> frozenset[str]:
    """The state is compared unless it is on its way to another (facts:106)."""
    states = [read.item.get("state", SETTLED[0]) for read in (change.before, change.after) if read]
    return frozenset() if all(s in SETTLED for s in states) else frozenset({"state"})


def same_but(
    before: Exchange, after: Exchange, ignored: set[str] | frozenset[str]
) -> Iterator[Finding]:
    """The entity is the same in two reads, apart from some members."""
    kept = {k: v for k, v in documented(before.item).items() if k not in ignored}
    now = {k: v for k, v in documented(after.item).items() if k not in ignored}
    wrong = differences(kept, now)
    for pointer, want, actual in wrong:
        yield breaks(after, repr(want), actual, f"/items/0{pointer}")
    if not wrong:
        yield holds(after)


@rule_of_kinds("refused-request-changes-nothing", *FLOW_SERVICE_KINDS)
def refused_request_changes_nothing(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for timeline in evidence.timelines(kind):
        for change in timeline.refusals():
            if change.before is None or change.after is None or not settled(kind, change.before):
                continue
            if ABSENT not in (change.before.item, change.after.item):
                yield from same_but(change.before, change.after, frozenset({"lastRunDetails"}))
