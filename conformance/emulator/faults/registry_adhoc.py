"""Faults of ad hoc classes, and of the schemas made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.emulator.alterations import stored
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import drop, replace
from conformance.emulator.composition import NAMESPACE_PROPERTY
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.store import Document

MOVED = "schema-registry.classes.ad-hoc-fields-move-to-dataset-namespace"
KEPT = "schema-registry.classes.ad-hoc-fields-are-kept"
REPEATED = "schema-registry.schemas.ad-hoc-schema-has-dataset-namespace"
CONTRACT = "schema-registry.answers.fit-the-contract"
NAME = "meta:datasetNamespace"


def _holders(document: Document) -> Iterator[Document]:
    for part in document["allOf"]:
        if document[NAME] in part.get("properties", {}):
            yield part["properties"]


def _ad_hoc(edit: Callable[[Document], Any]) -> After:
    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        if NAME in response.payload:
            edit(response.payload)
        return response

    return stored(change)


def _renamed(new: Callable[[str], str], announce: bool) -> After:
    def edit(document: Document) -> None:
        old = document[NAME]
        for properties in _holders(document):
            properties[new(old)] = properties.pop(old)
        if announce:
            document[NAME] = new(old)

    return _ad_hoc(edit)


def _fields(edit: Callable[[Document], Any]) -> After:
    def each(document: Document) -> None:
        for properties in _holders(document):
            edit(properties[document[NAME]]["properties"])

    return _ad_hoc(each)


@fault("ad-hoc-fields-stay-where-they-were", breaks=[MOVED])
def _(emulator: Emulator) -> None:
    """The fields come back under _adhoc, whatever the namespace says."""
    emulator.after("createClass", _renamed(lambda old: NAMESPACE_PROPERTY, announce=False))


@fault("ad-hoc-namespace-is-cut", breaks=[MOVED, CONTRACT])
def _(emulator: Emulator) -> None:
    """The namespace has sixteen digits."""
    emulator.after("createClass", _renamed(lambda old: old[:17], announce=True))


@fault("ad-hoc-namespace-is-in-capitals", breaks=[MOVED])
def _(emulator: Emulator) -> None:
    """The namespace is announced in capitals, and the fields keep the small letters."""
    emulator.after(
        "createClass", _ad_hoc(lambda document: document.update({NAME: _loud(document)}))
    )


def _loud(document: Document) -> str:
    return str(document[NAME]).upper()


@fault("ad-hoc-namespace-names-nothing", breaks=[MOVED])
def _(emulator: Emulator) -> None:
    """meta:datasetNamespace is well formed but no member of the class has that name."""
    emulator.after("createClass", _ad_hoc(lambda document: document.update({NAME: "_" + "0" * 32})))


@fault("ad-hoc-class-keeps-its-namespace-to-itself", breaks=[MOVED])
def _(emulator: Emulator) -> None:
    """A class does not tell the name that its fields moved to."""
    emulator.after("createClass", drop(f"/{NAME}"))


@fault("last-ad-hoc-field-is-lost", breaks=[KEPT])
def _(emulator: Emulator) -> None:
    """The last of several fields does not come back."""
    emulator.after("createClass", _fields(_lose_last))


def _lose_last(fields: Document) -> None:
    if len(fields) > 1:
        fields.popitem()


@fault("ad-hoc-field-names-are-lower-case", breaks=[KEPT])
def _(emulator: Emulator) -> None:
    """Field names come back in lower case."""
    emulator.after("createClass", _fields(_lower))


def _lower(fields: Document) -> None:
    for name in list(fields):
        fields[name.lower()] = fields.pop(name)


@fault("last-ad-hoc-field-becomes-an-integer", breaks=[KEPT])
def _(emulator: Emulator) -> None:
    """The type of the last field comes back as integer."""
    emulator.after("createClass", _fields(_retype_last))


def _retype_last(fields: Document) -> None:
    for name in list(fields)[-1:]:
        fields[name] = fields[name] | {"type": "integer"}


@fault("schema-of-ad-hoc-class-lacks-namespace", breaks=[REPEATED])
def _(emulator: Emulator) -> None:
    """A schema of an ad hoc class says nothing of the namespace."""
    emulator.after("createSchema", stored(drop(f"/{NAME}")))


@fault("schema-of-ad-hoc-class-has-its-own-namespace", breaks=[REPEATED])
def _(emulator: Emulator) -> None:
    """A schema of an ad hoc class gets a namespace of its own."""
    emulator.after("createSchema", stored(replace(f"/{NAME}", "_" + "9" * 32)))
