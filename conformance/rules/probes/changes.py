"""Lawful changes of an entity and the refusals beside them, for every kind alike."""

from collections.abc import Iterator
from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import FLOW, Kind
from conformance.engine.patch import PatchError, apply_patch
from conformance.engine.session import Session
from conformance.rules.probes.kit import UNKNOWN, etag_of, read_one, settled
from conformance.rules.probes.registry import put


def describe(text: str) -> list[dict[str, Any]]:
    """The patch that sets a description."""
    return [{"op": "add", "path": "/description", "value": text}]


def change(
    session: Session, kind: Kind, before: Exchange, operations: list[dict[str, Any]], **notes: Any
) -> Exchange:
    """Patch what was just read with its own etag, and read it again.

    Halts the journey where the patch does not fit what was read: an earlier one was not stored,
    and a target that refuses this one does right.
    """
    identifier = before.path["id"]
    if kind is FLOW:
        before = (
            settled(session, identifier) if before.at("/items/0/state") != "enabled" else before
        )
    try:
        apply_patch(session.take(before, "/items/0"), operations)
    except PatchError as error:
        session.stop(before, f"what was read has no room for the next patch: {error}")
    headers = {"If-Match": etag_of(session, before)}
    session.call(
        kind.update(), identifier, body=operations, headers=headers, step="update", notes=notes
    )
    return look_again(session, kind, identifier)


def look_again(session: Session, kind: Kind, identifier: str, **notes: Any) -> Exchange:
    """A read of what was changed, of a flow once it has settled."""
    if kind is FLOW:
        return settled(session, identifier, **notes)
    return read_one(session, kind, identifier, **notes)


def refuse_updates(session: Session, kind: Kind, first: Exchange, foreign: str) -> Exchange:
    """Every refusal of an update, after one that succeeds; returns the last read."""
    identifier, stale = first.path["id"], etag_of(session, first)
    current = change(session, kind, first, describe("A"))
    etag = etag_of(session, current)
    for statement, wrong in _wrong_patches(kind):
        headers = {"If-Match": etag}
        put(session, kind.row(statement), kind.update(), identifier, body=wrong, headers=headers)
    for statement, if_match in (
        ("update-with-stale-etag-is-refused", stale),
        ("update-with-foreign-etag-is-refused", foreign),
    ):
        _put_update(session, kind, identifier, statement, {"If-Match": if_match})
    read_one(session, kind, identifier)  # what follows may be taken, as some documents have it
    for statement, if_match in (
        ("update-with-unquoted-etag-is-refused", etag.strip('"')),
        ("update-with-altered-etag-is-refused", _altered(etag)),
        ("update-with-weak-etag-is-refused", f"W/{etag}"),
    ):
        if if_match != etag:
            _put_update(session, kind, identifier, statement, {"If-Match": if_match})
    garbage = {"If-Match": '"never-an-etag"'}
    _put_update(session, kind, identifier, "update-with-garbage-etag-is-refused", garbage)
    _put_update(session, kind, identifier, "update-without-if-match-is-refused", {})
    return read_one(session, kind, identifier)


def _put_update(
    session: Session, kind: Kind, identifier: str, statement: str, headers: dict[str, str]
) -> None:
    """Try an update with a precondition that does not hold, or with none."""
    patch = describe("Must not be stored")
    put(session, kind.row(statement), kind.update(), identifier, body=patch, headers=headers)


def _wrong_patches(kind: Kind) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    unsupported = {"op": "increment", "path": "/description", "value": "x"}
    yield "unsupported-patch-operation-is-refused", [unsupported]
    if kind is not FLOW:
        nowhere = {"op": "remove", "path": "/params/nowhere/0"}
        yield "patch-of-missing-path-is-refused", [*describe("Must not be stored"), nowhere]
    yield "patch-without-value-is-refused", [{"op": "add", "path": "/description"}]


def _altered(etag: str) -> str:
    """The etag in other letter case; where it has no letters, without its last character."""
    return etag.swapcase() if etag.swapcase() != etag else f'{etag[:-2]}"'


def missing_ones(session: Session, kind: Kind) -> None:
    """Reads, updates and deletes of what never existed."""
    put(session, kind.row("unknown-identifier-is-not-found"), kind.get(), UNKNOWN)
    headers = {"If-Match": '"never-an-etag"'}
    put(
        session,
        kind.row("update-of-unknown-identifier-is-not-found"),
        kind.update(),
        UNKNOWN,
        body=describe("x"),
        headers=headers,
    )
    put(session, kind.row("delete-of-unknown-identifier-is-not-found"), kind.delete(), UNKNOWN)


def there_and_back(session: Session, kind: Kind, read: Exchange) -> Exchange:
    """Another change and the way back, so that an etag that returns is seen (A-B-A)."""
    if session.wants(kind.row("etag-never-returns")):
        for text in ("B", "A"):
            read = change(session, kind, read, describe(text))
    return read
