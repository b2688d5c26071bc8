"""Faults of Data Prep mapping sets."""

from __future__ import annotations

from typing import Any

from conformance.emulator import dataprep, entities
from conformance.emulator.alterations import fail, nth
from conformance.emulator.app import Emulator
from conformance.emulator.changes import (
    body,
    crowded,
    drop,
    only_if,
    replace,
    retype,
    status,
)
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault

CREATED = "data-prep.mapping-sets.create-answers-success"
IDENTIFIER = "data-prep.mapping-sets.create-returns-identifier"
VERSION = "data-prep.mapping-sets.first-version-is-zero"
DATES = "data-prep.mapping-sets.dates-are-given"
SAME_DATES = "data-prep.mapping-sets.dates-agree-on-create"
AUTHORS = "data-prep.mapping-sets.authors-are-named"
READABLE = "data-prep.mapping-sets.created-mapping-set-is-readable"
MAPPINGS = "data-prep.mapping-sets.mappings-are-stored"
SHOWS = "data-prep.mapping-sets.read-shows-what-was-created"
UNKNOWN = "data-prep.mapping-sets.unknown-mapping-set-is-refused"
ENVELOPE = "data-prep.mapping-sets.list-uses-data-envelope"
CONTRACT = "data-prep.answers.fit-the-contract"
LAWFUL = "data-prep.answers.lawful-reads-succeed"
SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"
POSSIBLE_PATHS = ("destinationXdmPath", "destination")


@fault("mapping-set-create-answers-202", breaks=[CREATED])
def _(emulator: Emulator) -> None:
    """A mapping set is merely accepted."""
    emulator.after("createMappingSet", status(202))


@fault("second-mapping-set-create-answers-203", breaks=[CREATED])
def _(emulator: Emulator) -> None:
    """The second mapping set is answered with another success."""
    emulator.after("createMappingSet", nth(2, status(203)))


@fault("mapping-set-identifier-is-a-uuid", breaks=[IDENTIFIER, CONTRACT])
def _(emulator: Emulator) -> None:
    """The id of a mapping set has dashes, everywhere."""
    emulator.policy.new_mapping_set_id = lambda emulator: emulator.ids.uuid()


@fault("mapping-set-identifier-is-left-out", breaks=[IDENTIFIER])
def _(emulator: Emulator) -> None:
    """A mapping set is created without an id."""
    emulator.after("createMappingSet", drop("/id"))


@fault("mapping-set-starts-at-version-one", breaks=[VERSION])
def _(emulator: Emulator) -> None:
    """A new mapping set is at version 1."""
    emulator.after("createMappingSet", replace("/version", 1))
    emulator.policy.check_mapping = lambda emulator, request, spec, sources: None


@fault("mapping-set-version-is-text", breaks=[VERSION])
def _(emulator: Emulator) -> None:
    """A new mapping set is at version "0"."""
    emulator.after("createMappingSet", retype("/version", "string"))


def _dates(change: Any) -> Any:
    def both(request: Request, response: Response, emulator: Emulator) -> Response:
        for name in ("createdDate", "modifiedDate"):
            response = replace(f"/{name}", change)(request, response, emulator)
        return response

    return both


@fault("mapping-set-dates-are-in-seconds", breaks=[DATES])
def _(emulator: Emulator) -> None:
    """Both dates of a new mapping set count seconds."""
    emulator.after("createMappingSet", _dates(lambda old: old // 1000))


@fault("mapping-set-lacks-modified-date", breaks=[DATES])
def _(emulator: Emulator) -> None:
    """A new mapping set has no modifiedDate."""
    emulator.after("createMappingSet", drop("/modifiedDate"))


@fault("mapping-set-is-modified-right-after-creation", breaks=[SAME_DATES])
def _(emulator: Emulator) -> None:
    """A new mapping set was modified two milliseconds after it was created."""
    emulator.after("createMappingSet", replace("/modifiedDate", lambda old: old + 2))


@fault("mapping-set-was-modified-by-nobody", breaks=[AUTHORS])
def _(emulator: Emulator) -> None:
    """modifiedBy of a new mapping set is empty."""
    emulator.after("createMappingSet", replace("/modifiedBy", ""))


@fault("mapping-set-is-read-for-another-schema", breaks=[SHOWS])
def _(emulator: Emulator) -> None:
    """A mapping set is read with an output schema that was not sent."""
    emulator.after("getMappingSet", replace("/outputSchema/schemaRef/id", lambda old: old + "0"))


@fault("mapping-set-is-read-with-a-later-version", breaks=[SHOWS])
def _(emulator: Emulator) -> None:
    """A mapping set that nobody changed is read with the next version."""
    emulator.after("getMappingSet", replace("/version", lambda old: old + 1))


@fault("mapping-set-is-read-with-the-newest-id", breaks=[READABLE])
def _(emulator: Emulator) -> None:
    """Once there are two mapping sets, the newest but one is read for any."""

    def other(request: Request, response: Response, emulator: Emulator) -> Response:
        for record in entities.visible_records(emulator, request, "mappingSets"):
            if record is not request.record:
                response.payload["id"] = record.id
                break
        return response

    emulator.after("getMappingSet", crowded("mappingSets", 2, other))


@fault("mapping-set-is-read-in-an-envelope", breaks=[READABLE, CONTRACT])
def _(emulator: Emulator) -> None:
    """A mapping set that is read stands in data."""
    emulator.after("getMappingSet", body(lambda payload: {"data": [payload]}))


@fault("mapping-set-cannot-be-read", breaks=[READABLE, LAWFUL])
def _(emulator: Emulator) -> None:
    """Every read of a mapping set makes Data Prep fail."""
    emulator.after("getMappingSet", fail)


@fault("last-mapping-is-lost", breaks=[MAPPINGS])
def _(emulator: Emulator) -> None:
    """The last mapping of a set is not kept."""
    emulator.after("getMappingSet", replace("/mappings", lambda old: old[:-1]))


@fault("mapping-destinations-are-lower-case", breaks=[MAPPINGS])
def _(emulator: Emulator) -> None:
    """What is mapped to is read in lower case."""
    for name in POSSIBLE_PATHS:
        emulator.after("getMappingSet", replace(f"/mappings/*/{name}", str.lower))


def _is_404(request: Request, response: Response, emulator: Emulator) -> bool:
    return response.status == 404


@fault("unknown-mapping-set-answers-nothing", breaks=[UNKNOWN])
def _(emulator: Emulator) -> None:
    """A mapping set that never was is answered 200 with an empty object."""
    emulator.after("getMappingSet", only_if(_is_404, status(200)), when="error")
    emulator.after("getMappingSet", only_if(lambda q, r, e: "detail" in r.payload, body({})))


@fault("unknown-mapping-set-answers-server-error", breaks=[UNKNOWN, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A mapping set that never was makes Data Prep fail."""
    emulator.after("getMappingSet", only_if(_is_404, fail), when="error")


@fault("unknown-mapping-set-is-the-newest-one", breaks=[UNKNOWN])
def _(emulator: Emulator) -> None:
    """A read of a mapping set that never was answers the newest one."""

    def newest(request: Request, response: Response, emulator: Emulator) -> Response:
        record = next(entities.visible_records(emulator, request, "mappingSets"), None)
        if record is None:
            return response
        request.params["id"], request.query = record.id, []
        return dataprep.read(emulator, request)

    emulator.after("getMappingSet", only_if(_is_404, newest), when="error")
