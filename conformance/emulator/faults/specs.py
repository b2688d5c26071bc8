"""Faults of connection specs and flow specs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.alterations import fail, without
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import drop, every, retype
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.store import Document

CONNECTION = "flow-service.connection-specs."
FLOW = "flow-service.flow-specs."
LISTED = "list-answers-items"
OFFERS = CONNECTION + "list-offers-the-connector"
BY_ID = CONNECTION + "filter-by-id-returns-that-spec"
AUTHENTICATION = CONNECTION + "authentication-is-described"
BY_NAME = FLOW + "filter-by-name-returns-that-spec"
READ = "read-returns-requested-spec"
CONTRACT = "flow-service.answers.fit-the-contract"
LAWFUL = "flow-service.answers.lawful-reads-succeed"
FAMILIES = {"Connection": CONNECTION, "Flow": FLOW}


def _with_another(request: Request, response: Response, emulator: Emulator) -> Response:
    records = [*emulator.specs.connection_specs.values(), *emulator.specs.flow_specs.values()]
    listed = [one["id"] for one in response.payload["items"]]
    other = next(record for record in records if record.id not in listed)
    if request.operation.endswith("FlowSpec") or request.operation == "listFlowSpecs":
        other = next(r for r in emulator.specs.flow_specs.values() if r.id not in listed)
    response.payload["items"].append(other.document)
    return response


def _filtered(change: After) -> After:
    def only(request: Request, response: Response, emulator: Emulator) -> Response:
        if request.argument("property"):
            return change(request, response, emulator)
        return response

    return only


def _family(word: str, prefix: str) -> None:
    lists, read, one = f"list{word}Specs", f"get{word}Spec", f"{word.lower()}-spec"
    filtered = BY_ID if word == "Connection" else BY_NAME
    versioned = [] if word == "Connection" else [FLOW + "table-spec-has-documented-identity"]

    @fault(f"{one}-list-lacks-versions", breaks=[prefix + LISTED, *versioned])
    def _(emulator: Emulator) -> None:
        """Listed specs have no version."""
        emulator.after(lists, drop("/items/*/version"))

    @fault(f"{one}-list-lacks-the-last-name", breaks=[prefix + LISTED])
    def _(emulator: Emulator) -> None:
        """The last of the listed specs has no name when there are several."""
        emulator.after(lists, _nameless_last)

    @fault(f"{one}-filter-is-ignored", breaks=[filtered])
    def _(emulator: Emulator) -> None:
        """A filtered list of specs shows all of them."""
        emulator.before(lists, without("property"))

    @fault(f"{one}-filter-shows-one-too-many", breaks=[filtered])
    def _(emulator: Emulator) -> None:
        """A filtered list of specs ends with another one."""
        emulator.after(lists, _filtered(_with_another))

    @fault(f"{one}-read-shows-two", breaks=[prefix + READ, CONTRACT])
    def _(emulator: Emulator) -> None:
        """A spec that is read has another one beside it."""
        emulator.after(read, _with_another)

    @fault(f"{one}-read-shows-another", breaks=[prefix + READ])
    def _(emulator: Emulator) -> None:
        """Another spec than the one asked for is read."""
        emulator.after(read, _swapped)

    @fault(f"{one}-read-fails", breaks=[prefix + READ, LAWFUL])
    def _(emulator: Emulator) -> None:
        """A spec cannot be read."""
        emulator.after(read, fail)


def _nameless_last(request: Request, response: Response, emulator: Emulator) -> Response:
    *rest, last = response.payload["items"]
    if rest:
        last.pop("name")
    return response


def _swapped(request: Request, response: Response, emulator: Emulator) -> Response:
    both = _with_another(request, response, emulator)
    both.payload["items"] = both.payload["items"][1:]
    return both


for _word, _prefix in FAMILIES.items():
    _family(_word, _prefix)


def _destinations(emulator: Emulator) -> list[str]:
    return [k for k, c in emulator.specs.connectors.items() if c["role"] == "destination"]


def _of_destination(emulator: Emulator, edit: Callable[[Document], Any]) -> After:
    wanted = _destinations(emulator)

    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        for item in response.payload["items"]:
            if item["id"] in wanted[-1:]:
                edit(item)
        return response

    return change


@fault("last-destination-is-not-offered", breaks=[OFFERS])
def _(emulator: Emulator) -> None:
    """One of the streaming destinations is missing from the unfiltered list."""
    hidden = _destinations(emulator)[-1:]

    def hide(request: Request, response: Response, emulator: Emulator) -> Response:
        if not request.argument("property"):
            kept = [one for one in response.payload["items"] if one["id"] not in hidden]
            response.payload["items"] = kept
        return response

    emulator.after("listConnectionSpecs", hide)


@fault("last-destination-has-lower-case-name", breaks=[OFFERS])
def _(emulator: Emulator) -> None:
    """One of the streaming destinations is listed under a lower-case name."""
    edit = _of_destination(emulator, lambda item: item.update(name=item["name"].lower()))
    emulator.after("listConnectionSpecs", edit)


@fault("authentication-lacks-its-schema", breaks=[AUTHENTICATION])
def _(emulator: Emulator) -> None:
    """An authSpec has a name and no spec."""
    emulator.after("listConnectionSpecs", drop("/items/*/authSpec/*/spec"))


@fault("authentication-schema-is-text", breaks=[AUTHENTICATION])
def _(emulator: Emulator) -> None:
    """The JSON Schema of an authSpec is written into a string."""
    emulator.after("listConnectionSpecs", retype("/items/*/authSpec/*/spec", "string"))


@fault("every-third-spec-list-fails", breaks=[LAWFUL])
def _(emulator: Emulator) -> None:
    """One list of connection specs in three makes the flow service fail."""
    emulator.after("listConnectionSpecs", every(3, fail))
