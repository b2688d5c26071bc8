"""Faults of what a dataset shows, of a deleted schema, of titles, tokens and locations."""

from __future__ import annotations

import copy
from typing import Any

from conformance.emulator.alterations import without
from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault

DATA_SETS = "catalog.data-sets."
SCHEMAS = "schema-registry.schemas."


@fault("data-set-read-ignores-properties", breaks=[f"{DATA_SETS}properties-limit-the-members"])
def _(emulator: Emulator) -> None:
    """A dataset is read whole whatever properties says."""
    emulator.before("getDataSet", without("properties"))


@fault("data-set-list-ignores-properties", breaks=[f"{DATA_SETS}properties-limit-the-members"])
def _(emulator: Emulator) -> None:
    """Datasets are listed whole whatever properties says."""
    emulator.before("listDataSets", without("properties"))


@fault("data-set-keeps-one-value-of-a-tag", breaks=[f"{DATA_SETS}tags-are-stored"])
def _(emulator: Emulator) -> None:
    """Of several values of a tag the first is kept."""

    def cut(request: Request, response: Response, emulator: Emulator) -> Response:
        assert request.record is not None
        tags = request.record.document.get("tags", {})
        tags |= {name: values[:1] for name, values in tags.items()}
        return response

    emulator.after("createDataSet", cut)


@fault("deleted-schema-is-still-listed", breaks=[f"{SCHEMAS}deleted-schema-leaves-the-list"])
def _(emulator: Emulator) -> None:
    """A deleted schema stays in the list."""
    gone: list[Any] = []

    def keep(request: Request, response: Response, emulator: Emulator) -> None:
        assert request.record is not None
        gone.append(copy.deepcopy(request.record.document))

    def show(request: Request, response: Response, emulator: Emulator) -> Response:
        names = ("title", "$id", "meta:altId", "version")
        response.payload["results"] += [{name: one[name] for name in names} for one in gone[-1:]]
        return response

    emulator.note("deleteSchema", keep)
    emulator.after("listSchemas", show)


@fault(
    "class-takes-the-title-of-a-schema",
    breaks=["schema-registry.classes.duplicate-title-is-refused"],
)
def _(emulator: Emulator) -> None:
    """Titles are unique among schemas only."""
    usual = emulator.policy.check_title

    def check(emulator: Emulator, request: Request, title: str) -> None:
        if request.operation != "createClass":
            usual(emulator, request, title)

    emulator.policy.check_title = check


@fault("new-token-ends-the-earlier", breaks=["ims.token.earlier-token-stays-valid"])
def _(emulator: Emulator) -> None:
    """A token that was fetched ends the one that was fetched before."""
    issued: list[str] = []

    def remember(request: Request, response: Response, emulator: Emulator) -> None:
        issued.append(response.payload["access_token"])

    def end(request: Request, response: Response, emulator: Emulator) -> Response:
        for tenant in emulator.tenants:
            for token in issued[:-1]:
                tenant.tokens.pop(token, None)
        return response

    emulator.note("fetchToken", remember)
    emulator.after("fetchToken", end)


@fault("flow-location-leads-astray", breaks=["flow-service.flows.location-leads-to-the-created"])
def _(emulator: Emulator) -> None:
    """The Location of a new flow is that of no flow."""
    emulator.after("createFlow", _astray)


@fault(
    "connection-location-leads-astray",
    breaks=["flow-service.connections.location-leads-to-the-created"],
)
def _(emulator: Emulator) -> None:
    """The Location of a new base connection is that of none."""
    emulator.after("createConnection", _astray)


def _astray(request: Request, response: Response, emulator: Emulator) -> Response:
    response.headers["Location"] = f"{request.path}/{emulator.ids.trace()}"
    return response
