"""Queries that ought to be refused and are not, and filters that do not reach where they should."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.emulator import query
from conformance.emulator.alterations import fail, find_nothing, rewritten, without
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import only_if
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import FLOW, SERVER_ERROR
from conformance.emulator.store import Record

PATTERN = "catalog.data-sets.list-by-pattern-excludes-others"
ARRAYS = FLOW.row("list-filter-reaches-into-arrays")


def _instead_of(emulator: Emulator, code: str, change: After) -> None:
    refused = only_if(lambda request, response, _: f"{code}-400" in str(response.payload), change)
    emulator.after("listFlows", refused, when="error")


@fault("unknown-field-finds-nothing", breaks=[FLOW.row("filter-by-unknown-field-is-refused")])
def _(emulator: Emulator) -> None:
    """No flow has the field, so none is found."""
    _instead_of(emulator, "1449", find_nothing)


@fault(
    "unknown-operator-is-passed-over", breaks=[FLOW.row("filter-with-unknown-operator-is-refused")]
)
def _(emulator: Emulator) -> None:
    """A filter that cannot be read does not filter."""
    readable = rewritten("property", lambda value: None if "!=" in value else value)
    emulator.before("listFlows", readable)


@fault("tilde-crashes-the-list", breaks=[FLOW.row("filter-with-tilde-is-refused"), SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A pattern makes the service fail."""
    _instead_of(emulator, "1440", fail)


@fault("empty-value-finds-nothing", breaks=[FLOW.row("filter-without-value-is-refused")])
def _(emulator: Emulator) -> None:
    """No flow has an empty name, so none is found."""
    _instead_of(emulator, "1453", find_nothing)


@fault("unknown-state-finds-nothing", breaks=[FLOW.row("filter-by-undocumented-state-is-refused")])
def _(emulator: Emulator) -> None:
    """No flow is in the state, so none is found."""
    _instead_of(emulator, "1456", find_nothing)


@fault(
    "inequality-looks-at-the-first-value",
    breaks=[FLOW.row("inequality-with-several-values-is-refused")],
)
def _(emulator: Emulator) -> None:
    """Of several values after an inequality the first counts."""
    first = rewritten("property", lambda value: value.partition(",")[0] if ">" in value else value)
    emulator.before("listFlows", first)


@fault("unknown-order-is-passed-over", breaks=[FLOW.row("order-by-unknown-field-is-refused")])
def _(emulator: Emulator) -> None:
    """A list ordered by an unknown field is not ordered."""
    known = rewritten("orderby", lambda value: None if value == "nonsense" else value)
    emulator.before("listFlows", known)


def _of_arrays(emulator: Emulator, found: list[Record] | None) -> None:
    usual = emulator.policy.filter_records

    def filtered(
        emulator: Emulator, records: Iterable[Record], filters: list[query.Filter]
    ) -> list[Record]:
        plain = [one for one in filters if "[]" not in one.path]
        if len(plain) == len(filters):
            return usual(emulator, records, filters)
        return usual(emulator, records if found is None else found, plain)

    emulator.policy.filter_records = filtered


@fault("array-filter-finds-nothing", breaks=[ARRAYS])
def _(emulator: Emulator) -> None:
    """What stands in an array is not looked for."""
    _of_arrays(emulator, [])


@fault("array-filter-finds-every-flow", breaks=[ARRAYS])
def _(emulator: Emulator) -> None:
    """A filter on an array does not filter."""
    _of_arrays(emulator, None)


@fault("pattern-finds-every-data-set", breaks=[PATTERN])
def _(emulator: Emulator) -> None:
    """Datasets are not filtered by a regular expression."""
    emulator.before("listDataSets", without("property"))


@fault("pattern-is-taken-literally", breaks=[PATTERN])
def _(emulator: Emulator) -> None:
    """A dataset must have the very text of the regular expression as its name."""
    literal = rewritten("property", lambda value: value.replace("~^", "=="))
    emulator.before("listDataSets", literal)
