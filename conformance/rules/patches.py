"""JSON Patch on flows (RFC 6902), activations, and several writers at once."""

from collections.abc import Iterator
from typing import Any

from conformance.engine.evidence import Change, Evidence
from conformance.engine.exchange import ABSENT, at
from conformance.engine.kinds import FLOW
from conformance.engine.likeness import of_the_client
from conformance.engine.patch import differences, missing_from
from conformance.engine.verdict import Finding, breaks, check, holds
from conformance.rules.registry import rule
from conformance.rules.updates import expected_after, member_differences, names_sent


def _patches(evidence: Evidence, case: str) -> Iterator[Change]:
    for timeline in evidence.timelines(FLOW):
        for change in timeline.updates():
            if change.exchange.notes.get("patch") == case:
                yield change


def _selectors(item: Any) -> list[Any]:
    params = at(item, "/transformations/0/params")
    found = [at(params, f"/{kind}/selectors") for kind in ("segmentSelectors", "profileSelectors")]
    return [s for group in found if isinstance(group, list) for s in group]


@rule("flow-service.flows.activation-stores-every-selector")
def activation_stores_every_selector(evidence: Evidence) -> Iterator[Finding]:
    for timeline in evidence.timelines(FLOW):
        for change in timeline.updates():
            adds = [
                o["value"]
                for o in change.exchange.sent or []
                if "Selectors/selectors/-" in o.get("path", "")
            ]
            if len(adds) < 2 or change.after is None or change.exchange.notes.get("patch"):
                continue
            stored = _selectors(change.after.item)
            lost = [a for a in adds if all(missing_from(a, one) for one in stored)]
            yield check(
                change.after,
                not lost,
                f"all {len(adds)} selectors",
                f"{lost} missing",
                "/items/0/transformations/0/params",
            )


def _patch_rule(name: str) -> None:
    @rule(f"flow-service.flows.{name}")
    def judge(evidence: Evidence) -> Iterator[Finding]:
        names = names_sent(evidence, FLOW)
        for change in _patches(evidence, name):
            expected = expected_after(change)
            if expected is ABSENT or change.after is None:
                continue
            wrong = [
                d
                for member in ("transformations", "description")
                for d in member_differences(member, expected, change.after.item)
            ]
            wrong = of_the_client(wrong, names)
            for pointer, want, actual in wrong:
                yield breaks(change.after, repr(want), actual, f"/items/0{pointer}")
            if not wrong:
                yield holds(change.after)


for _name in (
    "patch-adds-at-the-end",
    "patch-adds-at-an-index",
    "patch-replaces-a-value",
    "patch-replaces-a-whole-object",
    "patch-removes-a-value",
    "patch-applies-operations-in-order",
    "long-and-foreign-text-is-kept",
):
    _patch_rule(_name)


@rule("flow-service.flows.patch-adds-an-equal-value")
def patch_adds_an_equal_value(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.cases("flow-service.flows.patch-adds-an-equal-value"):
        if exchange.status >= 400:
            yield holds(exchange)
    for read in evidence.successes("getFlow"):
        if "twice" in read.notes:
            twin = read.notes["twice"]
            times = sum(not missing_from(twin, one) for one in _selectors(read.item))
            yield check(read, times == 2, "the selector twice", f"{times} times", "/items/0")


@rule("flow-service.flows.patch-reads-escaped-pointers")
def patch_reads_escaped_pointers(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("getFlow"):
        pointer = exchange.notes.get("escaped")
        if pointer:
            yield check(
                exchange,
                exchange.at(pointer) == "x",
                "'x' under the key a/b~1c",
                exchange.at(pointer),
                pointer,
            )


@rule("flow-service.flows.patch-is-applied-whole-or-not-at-all")
def patch_is_applied_whole_or_not_at_all(evidence: Evidence) -> Iterator[Finding]:
    for timeline in evidence.timelines(FLOW):
        for change in timeline.refusals():
            if (
                change.exchange.case == "flow-service.flows.patch-is-applied-whole-or-not-at-all"
                and change.before
                and change.after
            ):
                wrong = differences(
                    change.before.item.get("transformations"),
                    change.after.item.get("transformations"),
                )
                wrong += differences(
                    change.before.item.get("name"), change.after.item.get("name"), "/name"
                )
                yield check(change.after, not wrong, "the flow as it was", wrong, "/items/0")
    for exchange in evidence.cases("flow-service.flows.patch-is-applied-whole-or-not-at-all"):
        yield check(exchange, exchange.status >= 400, "the patch to be refused", exchange.status)
