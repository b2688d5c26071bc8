"""Faults of the order, pages and filters of the lists of datasets, mapping sets and schemas."""

from __future__ import annotations

from conformance.emulator.alterations import rewritten, without
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, only_if
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault

DATA_SETS = "catalog.data-sets.list-"
MAPPING_SETS = "data-prep.mapping-sets.list-"
SCHEMAS = "schema-registry.schemas.list-"


def _more(value: str) -> str:
    return str(int(value) + 1) if value.isdigit() else value


def _turned(value: str) -> str:
    return value[1:] if value.startswith("-") else f"-{value.lstrip('+')}"


@fault("data-set-list-ignores-its-name", breaks=[f"{DATA_SETS}by-name-excludes-others"])
def _(emulator: Emulator) -> None:
    """A list of data sets by name holds those of other names."""
    emulator.before("listDataSets", without("name"))


@fault("data-set-list-by-name-is-empty", breaks=[f"{DATA_SETS}by-name-excludes-others"])
def _(emulator: Emulator) -> None:
    """A list of data sets by name holds nothing."""
    asked = only_if(lambda request, *_: request.argument("name") is not None, body({}))
    emulator.after("listDataSets", asked)


@fault("data-set-order-is-turned-round", breaks=[f"{DATA_SETS}follows-order-by"])
def _(emulator: Emulator) -> None:
    """A list of data sets is in descending order where ascending was asked for, and the other way round."""
    other = {"asc": "desc", "desc": "asc"}

    def turned(order: str) -> str:
        direction, _, names = order.partition(":")
        return f"{other.get(direction, direction)}:{names}"

    emulator.before("listDataSets", rewritten("orderBy", turned))


@fault("data-set-order-is-always-descending", breaks=[f"{DATA_SETS}follows-order-by"])
def _(emulator: Emulator) -> None:
    """A list of data sets is in descending order whatever was asked for."""
    emulator.before("listDataSets", rewritten("orderBy", lambda order: "desc:created"))


@fault("data-set-start-is-ignored", breaks=[f"{DATA_SETS}start-skips-that-many"])
def _(emulator: Emulator) -> None:
    """A list of data sets begins at the beginning whatever start says."""
    emulator.before("listDataSets", without("start"))


@fault("data-set-start-is-one-off", breaks=[f"{DATA_SETS}start-skips-that-many"])
def _(emulator: Emulator) -> None:
    """A later page of a list of data sets begins one data set too late."""
    late = rewritten("start", lambda start: "0" if start == "0" else _more(start))
    emulator.before("listDataSets", late)


@fault("mapping-set-limit-is-one-off", breaks=[f"{MAPPING_SETS}limit-bounds-page"])
def _(emulator: Emulator) -> None:
    """The list of mapping sets has one entry more than its limit."""
    emulator.before("listMappingSets", rewritten("limit", _more))


@fault("mapping-set-start-is-ignored", breaks=[f"{MAPPING_SETS}start-skips-that-many"])
def _(emulator: Emulator) -> None:
    """The list of mapping sets begins at the beginning whatever start says."""
    emulator.before("listMappingSets", rewritten("start", lambda start: "0"))


@fault("mapping-set-order-is-turned-round", breaks=[f"{MAPPING_SETS}follows-order-by"])
def _(emulator: Emulator) -> None:
    """The list of mapping sets is in the opposite of the order that was asked for."""
    emulator.before("listMappingSets", rewritten("orderBy", _turned))


@fault("mapping-set-list-ignores-its-name", breaks=[f"{MAPPING_SETS}by-name-excludes-others"])
def _(emulator: Emulator) -> None:
    """A list of mapping sets by name holds those without it."""
    emulator.before("listMappingSets", without("name"))


@fault("mapping-set-list-by-name-is-empty", breaks=[f"{MAPPING_SETS}by-name-excludes-others"])
def _(emulator: Emulator) -> None:
    """A list of mapping sets by name holds nothing."""
    nothing = body(lambda payload: {**payload, "data": []})
    asked = only_if(lambda request, *_: request.argument("name") is not None, nothing)
    emulator.after("listMappingSets", asked)


@fault("schema-order-is-always-ascending", breaks=[f"{SCHEMAS}follows-orderby"])
def _(emulator: Emulator) -> None:
    """The list of schemas is in ascending order though descending was asked for."""

    def ascending(payload: dict[str, object]) -> dict[str, object]:
        results = payload["results"]
        assert isinstance(results, list)
        return {**payload, "results": sorted(results, key=lambda one: str(one.get("title")))}

    emulator.after("listSchemas", body(ascending))


@fault("schema-start-is-ignored", breaks=[f"{SCHEMAS}start-is-passed-over"])
def _(emulator: Emulator) -> None:
    """The list of schemas begins at the beginning whatever start says."""
    emulator.before("listSchemas", without("start"))


@fault("schema-start-is-listed-again", breaks=[f"{SCHEMAS}start-is-passed-over"])
def _(emulator: Emulator) -> None:
    """A list of schemas in ascending order begins with the value that start names."""

    def reach(emulator: Emulator, request: Request) -> Response | None:
        if not (request.argument("orderby") or "-").startswith("-"):
            rewritten("start", lambda start: f"{start[:-1]}{chr(ord(start[-1]) - 1)}")(
                emulator, request
            )
        return None

    emulator.before("listSchemas", reach)
