"""Flows and their runs: what their documents say beyond create, read, update, delete."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from conformance.engine.evidence import Evidence, Timeline
from conformance.engine.exchange import ABSENT, Exchange, at
from conformance.engine.kinds import FLOW, SOURCE, TARGET
from conformance.engine.likeness import by_value
from conformance.engine.patch import missing_from
from conformance.engine.query import filtered_by
from conformance.engine.verdict import Finding, breaks, check, holds
from conformance.rules.etags import unchanged_pairs
from conformance.rules.registry import rule

PROFILE_STORE = "8a9c3494-9708-43d7-ae3f-cda01e5030e1"


DESTINATION_SPEC = "71471eba-b620-49e4-90fd-23f1fa0174d8"


STREAMING_SPEC = "e77fde5a-22a8-11ed-861d-0242ac120002"


def _flows(evidence: Evidence) -> Iterator[tuple[Timeline, Exchange]]:
    """Each flow with every read of it that shows an item."""
    for timeline in evidence.timelines(FLOW):
        for read in timeline.reads:
            if read.item is not ABSENT:
                yield timeline, read


def _spec(timeline: Timeline) -> Any:
    return at(timeline.created.sent, "/flowSpec/id") if timeline.created else ABSENT


@rule("flow-service.flows.flow-becomes-enabled")
def flow_becomes_enabled(evidence: Evidence) -> Iterator[Finding]:
    for timeline in evidence.timelines(FLOW):
        states = [read.item.get("state") for read in timeline.reads if read.item is not ABSENT]
        if not states or ("enabled" not in states and _had_no_time(timeline, evidence)):
            continue
        yield check(
            timeline.reads[-1], "enabled" in states, "enabled", states[-1], "/items/0/state"
        )


def _had_no_time(timeline: Timeline, evidence: Evidence) -> bool:
    """Whether the client looked once and deleted the flow, or left before it could have settled."""
    deleted = any(event.operation == FLOW.delete() for event in timeline.events)
    return (deleted and len(timeline.reads) == 1) or evidence.left_off_at(timeline.reads[-1])


@rule("flow-service.flows.enabled-flow-has-settled-etag")
def enabled_flow_has_settled_etag(evidence: Evidence) -> Iterator[Finding]:
    for timeline in evidence.timelines(FLOW):
        for first, second in unchanged_pairs(timeline):
            if first.item.get("state") == "enabled" and "etag" in second.item:
                etag, kept = second.item["etag"], first.item.get("etag")
                yield check(second, etag == kept, f"still {kept}", etag, "/items/0/etag")
        for change in timeline.updates():
            if change.before is not None and change.before.at("/items/0/state") == "enabled":
                yield holds(change.exchange)
        for event in timeline.events:
            if event.operation == "updateFlow" and event.case is None and event.status == 412:
                yield breaks(event, "the etag that was just read to be current", 412)


@rule("flow-service.flows.connection-specs-are-inherited")
def connection_specs_are_inherited(evidence: Evidence) -> Iterator[Finding]:
    made = Counter(
        str(e.at("/id")) for k in (SOURCE, TARGET) for e in evidence.successes(k.create())
    )
    parts = [t for t in evidence.timelines(SOURCE, TARGET) if made[t.id] == 1]
    specs = {t.id: at(t.created.sent, "/connectionSpec") for t in parts if t.created}
    for timeline, read in _flows(evidence):
        for side in ("source", "target"):
            pointer = f"/items/0/inheritedAttributes/{side}Connections"
            named = at(timeline.created and timeline.created.sent, f"/{side}ConnectionIds") or []
            expected = [{"id": i, "connectionSpec": specs[i]} for i in named if i in specs]
            if expected:
                lost = missing_from(expected, read.at(pointer))
                yield check(read, not lost, repr(expected), read.at(pointer), pointer)


@rule("flow-service.flows.source-flow-is-marked")
def source_flow_is_marked(evidence: Evidence) -> Iterator[Finding]:
    pointer = "/items/0/inheritedAttributes/properties/isSourceFlow"
    for timeline, read in _flows(evidence):
        if _spec(timeline) not in (DESTINATION_SPEC, ABSENT) and read.at(pointer) is not ABSENT:
            yield check(read, read.at(pointer) is True, "true", read.at(pointer), pointer)


@rule("flow-service.flows.runs-link-names-the-flow")
def runs_link_names_the_flow(evidence: Evidence) -> Iterator[Finding]:
    for timeline, read in _flows(evidence):
        link = read.at("/items/0/runs")
        yield check(
            read,
            isinstance(link, str) and "/runs" in link and timeline.id in link,
            f"a runs link with {timeline.id}",
            link,
            "/items/0/runs",
        )


def _streaming(evidence: Evidence) -> Iterator[Exchange]:
    for timeline, read in _flows(evidence):
        if _spec(timeline) == STREAMING_SPEC and read.item.get("state") == "enabled":
            yield read


@rule("flow-service.flows.inlet-is-given")
def inlet_is_given(evidence: Evidence) -> Iterator[Finding]:
    for read in _streaming(evidence):
        url = read.at("/items/0/options/inletUrl")
        yield check(
            read,
            isinstance(url, str) and bool(url),
            "an endpoint address",
            url,
            "/items/0/options/inletUrl",
        )


@rule("flow-service.flows.inlet-host-is-documented")
def inlet_host_is_documented(evidence: Evidence) -> Iterator[Finding]:
    for read in _streaming(evidence):
        host = urlsplit(str(read.at("/items/0/options/inletUrl"))).hostname
        yield check(
            read, host == "dcs.adobedc.net", "dcs.adobedc.net", host, "/items/0/options/inletUrl"
        )


def _created_pairs(evidence: Evidence, member: str) -> Iterator[tuple[Exchange, Any]]:
    for timeline in evidence.timelines(FLOW):
        sent = at(timeline.created and timeline.created.sent, f"/{member}")
        for read in timeline.fresh_reads() if sent is not ABSENT else ():
            if read.item is not ABSENT:
                yield read, sent


@rule("flow-service.flows.transformations-are-echoed")
def transformations_are_echoed(evidence: Evidence) -> Iterator[Finding]:
    for read, sent in _created_pairs(evidence, "transformations"):
        yield from _kept(read, sent, "/transformations")


@rule("flow-service.flows.schedule-is-echoed-as-sent")
def schedule_is_echoed_as_sent(evidence: Evidence) -> Iterator[Finding]:
    for read, sent in _created_pairs(evidence, "scheduleParams"):
        yield from _kept(read, sent, "/scheduleParams")


def _kept(read: Exchange, sent: Any, member: str) -> Iterator[Finding]:
    lost = missing_from(by_value(sent), by_value(at(read.item, member)), member)
    for pointer, expected, actual in lost:
        yield breaks(read, repr(expected), actual, f"/items/0{pointer}")
    if not lost:
        yield holds(read)


@rule("flow-service.flows.numbers-sent-as-strings-are-accepted")
def numbers_sent_as_strings_are_accepted(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("createFlow"):
        schedule = at(exchange.sent, "/scheduleParams")
        numbers = [at(schedule, "/startTime"), at(schedule, "/interval")]
        if exchange.case is None and all(isinstance(number, str) for number in numbers):
            yield from accepted(exchange, "the schedule to be accepted")


def accepted(exchange: Exchange, expected: str) -> Iterator[Finding]:
    """A create was accepted, or refused as a bad request; any other answer says nothing about it."""
    if exchange.is_lawful_success and isinstance(exchange.at("/id"), str):
        yield holds(exchange)
    elif exchange.status in (400, 422):
        yield breaks(exchange, expected, exchange.status)


@rule("flow-service.flows.destination-transformation-is-general")
def destination_transformation_is_general(evidence: Evidence) -> Iterator[Finding]:
    for timeline, read in _flows(evidence):
        if _spec(timeline) == DESTINATION_SPEC:
            name = read.at("/items/0/transformations/0/name")
            yield check(
                read,
                name == "GeneralTransform",
                "GeneralTransform",
                name,
                "/items/0/transformations/0/name",
            )


@rule("flow-service.flows.disable-and-enable-change-the-state")
def disable_and_enable(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("getFlow"):
        wanted = exchange.notes.get("wanted-state")
        if wanted:
            yield check(
                exchange,
                exchange.at("/items/0/state") == wanted,
                wanted,
                exchange.at("/items/0/state"),
                "/items/0/state",
            )


@rule("flow-service.flows.list-count-answers-a-number")
def list_count(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("listFlows"):
        if "count" in exchange.notes:
            count = exchange.at("/count")
            yield check(
                exchange,
                count == exchange.notes["count"],
                str(exchange.notes["count"]),
                count,
                "/count",
            )
            yield check(
                exchange,
                exchange.at("/items") in (ABSENT, []),
                "no items",
                exchange.at("/items"),
                "/items",
            )


@rule("flow-service.runs.runs-belong-to-the-flow")
def runs_belong_to_the_flow(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.successes("listRuns"):
        wanted = [
            flow for text in filtered_by(exchange.request.url, "flowId") for flow in text.split(",")
        ]
        items = exchange.at("/items")
        for position, run in enumerate(items if wanted and isinstance(items, list) else []):
            actual, expected = at(run, "/flowId"), " or ".join(wanted)
            yield check(exchange, actual in wanted, expected, actual, f"/items/{position}/flowId")


@rule("flow-service.runs.another-flows-runs-are-not-listed")
def another_flows_runs_are_not_listed(evidence: Evidence) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    for exchange in evidence.successes("listRuns"):
        asked, items = filtered_by(exchange.request.url, "flowId"), exchange.at("/items")
        flow = asked[0] if len(asked) == 1 and "," not in asked[0] else None
        for run in items if flow and isinstance(items, list) else []:
            identifier = at(run, "/id")
            if isinstance(identifier, str) and identifier:
                yield check(
                    exchange,
                    owner.setdefault(identifier, str(flow)) == flow,
                    "runs of this flow only",
                    identifier,
                    "/items",
                )
