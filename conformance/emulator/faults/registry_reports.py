"""Faults of the registry's lists, statistics, types and lawful reads."""

from __future__ import annotations

from conformance.emulator.alterations import fail, stored
from conformance.emulator.app import Emulator
from conformance.emulator.changes import drop, every, replace, retype, status
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault

ENVELOPE = "schema-registry.schemas.list-uses-results-envelope"
RETURNED = "schema-registry.stats.returns-tenant"
ORGANIZATION = "schema-registry.stats.names-organization"
CONTRACT = "schema-registry.answers.fit-the-contract"
LAWFUL = "schema-registry.answers.lawful-reads-succeed"
CLASS_TENANT = "schema-registry.classes.identifier-belongs-to-tenant"
SCHEMA_TENANT = "schema-registry.schemas.identifier-belongs-to-tenant"
NAMESPACE = "schema-registry.schemas.namespace-derives-from-tenant"


@fault("schema-list-is-bare", breaks=[ENVELOPE])
def _(emulator: Emulator) -> None:
    """The list of schemas is an array."""

    def bare(request: Request, response: Response, emulator: Emulator) -> Response:
        return Response(200, response.payload["results"])

    emulator.after("listSchemas", bare)


@fault("schema-list-lacks-page", breaks=[ENVELOPE])
def _(emulator: Emulator) -> None:
    """The list of schemas has no _page."""
    emulator.after("listSchemas", drop("/_page"))


@fault("schema-list-is-keyed-by-identifier", breaks=[ENVELOPE])
def _(emulator: Emulator) -> None:
    """results is an object keyed by $id."""

    def keyed(request: Request, response: Response, emulator: Emulator) -> Response:
        results = response.payload["results"]
        response.payload["results"] = {one["$id"]: one for one in results}
        return response

    emulator.after("listSchemas", keyed)


@fault("stats-lack-tenant", breaks=[RETURNED])
def _(emulator: Emulator) -> None:
    """The stats have no tenantId."""
    emulator.after("getStats", drop("/tenantId"))


@fault("stats-answer-203", breaks=[LAWFUL])
def _(emulator: Emulator) -> None:
    """The stats are answered with another success."""
    emulator.after("getStats", status(203))


@fault("stats-name-other-tenant", breaks=[CLASS_TENANT, SCHEMA_TENANT, NAMESPACE])
def _(emulator: Emulator) -> None:
    """The stats name a tenant that nothing in the registry belongs to."""
    emulator.after("getStats", replace("/tenantId", "conformancestage"))


@fault("stats-name-other-organization", breaks=[ORGANIZATION])
def _(emulator: Emulator) -> None:
    """imsOrg of the stats is another organisation."""
    emulator.after("getStats", replace("/imsOrg", lambda old: old[::-1]))


@fault("stats-counts-are-text", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """The counts of the stats are numbers in quotes."""
    emulator.after("getStats", retype("/counts/*", "string"))


@fault("schema-references-are-objects", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """Members of meta:extends of a schema that is looked up are objects."""
    emulator.after("getSchema", retype("/meta:extends/*", "object"))


@fault("class-flags-are-text", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """The flags of a class that is looked up are words."""
    emulator.after("getClass", replace("/meta:abstract", "true"))


@fault("created-class-authors-are-lists", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """The author of a created class is an array."""
    author = "/meta:registryMetadata/xdm:createdUserId"
    emulator.after("createClass", stored(retype(author, "array")))


@fault("listed-schemas-lack-identifier", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """Listed schemas have no $id."""
    emulator.after("listSchemas", drop("/results/*/$id"))


@fault("every-second-stats-call-fails", breaks=[LAWFUL])
def _(emulator: Emulator) -> None:
    """One call for the stats in two makes the registry fail."""
    emulator.after("getStats", every(2, fail))


@fault("schema-list-fails", breaks=[LAWFUL])
def _(emulator: Emulator) -> None:
    """The list of schemas makes the registry fail."""
    emulator.after("listSchemas", fail)
