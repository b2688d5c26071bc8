"""Faults of Catalog data sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator import entities
from conformance.emulator.alterations import fail, nth
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, crowded, every, replace, retype, status
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.store import Record

CREATED = "catalog.data-sets.create-answers-created"
REFERENCE = "catalog.data-sets.create-returns-one-reference"
OWN = "catalog.data-sets.identifier-is-assigned-by-service"
READABLE = "catalog.data-sets.created-data-set-is-readable"
KEYED = "catalog.data-sets.list-is-keyed-by-identifier"
NAME = "catalog.data-sets.name-is-stored"
SCHEMA = "catalog.data-sets.schema-reference-is-stored"
CONTRACT = "catalog.answers.fit-the-contract"
LAWFUL = "catalog.answers.lawful-reads-succeed"


@fault("data-set-create-answers-200", breaks=[CREATED])
def _(emulator: Emulator) -> None:
    """A data set is created with 200."""
    emulator.after("createDataSet", status(200))


@fault("second-data-set-create-answers-202", breaks=[CREATED])
def _(emulator: Emulator) -> None:
    """The second data set is created with 202."""
    emulator.after("createDataSet", nth(2, status(202)))


@fault("data-set-reference-is-bare", breaks=[REFERENCE])
def _(emulator: Emulator) -> None:
    """The reference to a new data set stands in no array."""
    emulator.after("createDataSet", body(lambda payload: payload[0]))


@fault("data-set-reference-is-given-twice", breaks=[REFERENCE])
def _(emulator: Emulator) -> None:
    """A new data set is answered with its reference and its view's."""
    emulator.after("createDataSet", body(lambda payload: [*payload, payload[0]]))


@fault("data-set-identifier-has-a-digit-too-many", breaks=[REFERENCE, KEYED, CONTRACT])
def _(emulator: Emulator) -> None:
    """The id of a data set has twenty-five digits."""
    usual = emulator.policy.new_data_set_id
    emulator.policy.new_data_set_id = lambda emulator: usual(emulator) + "0"


@fault("two-data-sets-share-an-identifier", breaks=[OWN])
def _(emulator: Emulator) -> None:
    """Every data set gets the id of the one made before, which it replaces."""
    usual, last = emulator.policy.new_data_set_id, [""]

    def new_id(emulator: Emulator) -> str:
        last[0] = last[0] or usual(emulator)
        return last[0]

    emulator.policy.new_data_set_id = new_id


@fault("data-set-is-read-without-its-key", breaks=[READABLE, CONTRACT])
def _(emulator: Emulator) -> None:
    """A data set that is read is not keyed by its id."""
    emulator.after("getDataSet", body(lambda payload: next(iter(payload.values()))))


@fault("data-set-is-read-under-another-key", breaks=[READABLE])
def _(emulator: Emulator) -> None:
    """A data set is keyed by its view's id, which looks the same."""
    emulator.after(
        "getDataSet", body(lambda payload: {v.get("viewId", k): v for k, v in payload.items()})
    )


@fault("data-set-is-not-found-when-read", breaks=[READABLE, LAWFUL])
def _(emulator: Emulator) -> None:
    """A data set cannot be read."""
    emulator.after("getDataSet", body({"title": "Not found", "status": 404}))
    emulator.after("getDataSet", status(404))


def _newest(member: str) -> Callable[[Request, Response, Emulator], Response]:
    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        newest: Record = next(entities.visible_records(emulator, request, "dataSets"))
        for document in response.payload.values():
            document[member] = newest.document[member]
        return response

    return change


def _oldest_schema(request: Request, response: Response, emulator: Emulator) -> Response:
    *_, oldest = entities.visible_records(emulator, request, "schemas")
    for document in response.payload.values():
        document["schemaRef"]["id"] = oldest.id
    return response


@fault("data-set-name-is-lower-case", breaks=[NAME])
def _(emulator: Emulator) -> None:
    """The name of a data set is read in lower case."""
    emulator.after("getDataSet", replace("/*/name", str.lower))


@fault("data-set-name-is-the-newest-one", breaks=[NAME])
def _(emulator: Emulator) -> None:
    """Once there are two data sets, all have the name of the newest."""
    emulator.after("getDataSet", crowded("dataSets", 2, _newest("name")))


@fault("data-set-schema-is-the-oldest-one", breaks=[SCHEMA])
def _(emulator: Emulator) -> None:
    """Every data set refers to the oldest schema."""
    emulator.after("getDataSet", crowded("schemas", 2, _oldest_schema))


@fault("data-set-schema-is-its-alternate-id", breaks=[SCHEMA])
def _(emulator: Emulator) -> None:
    """schemaRef of a data set holds the digits of the $id alone."""
    last: Callable[[Any], Any] = lambda old: old.rpartition("/")[2]  # noqa: E731
    emulator.after("getDataSet", replace("/*/schemaRef/id", last))


@fault("data-set-dates-are-text", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """The dates of a data set are numbers in quotes."""
    emulator.after("getDataSet", retype("/*/created", "string"))


@fault("listed-data-sets-have-numeric-names", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """Names in the list of data sets are numbers."""
    emulator.after("listDataSets", retype("/*/name", "number"))


@fault("every-second-data-set-read-fails", breaks=[READABLE, LAWFUL])
def _(emulator: Emulator) -> None:
    """One read of a data set in two makes Catalog fail."""
    emulator.after("getDataSet", every(2, fail))


@fault("data-set-list-is-forbidden", breaks=[LAWFUL])
def _(emulator: Emulator) -> None:
    """The list of data sets is refused."""
    emulator.after("listDataSets", body({"title": "Forbidden", "status": 403}))
    emulator.after("listDataSets", status(403))
