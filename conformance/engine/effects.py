"""Whether a write whose answer was lost had its effect: found out by reading what it was to change."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.kinds import BY_OPERATION
from conformance.engine.patch import PatchError, apply_patch, differences, touched

if TYPE_CHECKING:
    from conformance.engine.session import Session

STATES = {"enable": "enabled", "disable": "disabled"}


def had_its_effect(
    aside: "Session",
    history: Sequence[Exchange],
    operation: str,
    identifier: str | None,
    url: str,
    payload: bytes | None,
    sandbox: str | None,
) -> bool:
    """Read an entity aside; whether it is as a lawful delete, update or action had to leave it."""
    kind = BY_OPERATION.get(operation)
    if kind is None or identifier is None:
        return False
    now = aside.call(kind.get(), identifier, sandbox=sandbox, step="look", halts=False)
    if operation == kind.delete():
        return now.status == 404
    if operation == "actOnFlow":
        action = parse_qs(urlsplit(url).query).get("op", [""])[0]
        return bool(now.at("/items/0/state") == STATES.get(action))
    before = next((e for e in reversed(history) if e.path.get("id") == identifier and e.item), None)
    return before is not None and _is_patched(before.item, now.item, json.loads(payload or b"null"))


def _is_patched(before: Any, now: Any, operations: Any) -> bool:
    try:
        expected = apply_patch(before, operations)
    except (PatchError, TypeError, KeyError, AttributeError):
        return False
    if now is ABSENT or now.get("etag") == before.get("etag"):
        return False
    return not any(
        differences(expected.get(m, ABSENT), now.get(m, ABSENT)) for m in touched(operations)
    )
