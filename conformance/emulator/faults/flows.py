"""What the service adds to a flow: its state, its specs and its link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import drop, replace, retype
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import FLOW
from conformance.emulator.store import Record

ENABLED = FLOW.row("flow-becomes-enabled")
SETTLED = FLOW.row("enabled-flow-has-settled-etag")
STABLE = FLOW.row("etag-is-stable-on-reads")
INHERITED = FLOW.row("connection-specs-are-inherited")
CONTRACT = "flow-service.answers.fit-the-contract"
MARKED = FLOW.row("source-flow-is-marked")
RUNS = FLOW.row("runs-link-names-the-flow")
SUMMARY = "/items/0/inheritedAttributes"


@fault("flow-stays-initializing", breaks=[ENABLED])
def _(emulator: Emulator) -> None:
    """A new flow is never enabled."""
    emulator.policy.start = lambda emulator, record: None


@fault("flow-becomes-disabled", breaks=[ENABLED])
def _(emulator: Emulator) -> None:
    """A new flow ends up disabled instead of enabled."""
    usual = emulator.policy.enable

    def enable(emulator: Emulator, record: Record, at: int) -> None:
        usual(emulator, record, at)
        record.document["state"] = "disabled"

    emulator.policy.enable = enable


@fault("every-third-flow-stays-initializing", breaks=[ENABLED])
def _(emulator: Emulator) -> None:
    """One new flow in three is never enabled."""
    usual, started = emulator.policy.start, []

    def start(emulator: Emulator, record: Record) -> None:
        started.append(record)
        if len(started) % 3:
            usual(emulator, record)

    emulator.policy.start = start


@fault("enabled-flow-changes-its-etag-later", breaks=[SETTLED, STABLE])
def _(emulator: Emulator) -> None:
    """A flow gets another etag twenty milliseconds after it was enabled."""
    usual = emulator.policy.enable

    def enable(emulator: Emulator, record: Record, at: int) -> None:
        usual(emulator, record, at)
        emulator.agenda.at(at + 20, lambda at: again(record), lambda: not record.updates)

    def again(record: Record) -> None:
        etag = emulator.policy.new_etag(emulator, record)
        record.document |= {"version": etag, "etag": etag}

    emulator.policy.enable = enable


def summaries(change: Callable[[dict[str, Any]], Any]) -> After:
    """Change the inherited attributes of a flow that is read."""

    def apply(request: Request, response: Response, emulator: Emulator) -> Response:
        change(response.payload["items"][0]["inheritedAttributes"])
        return response

    return apply


@fault("flow-inherits-no-source-spec", breaks=[INHERITED])
def _(emulator: Emulator) -> None:
    """The source connections of a flow come without their connection spec."""
    emulator.after("getFlow", drop(f"{SUMMARY}/sourceConnections/*/connectionSpec"))


@fault("flow-swaps-inherited-specs", breaks=[INHERITED])
def _(emulator: Emulator) -> None:
    """The target connections of a flow show the connection spec of its source."""

    def swap(inherited: dict[str, Any]) -> None:
        for one in inherited["targetConnections"]:
            one["connectionSpec"] = inherited["sourceConnections"][0]["connectionSpec"]

    emulator.after("getFlow", summaries(swap))


@fault("flow-inherits-no-targets", breaks=[INHERITED])
def _(emulator: Emulator) -> None:
    """A flow shows no inherited target connections."""
    emulator.after("getFlow", drop(f"{SUMMARY}/targetConnections"))


@fault("flow-inherits-other-spec-versions", breaks=[INHERITED])
def _(emulator: Emulator) -> None:
    """The inherited source connection spec has another version."""
    place = f"{SUMMARY}/sourceConnections/*/connectionSpec/version"
    emulator.after("getFlow", replace(place, "2.0"))


@fault("source-flow-is-not-marked", breaks=[MARKED])
def _(emulator: Emulator) -> None:
    """isSourceFlow is left out."""
    emulator.after("getFlow", drop(f"{SUMMARY}/properties/isSourceFlow"))


@fault("source-flow-is-marked-with-text", breaks=[MARKED, CONTRACT])
def _(emulator: Emulator) -> None:
    """isSourceFlow is the string `true`."""
    emulator.after("getFlow", retype(f"{SUMMARY}/properties/isSourceFlow", "string"))


@fault("source-flow-is-marked-false", breaks=[MARKED])
def _(emulator: Emulator) -> None:
    """isSourceFlow is false."""
    emulator.after("getFlow", replace(f"{SUMMARY}/properties/isSourceFlow", False))


@fault("runs-link-lacks-the-flow", breaks=[RUNS])
def _(emulator: Emulator) -> None:
    """runs of a flow links to all runs."""
    emulator.after("getFlow", replace("/items/0/runs", "/runs"))


@fault("runs-link-names-the-provider-reference", breaks=[RUNS])
def _(emulator: Emulator) -> None:
    """runs of a flow names its providerRefId."""

    def other(request: Request, response: Response, emulator: Emulator) -> Response:
        item = response.payload["items"][0]
        item["runs"] = f"/runs?property=flowId=={item['providerRefId']}"
        return response

    emulator.after("getFlow", other)


@fault("runs-link-is-left-out", breaks=[RUNS])
def _(emulator: Emulator) -> None:
    """A flow has no runs link."""
    emulator.after("getFlow", drop("/items/0/runs"))
