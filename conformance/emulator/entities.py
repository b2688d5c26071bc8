"""What connections, source and target connections and flows have in common."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.emulator import listing, patch
from conformance.emulator.errors import not_found
from conformance.emulator.exchange import Request, Response
from conformance.emulator.gateway import required_object
from conformance.emulator.store import Document, Record
from conformance.emulator.validation import mapping

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

Check = Callable[["Emulator", Request, Document], None]
MASK = "*****"


def _nothing(emulator: Emulator, request: Request, record: Record) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entity: what it keeps of a create, what a patch may change, how to check it."""

    name: str
    fields: tuple[str, ...]
    mutable: frozenset[str]
    check_new: Check
    check: Check
    complete: Callable[[Emulator, Request, Record], None] = _nothing


def create(emulator: Emulator, request: Request, kind: Kind) -> Response:
    """Check and keep a new entity; answer its id and etag."""
    payload = required_object(request)
    kind.check_new(emulator, request, payload)
    kind.check(emulator, request, payload)
    kept = {name: copy.deepcopy(payload[name]) for name in kind.fields if name in payload}
    record = new_record(emulator, request, kind.name, kept)
    kind.complete(emulator, request, record)
    emulator.store.add(record)
    request.record = record
    return Response(201, identity(record))


def read(emulator: Emulator, request: Request, kind: str) -> Response:
    """The one entity, in the envelope of a list (facts:86)."""
    record = addressed(emulator, request, kind)
    return Response(200, {"items": [emulator.policy.present(emulator, request, record)]})


def list_all(emulator: Emulator, request: Request, kind: str) -> Response:
    """Every entity of the kind in this sandbox."""
    return listing.answer(emulator, request, kind, visible_records(emulator, request, kind))


def update(emulator: Emulator, request: Request, kind: Kind) -> Response:
    """Apply a JSON Patch under the entity's etag, whole or not at all."""
    policy = emulator.policy
    record = addressed(emulator, request, kind.name)
    policy.check_precondition(emulator, request, record)
    operations = patch.operations(emulator, request)
    policy.between_check_and_set(emulator, request, record)
    document = policy.apply_patch(emulator, record.document, operations)
    policy.check_immutable(emulator, kind.mutable, record.document, document)
    kind.check(emulator, request, document)
    policy.commit(emulator, request, record, document)
    return Response(200, identity(record))


def delete(emulator: Emulator, request: Request, kind: str) -> Response:
    """Remove an entity that nothing depends on."""
    record = addressed(emulator, request, kind)
    emulator.policy.check_delete(emulator, request, record)
    emulator.policy.remove(emulator, request, record)
    return Response(204)


def identity(record: Record) -> Document:
    """The answer to a successful write."""
    return {"id": record.id, "etag": record.document["etag"]}


def visible(emulator: Emulator, request: Request, record: Record) -> bool:
    """Resources exist only in the sandbox they were made in; specs exist everywhere."""
    if not record.org_id:
        return True
    place = (request.owner.org_id, request.sandbox)
    return (record.org_id, record.sandbox) == place and emulator.store.holds(record)


def visible_records(emulator: Emulator, request: Request, kind: str) -> Iterator[Record]:
    """The records of a kind that this request may see, newest first."""
    for record in emulator.store.newest_first(kind):
        if emulator.policy.visible(emulator, request, record):
            yield record


def find(emulator: Emulator, request: Request, kind: str, identifier: str) -> Record | None:
    """The record with that id when this request may see it."""
    record = emulator.store.get(kind, identifier)
    if record is None or not emulator.policy.visible(emulator, request, record):
        return None
    return record


def addressed(emulator: Emulator, request: Request, kind: str) -> Record:
    """The record that the path names."""
    identifier = request.params["id"]
    record = find(emulator, request, kind, identifier)
    if record is None:
        raise not_found(kind, identifier)
    request.record = record
    return record


def new_record(emulator: Emulator, request: Request, kind: str, fields: Document) -> Record:
    """A record with the members that the service itself adds."""
    identifier, etag = (
        emulator.policy.new_id(emulator, kind),
        emulator.policy.new_etag(emulator, None),
    )
    owner, now = request.owner, emulator.clock.millis()
    document = {
        "id": identifier,
        "createdAt": now,
        "updatedAt": now,
        "createdBy": owner.user_id,
        "updatedBy": owner.user_id,
        "createdClient": owner.client_id,
        "updatedClient": owner.client_id,
        "sandboxId": owner.sandboxes[request.sandbox],
        "sandboxName": request.sandbox,
        "imsOrgId": owner.org_id,
        **fields,
        "state": "enabled",
        "version": etag,
        "etag": etag,
    }
    return Record(kind, identifier, owner.org_id, request.sandbox, document)


def new_id(emulator: Emulator, kind: str) -> str:
    """A new UUID."""
    return emulator.ids.uuid()


def new_etag(emulator: Emulator, record: Record | None) -> str:
    """An etag that was never used before; there is no record yet on a create."""
    return emulator.ids.etag()


def commit(emulator: Emulator, request: Request, record: Record, document: Document) -> None:
    """Put a patched document in place of the old one."""
    record.document = document
    record.updates += 1
    document["updatedBy"], document["updatedClient"] = (
        request.owner.user_id,
        request.owner.client_id,
    )
    if record.kind == "flows":
        document["lastOperation"] = {"started": 0, "updated": 0, "operation": "update"}
    stamp(emulator, record, emulator.clock.millis())


def stamp(emulator: Emulator, record: Record, at: int) -> None:
    """Give a changed record a new etag and the time of the change."""
    etag = emulator.policy.new_etag(emulator, record)
    record.document |= {"updatedAt": at, "version": etag, "etag": etag}


def remove(emulator: Emulator, request: Request, record: Record) -> None:
    """Forget a record."""
    emulator.store.remove(record)


def present(emulator: Emulator, request: Request, record: Record) -> Document:
    """The document as clients see it: without the secret parts of its credentials."""
    document = copy.deepcopy(record.document)
    auth: Any = document.get("auth")
    if isinstance(auth, dict):
        emulator.policy.hide_secrets(emulator, record, mapping(auth, "params", required=False))
    return document
