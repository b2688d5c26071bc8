"""Faults that only odd requests and odd orders show: what nobody thought of sending by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from conformance.emulator.alterations import asked, fail
from conformance.emulator.app import Emulator
from conformance.emulator.changes import replace, status
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import FLOW
from conformance.emulator.store import Document

SERVICES = {
    "catalog": ("createDataSet", "name", str),
    "data-collection": ("collect", "header", dict),
    "data-prep": ("createMappingSet", "mappings", list),
    "flow-service": ("createConnection", "name", str),
    "schema-registry": ("createSchema", "title", str),
}
GENERATED = "flow-service.generated"
ODD_ORIGIN = " generated "


def _is_odd(request: Request, member: str, kind: type) -> bool:
    """Whether a member has another type than the documents give it."""
    with suppress(ValueError):
        sent = json.loads(request.body)
        return isinstance(sent, dict) and not isinstance(sent.get(member, kind()), kind)
    return False


def _register(service: str, operation: str, member: str, kind: type) -> None:
    row = f"{service}.generated"

    def odd(request: Request) -> bool:
        return _is_odd(request, member, kind)

    @fault(
        f"{service}-fails-on-a-wrong-type", breaks=[f"{row}.requests-never-cause-a-server-error"]
    )
    def _(emulator: Emulator) -> None:
        """A create with a member of another type makes the service fail."""
        emulator.after(operation, asked(odd, fail), when="always")

    @fault(f"{service}-answers-203-to-a-wrong-type", breaks=[f"{row}.answers-fit-the-contract"])
    def _(emulator: Emulator) -> None:
        """A create with a member of another type is answered 203."""
        emulator.after(operation, asked(odd, status(203)), when="always")


for _service, _given in SERVICES.items():
    _register(_service, *_given)


@fault(
    "listed-version-is-another-than-the-etag", breaks=[f"{GENERATED}.read-entities-have-one-etag"]
)
def _(emulator: Emulator) -> None:
    """Listed base connections show a version that is not their etag."""
    emulator.after("listConnections", replace("/items/*/version", '"0000-0000"'))


@fault(
    "refused-flow-of-odd-origin-is-listed", breaks=[f"{GENERATED}.refused-creates-store-nothing"]
)
def _(emulator: Emulator) -> None:
    """A flow of a generated request that is refused is listed all the same."""
    refused: set[str] = set()

    def note(request: Request, response: Response, emulator: Emulator) -> None:
        name = request.payload.get("name") if isinstance(request.payload, dict) else None
        if isinstance(name, str) and ODD_ORIGIN in name:
            refused.add(name)

    def show(request: Request, response: Response, emulator: Emulator) -> Response:
        asked_for = " ".join(request.arguments("property"))
        found = next(iter(emulator.store.newest_first("flows")), None)
        for name in refused if found else ():
            if name in asked_for and found:
                item = emulator.policy.present(emulator, request, found)
                response.payload["items"].append({**item, "name": name})
        return response

    emulator.note("createFlow", note, when="error")
    emulator.after("listFlows", show)


@fault("disabled-flow-loses-added-selectors", breaks=[FLOW.row("update-stores-the-change")])
def _(emulator: Emulator) -> None:
    """Selectors that are added to a disabled flow are not kept."""
    _forget_selectors(emulator, lambda document: document.get("state") == "disabled")


@fault(
    "flow-that-was-enabled-again-loses-added-selectors",
    breaks=[FLOW.row("update-stores-the-change")],
)
def _(emulator: Emulator) -> None:
    """Selectors that are added to a flow after it was disabled and enabled are not kept."""
    enabled: set[str] = set()

    def note(request: Request, response: Response, emulator: Emulator) -> None:
        if "enable" in request.arguments("op"):
            enabled.add(request.params["id"])

    emulator.note("actOnFlow", note)
    _forget_selectors(emulator, lambda document: document.get("id") in enabled)


@fault("flow-action-shortens-the-description", breaks=[FLOW.row("action-leaves-the-rest-alone")])
def _(emulator: Emulator) -> None:
    """Enabling or disabling a flow takes the last letter off its description."""

    def shorten(request: Request, response: Response, emulator: Emulator) -> Response:
        if request.record is not None:
            _take_a_letter(request.record.document)
        return response

    emulator.after("actOnFlow", shorten)


@fault("disabled-flow-is-not-listed", breaks=[FLOW.row("list-contains-the-created")])
def _(emulator: Emulator) -> None:
    """Lists leave out the flows that are disabled."""

    def leave_out(request: Request, response: Response, emulator: Emulator) -> Response:
        items = response.payload.get("items", [])
        response.payload["items"] = [i for i in items if i.get("state") != "disabled"]
        return response

    emulator.after("listFlows", leave_out)


@fault(
    "update-of-a-target-connection-shortens-its-flows",
    breaks=[f"{GENERATED}.any-order-of-operations-fits-the-model"],
)
def _(emulator: Emulator) -> None:
    """An update of a target connection takes the last letter off the descriptions of the flows into it."""

    def shorten(request: Request, response: Response, emulator: Emulator) -> Response:
        _shorten(emulator, "flows", "targetConnectionIds", request.params["id"])
        return response

    emulator.after("updateTargetConnection", shorten)


@fault(
    "refused-update-of-a-source-connection-shortens-its-flows",
    breaks=[f"{GENERATED}.any-order-of-operations-fits-the-model"],
)
def _(emulator: Emulator) -> None:
    """A stale etag for a source connection takes the last letter off the descriptions of the flows from it."""

    def shorten(request: Request, response: Response, emulator: Emulator) -> Response:
        if response.status == 412:
            _shorten(emulator, "flows", "sourceConnectionIds", request.params["id"])
        return response

    emulator.after("updateSourceConnection", shorten, when="error")


@fault(
    "flow-that-is-enabled-shortens-its-target-connection",
    breaks=[f"{GENERATED}.any-order-of-operations-fits-the-model"],
)
def _(emulator: Emulator) -> None:
    """Enabling a flow takes the last letter off the description of where it goes."""

    def shorten(request: Request, response: Response, emulator: Emulator) -> Response:
        if "enable" in request.arguments("op") and request.record is not None:
            for target in request.record.document["targetConnectionIds"]:
                _shorten(emulator, "targetConnections", "id", target)
        return response

    emulator.after("actOnFlow", shorten)


@fault(
    "deleted-flow-shortens-its-source-connection",
    breaks=[f"{GENERATED}.any-order-of-operations-fits-the-model"],
)
def _(emulator: Emulator) -> None:
    """Deleting a flow takes the last letter off the description of where it came from."""

    def shorten(request: Request, response: Response, emulator: Emulator) -> Response:
        if request.record is not None:
            for source in request.record.document["sourceConnectionIds"]:
                _shorten(emulator, "sourceConnections", "id", source)
        return response

    emulator.after("deleteFlow", shorten)


def _shorten(emulator: Emulator, collection: str, member: str, identifier: str) -> None:
    for record in emulator.store.newest_first(collection):
        if identifier in record.document[member]:
            _take_a_letter(record.document)


def _take_a_letter(document: Document) -> None:
    document["description"] = str(document.get("description", ""))[:-1]


def _forget_selectors(emulator: Emulator, of: Callable[[Document], bool]) -> None:
    usual = emulator.policy.apply_patch

    def apply(emulator: Emulator, document: Document, operations: list[Any]) -> Document:
        forgetful = of(document)
        kept = [one for one in operations if not (forgetful and "selectors" in one["path"])]
        return usual(emulator, document, kept)

    emulator.policy.apply_patch = apply


@fault("connection-of-odd-origin-is-not-found", breaks=[f"{GENERATED}.links-lead-to-what-exists"])
def _(emulator: Emulator) -> None:
    """A base connection that a generated request made cannot be read."""

    def lose(request: Request, response: Response, emulator: Emulator) -> Response:
        lost = ODD_ORIGIN in response.payload["items"][0].get("name", "")
        missing = RefusalError(404, "Not found")
        return emulator.policy.render_error(emulator, request, missing) if lost else response

    emulator.after("getConnection", lose)
