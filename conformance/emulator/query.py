"""Filter expressions, ordering and paging of flow-service lists (facts:80-85)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.emulator.errors import flow_refusal
from conformance.emulator.store import Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

EXPRESSION = re.compile(r"(?P<path>[^=<>!~]*)(?P<operator>[=<>!~]+)(?P<value>.*)", re.DOTALL)
VALUE = re.compile(r'\s*"(?P<quoted>[^"]*)"\s*|(?P<bare>[^,]*)')
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
}
STATES = ("enabled", "disabled", "initializing")
COMMON_NAMES = (
    "id createdAt updatedAt createdBy updatedBy createdClient updatedClient sandboxId sandboxName "
    "imsOrgId name description state version etag providerId providerRefId labels tags"
)
COMMON_FIELDS = frozenset(COMMON_NAMES.split())
FIELDS = {
    "connections": COMMON_FIELDS | {"connectionSpec", "auth", "params"},
    "sourceConnections": COMMON_FIELDS
    | {"baseConnectionId", "connectionSpec", "data", "params", "inheritedAttributes", "typeInfo"},
    "targetConnections": COMMON_FIELDS
    | {"baseConnectionId", "connectionSpec", "data", "params", "inheritedAttributes"},
    "flows": COMMON_FIELDS
    | {"flowSpec", "sourceConnectionIds", "targetConnectionIds", "inheritedAttributes", "options"}
    | {"transformations", "scheduleParams", "lastOperation", "lastRunDetails", "runs"},
    "runs": COMMON_FIELDS | {"flowId", "flowSpec", "metrics", "activities", "params"},
    "connectionSpecs": COMMON_FIELDS
    | {"authSpec", "sourceSpec", "targetSpec", "exploreSpec", "attributes", "permissionsInfo"},
    "flowSpecs": COMMON_FIELDS
    | {"sourceConnectionSpecIds", "targetConnectionSpecIds", "transformationSpecs"}
    | {"scheduleSpec", "optionSpec", "runSpec", "attributes", "permissionsInfo"},
}
ORDERED = re.compile(r"createdAt|updatedAt|metrics\..*|lastRunDetails\..*|lastOperation\..*")


@dataclass(frozen=True, slots=True)
class Filter:
    """One parsed `property=` expression."""

    path: str
    operator: str
    values: tuple[str, ...]

    def admits(self, document: Any) -> bool:
        """True when the document has a value the expression asks for."""
        found = list(_reach(document, self.path.split(".")))
        if self.operator == "==":
            return any(_plain(value) in self.values for value in found)
        limit = float(self.values[0])
        compare = COMPARISONS[self.operator]
        return any(compare(value, limit) for value in found if _is_number(value))


def parse(kind: str, text: str) -> Filter:
    """Read one expression, refusing what the error catalogue refuses (facts:82)."""
    match = EXPRESSION.fullmatch(text)
    if match is None:
        raise flow_refusal("1450-400", "The property filter has no operator")
    path, operator = match["path"].strip(), match["operator"]
    if "~" in operator:
        raise flow_refusal("1440-400", "The operator ~ is not supported")
    # facts:80, connection specs are filtered with a single equals sign too
    operator = "==" if operator == "=" and kind == "connectionSpecs" else operator
    if operator != "==" and operator not in COMPARISONS:
        raise flow_refusal("1450-400", "The operator of the property filter is not known")
    if path.split(".")[0].removesuffix("[]") not in FIELDS[kind]:
        raise flow_refusal("1449-400", "The property filter names an unknown field")
    return _checked(Filter(path, operator, tuple(_values(match["value"]))))


def _checked(one_filter: Filter) -> Filter:
    if not one_filter.values or not all(one_filter.values):
        raise flow_refusal("1453-400", "The property filter has an empty value")
    if one_filter.path == "state" and not set(one_filter.values) <= set(STATES):
        raise flow_refusal("1456-400", f"state must be one of {', '.join(STATES)}")
    if one_filter.operator == "==":
        return one_filter
    if len(one_filter.values) > 1:
        raise flow_refusal("1443-400", "Several values can only be compared with ==")
    if not ORDERED.fullmatch(one_filter.path):
        raise flow_refusal("1448-400", "The operator is not allowed for this field")
    if not _reads_as_number(one_filter.values[0]):
        raise flow_refusal("1448-400", "The operator needs a number")
    return one_filter


def _values(text: str) -> Iterator[str]:
    position = 0
    while position <= len(text):
        match = VALUE.match(text, position)
        if match is None:
            return
        yield match["quoted"] if match["quoted"] is not None else match["bare"].strip()
        position = match.end() + 1


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reach(value: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    name, rest = steps[0], steps[1:]
    member = value.get(name.removesuffix("[]")) if isinstance(value, dict) else None
    if name.endswith("[]"):
        for element in member if isinstance(member, list) else []:
            yield from _reach(element, rest)
    elif member is not None:
        yield from _reach(member, rest)


def view(record: Record) -> dict[str, Any]:
    """What filters and ordering may look at: the last run too, but no credentials."""
    last = {name: record.extra[name] for name in ("lastRunDetails",) if name in record.extra}
    return {name: value for name, value in record.document.items() if name != "auth"} | last


def filter_records(
    emulator: Emulator, records: Iterable[Record], filters: list[Filter]
) -> list[Record]:
    """The records that every filter admits."""
    return [record for record in records if all(one.admits(view(record)) for one in filters)]


def sort_records(emulator: Emulator, records: list[Record], orderby: str | None) -> list[Record]:
    """Newest first unless `orderby` names fields, `-` before one for descending."""
    for field in reversed(_order(orderby)):
        name = field.lstrip("+-")
        records = sorted(
            records,
            key=lambda record: _sort_key(view(record), name.split(".")),
            reverse=field.startswith("-"),
        )
    return records


def _order(orderby: str | None) -> list[str]:
    return [field.strip() for field in orderby.split(",")] if orderby else []


def check_order(kind: str, orderby: str) -> None:
    """Refuse an ordering by nothing or by an unknown field."""
    for field in _order(orderby) or [""]:
        name = field.lstrip("+-").split(".")[0]
        if not name:
            raise flow_refusal("1432-400", "orderby is empty")
        if name not in FIELDS[kind]:
            raise flow_refusal("1433-400", "orderby names an unknown field")


def _sort_key(document: Any, steps: list[str]) -> tuple[int, float, str]:
    value = next(_reach(document, steps), None)
    if value is None:
        return (2, 0.0, "")
    return (0, float(value), "") if _is_number(value) else (1, 0.0, _plain(value))
