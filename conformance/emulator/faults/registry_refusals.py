"""Faults of what the registry refuses, of its lists and of its statistics."""

from __future__ import annotations

import re

from conformance.emulator import composition, entities
from conformance.emulator.alterations import asked, fail, refuse
from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.registry_compositions import PROFILE, amend
from conformance.emulator.faults.registry_tools import digits_of
from conformance.emulator.registry import LOOKED_UP

NO_ACCEPT = "schema-registry.schemas.read-without-accept-is-refused"
NO_VERSION = "schema-registry.schemas.read-without-version-is-refused"
UNKNOWN = "schema-registry.schemas.unknown-schema-is-not-found"
NO_TITLE = "schema-registry.schemas.missing-title-is-refused"
NO_PARTS = "schema-registry.schemas.missing-composition-is-refused"
STORED = "schema-registry.schemas.refused-create-stores-nothing"
DUPLICATE = "schema-registry.schemas.duplicate-title-is-refused"
ENVELOPE = "schema-registry.schemas.list-uses-results-envelope"
TENANT = "schema-registry.stats.returns-tenant"
ORGANIZATION = "schema-registry.stats.names-organization"
CONTRACT = "schema-registry.answers.fit-the-contract"
LAWFUL = "schema-registry.answers.lawful-reads-succeed"
SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"
FIRST = "application/vnd.adobe.xed+json; version=1"


@fault("lookup-without-accept-is-answered", breaks=[NO_ACCEPT])
def _(emulator: Emulator) -> None:
    """A lookup whose Accept is no registry media type gets the plain form."""
    usual = emulator.policy.check_accept

    def check(emulator: Emulator, request: Request, wanted: re.Pattern[str]) -> re.Match[str]:
        if wanted is LOOKED_UP and "vnd.adobe.xed" not in request.headers.get("accept", ""):
            request.headers["accept"] = FIRST
        return usual(emulator, request, wanted)

    emulator.policy.check_accept = check


@fault("lookup-without-accept-answers-415", breaks=[NO_ACCEPT])
def _(emulator: Emulator) -> None:
    """A lookup whose Accept is no registry media type is answered Unsupported Media Type."""

    def strange(request: Request) -> bool:
        return "vnd.adobe.xed" not in request.headers.get("accept", "")

    emulator.after("getSchema", asked(strange, refuse(415)), when="error")


@fault("lookup-without-version-is-answered", breaks=[NO_VERSION])
def _(emulator: Emulator) -> None:
    """A lookup without a version gets the latest."""
    usual = emulator.policy.check_version

    def check(emulator: Emulator, match: re.Match[str]) -> None:
        if match["version"]:
            usual(emulator, match)

    emulator.policy.check_version = check


@fault("lookup-without-version-answers-server-error", breaks=[NO_VERSION, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A lookup without a version makes the registry fail."""

    def versionless(request: Request) -> bool:
        accept = request.headers.get("accept", "")
        return "vnd.adobe.xed" in accept and "version" not in accept

    emulator.after("getSchema", asked(versionless, fail), when="error")


@fault("unknown-schema-answers-nothing", breaks=[UNKNOWN])
def _(emulator: Emulator) -> None:
    """A schema that never was is answered 200 with an empty object."""
    _unknown(emulator, Response(200, {}))


@fault("unknown-schema-answers-400", breaks=[UNKNOWN])
def _(emulator: Emulator) -> None:
    """A schema that never was is answered 400."""
    problem = {"type": "/placeholder/type/uri", "status": 400, "title": "Bad request"}
    _unknown(emulator, Response(400, problem | {"detail": "No such resource"}))


@fault("unknown-schema-answers-server-error", breaks=[UNKNOWN, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A schema that never was makes the registry fail."""
    _unknown(emulator, Response(500, {"title": "Internal error", "status": 500}))


def _unknown(emulator: Emulator, answer: Response) -> None:
    seen: set[str] = set()

    def note(request: Request, response: Response, emulator: Emulator) -> None:
        seen.add(response.payload["$id"].rpartition("/")[2])

    def swap(request: Request, response: Response, emulator: Emulator) -> Response:
        return response if response.status != 404 or digits_of(request) in seen else answer

    emulator.note("createSchema", note)
    emulator.after("getSchema", swap, when="error")


@fault("schema-without-title-is-taken", breaks=[NO_TITLE])
def _(emulator: Emulator) -> None:
    """A schema without a title is called Untitled."""
    amend(emulator, "schemas", "title", [None], "Untitled")


@fault("schema-without-title-answers-server-error", breaks=[NO_TITLE, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A schema without a title makes the registry fail."""

    def untitled(request: Request) -> bool:
        return isinstance(request.payload, dict) and "title" not in request.payload

    emulator.after("createSchema", asked(untitled, fail), when="error")


@fault("schema-without-composition-is-taken", breaks=[NO_PARTS])
def _(emulator: Emulator) -> None:
    """A schema without allOf is made one of individual profiles."""
    amend(emulator, "schemas", "allOf", [None], [PROFILE])


@fault("schema-without-composition-answers-404", breaks=[NO_PARTS])
def _(emulator: Emulator) -> None:
    """A schema without allOf is answered as if something were not found."""

    def bare(request: Request) -> bool:
        return isinstance(request.payload, dict) and "allOf" not in request.payload

    emulator.after("createSchema", asked(bare, refuse(404)), when="error")


@fault("schema-titles-repeat", breaks=[DUPLICATE])
def _(emulator: Emulator) -> None:
    """A title may be used twice."""
    emulator.policy.check_title = lambda emulator, request, title: None


def _taken(emulator: Emulator, request: Request, title: str) -> bool:
    records = entities.visible_records(emulator, request, "schemas")
    return any(record.document["title"] == title for record in records)


@fault("schema-title-in-use-answers-409", breaks=[DUPLICATE])
def _(emulator: Emulator) -> None:
    """A title in use is answered Conflict."""
    usual = emulator.policy.check_title

    def check(emulator: Emulator, request: Request, title: str) -> None:
        if _taken(emulator, request, title):
            raise RefusalError(409, "Title must be unique")
        usual(emulator, request, title)

    emulator.policy.check_title = check


@fault("only-the-last-schema-title-is-in-use", breaks=[DUPLICATE])
def _(emulator: Emulator) -> None:
    """Only the title of the schema made last is known to be in use."""
    usual = emulator.policy.check_title

    def check(emulator: Emulator, request: Request, title: str) -> None:
        newest = next(entities.visible_records(emulator, request, "schemas"), None)
        if newest is not None and newest.document["title"] == title:
            usual(emulator, request, title)

    emulator.policy.check_title = check


@fault("schema-with-title-in-use-is-stored-anyway", breaks=[STORED])
def _(emulator: Emulator) -> None:
    """A title in use is answered 400, and yet a second schema has it afterwards."""
    usual = emulator.policy.check_title

    def check(emulator: Emulator, request: Request, title: str) -> None:
        if request.operation == "createSchema" and _taken(emulator, request, title):
            record = composition.compose(emulator, request, "schemas", request.payload)
            emulator.store.add(record)
        usual(emulator, request, title)

    emulator.policy.check_title = check
