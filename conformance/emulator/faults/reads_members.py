"""Reads by id whose dates, owner or state are wrong."""

from __future__ import annotations

from typing import Any

from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import only_if, replace, retype, updated
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import (
    CONNECTION,
    FLOW,
    SOURCE,
    TARGET,
    Kind,
    family,
)

DATES = "dates-are-epoch-milliseconds"
ORDER = "update-date-is-not-before-creation"
OWNER = "organization-and-sandbox-are-named"
STATE = "state-is-documented"


def of_item(name: str, value: Any) -> After:
    """Show another value of a member of the entity that is read."""
    return replace(f"/items/0/{name}", value)


@family("{}-created-at-is-in-seconds", DATES, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """createdAt is in seconds."""
    emulator.after(kind.get, of_item("createdAt", lambda at: at // 1000))


@family("{}-updated-at-is-in-seconds-after-an-update", DATES, kinds=(TARGET, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """updatedAt is in seconds once the entity was updated."""
    emulator.after(kind.get, updated(1, of_item("updatedAt", lambda at: at // 1000)))


@family("{}-dates-are-text", DATES, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """createdAt is a string of digits."""
    emulator.after(kind.get, retype("/items/0/createdAt", "string"))


@family("{}-dates-are-in-microseconds", DATES, kinds=(CONNECTION,))
def _(emulator: Emulator, kind: Kind) -> None:
    """Both dates are in microseconds."""
    for name in ("createdAt", "updatedAt"):
        emulator.after(kind.get, of_item(name, lambda at: at * 1000))


def _earlier(milliseconds: int) -> After:
    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        item = response.payload["items"][0]
        item["updatedAt"] = item["createdAt"] - milliseconds
        return response

    return change


@family("{}-updated-a-second-before-creation", ORDER, kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """updatedAt lies a second before createdAt."""
    emulator.after(kind.get, _earlier(1000))


@family("{}-updated-a-millisecond-before-creation", ORDER, kinds=(FLOW, SOURCE))
def _(emulator: Emulator, kind: Kind) -> None:
    """updatedAt lies a millisecond before createdAt."""
    emulator.after(kind.get, _earlier(1))


@family("{}-names-the-sandbox-prod", OWNER, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """sandboxName is prod whatever the sandbox."""
    emulator.after(kind.get, of_item("sandboxName", "prod"))


@family("{}-names-another-organization", OWNER, kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """imsOrgId is that of the other tenant."""
    other = emulator.tenants[-1].org_id
    emulator.after(kind.get, of_item("imsOrgId", other))


@family("{}-organization-loses-its-suffix", OWNER, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """imsOrgId lacks the suffix of organizations."""
    emulator.after(kind.get, of_item("imsOrgId", lambda org: org.partition("@")[0]))


@family("{}-state-is-active-after-an-update", STATE, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """The state of an updated entity is `active`."""
    emulator.after(kind.get, updated(1, of_item("state", "active")))


@family("{}-state-is-upper-case", STATE, kinds=(SOURCE, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """The state is spelled in capitals."""
    emulator.after(kind.get, of_item("state", str.upper))


@family("{}-new-state-is-creating", STATE, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A flow that is not enabled yet is in the state `creating`."""

    def initializing(request: Request, response: Response, emulator: Emulator) -> bool:
        return bool(response.payload["items"][0]["state"] == "initializing")

    emulator.after(kind.get, only_if(initializing, of_item("state", "creating")))
