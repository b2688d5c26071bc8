"""What the faults of the registry share: identifiers that are wrong, but wrong everywhere alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator import entities
from conformance.emulator.alterations import stored
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import replace
from conformance.emulator.errors import bad_value
from conformance.emulator.exchange import Request, Response
from conformance.emulator.store import Record

KINDS = {"classes": "Class", "schemas": "Schema"}
Rename = Callable[[str], str]


def digits_of(request: Request) -> str:
    """The digits in which both names of a class or schema end, `$id` and `meta:altId`."""
    return request.params["id"].replace("/", ".").rpartition(".")[2]


def rename(new: Rename) -> After:
    """Give a created class or schema another `$id`, under which it is found from then on."""
    change = stored(replace("/$id", new))

    def renamed(request: Request, response: Response, emulator: Emulator) -> Response:
        record = request.record
        assert record is not None
        emulator.store.remove(record)
        record.id = new(record.id)
        emulator.store.add(record)
        return change(request, response, emulator)

    return renamed


def rename_alternate(new: Rename) -> After:
    """Give a created class or schema another `meta:altId`, under which it is found."""
    return stored(replace("/meta:altId", new))


def find_renamed(emulator: Emulator) -> None:
    """Find classes and schemas by whatever `$id` or `meta:altId` they were given."""
    usual = emulator.policy.check_schema_reference

    def check(emulator: Emulator, request: Request, identifier: Any) -> None:
        if _known(emulator, request, identifier) is None:
            usual(emulator, request, identifier)

    emulator.policy.check_schema_reference = check
    emulator.policy.check_title = _check_sent_title
    for name in KINDS.values():
        emulator.before(f"get{name}", _resolve)
        emulator.before(f"delete{name}", _resolve)


def retitle(new: Rename) -> After:
    """Store another title than was sent; only the one that was sent counts as in use."""
    change = stored(replace("/title", new))

    def retitled(request: Request, response: Response, emulator: Emulator) -> Response:
        if request.record is not None:
            request.record.extra["title"] = request.payload["title"]
        return change(request, response, emulator)

    return retitled


def _check_sent_title(emulator: Emulator, request: Request, title: str) -> None:
    for kind in KINDS:
        for record in entities.visible_records(emulator, request, kind):
            if record.extra.get("title", record.document["title"]) == title:
                raise bad_value("Title must be unique")


def _resolve(emulator: Emulator, request: Request) -> Response | None:
    record = _known(emulator, request, request.params["id"])
    if record is not None:
        request.params["id"] = record.id
    return None


def _known(emulator: Emulator, request: Request, identifier: Any) -> Record | None:
    for kind in KINDS:
        for record in entities.visible_records(emulator, request, kind):
            if identifier in (record.document["$id"], record.document["meta:altId"]):
                return record
    return None
