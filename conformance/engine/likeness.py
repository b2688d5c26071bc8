"""How a target may show what it was sent: text or number (facts:223, facts:328), beside members of its own."""

import re
from collections.abc import Iterable
from typing import Any

from conformance.engine.exchange import ABSENT

EITHER_WAY = {"startTime", "endTime", "interval", "backfill", "mappingVersion"}
BOOLEANS = {"true": True, "false": False}
Difference = tuple[str, Any, Any]
# what contracts/openapi/flow-service.yaml says of base, source and target connections and flows
DOCUMENTED = frozenset(
    {
        "auth",
        "baseConnectionId",
        "connectionSpec",
        "createdAt",
        "createdBy",
        "createdClient",
        "data",
        "description",
        "etag",
        "flowSpec",
        "id",
        "imsOrgId",
        "inheritedAttributes",
        "labels",
        "lastOperation",
        "lastRunDetails",
        "name",
        "options",
        "params",
        "policy",
        "providerId",
        "providerRefId",
        "runs",
        "sandboxId",
        "sandboxName",
        "scheduleParams",
        "sourceConnectionIds",
        "state",
        "targetConnectionIds",
        "transformations",
        "updatedAt",
        "updatedBy",
        "updatedClient",
        "version",
    }
)


def by_value(value: Any, name: str = "") -> Any:
    """A document with the numbers that documents write both ways as numbers."""
    if isinstance(value, dict):
        return {key: by_value(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [by_value(member) for member in value]
    if name in EITHER_WAY and isinstance(value, str):
        return int(value) if re.fullmatch(r"-?[0-9]{1,18}", value) else BOOLEANS.get(value, value)
    return value


def whole(value: Any) -> int | None:
    """A whole number, which JSON may write 5 or 5.0; None for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and value == value // 1 else None


def documented(entity: dict[str, Any]) -> dict[str, Any]:
    """An entity without the members that no document mentions: those may change whenever they like."""
    return {name: value for name, value in entity.items() if name in DOCUMENTED}


def outline(value: Any) -> str:
    """The names of the members of a document and what they hold, however deep; the values do not count."""
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{outline(value[key])}' for key in sorted(value))}}}"
    if isinstance(value, list):
        return f"[{','.join(sorted({outline(member) for member in value}))}]"
    return type(value).__name__


def member_names(values: Iterable[Any]) -> set[str]:
    """Every name of a member in documents or patches, however deep."""
    found: set[str] = set()
    for value in values:
        if isinstance(value, dict):
            found |= {*value, *_last_of_path(value)} | member_names(value.values())
        elif isinstance(value, list):
            found |= member_names(value)
    return found


def _last_of_path(operation: dict[str, Any]) -> list[str]:
    path = operation.get("path")
    last = path.rpartition("/")[2] if isinstance(path, str) and path.startswith("/") else ""
    return [last.replace("~1", "/").replace("~0", "~")]


def of_the_client(wrong: Iterable[Difference], names: set[str]) -> list[Difference]:
    """The differences without members that the target added inside and that no client named.

    Selectors get a createTime, for one (destinations.yaml:2751).
    """
    return [d for d in wrong if not (d[1] is ABSENT and _is_foreign(d[0], names))]


def _is_foreign(pointer: str, names: set[str]) -> bool:
    last = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return pointer.count("/") > 1 and not last.isdigit() and last not in names
