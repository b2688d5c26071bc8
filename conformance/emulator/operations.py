"""Which handler serves which operation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from conformance.emulator import (
    catalog,
    connections,
    dataprep,
    entities,
    explore,
    flows,
    ims,
    inlet,
    listing,
    registry,
    runs,
)
from conformance.emulator.errors import not_found
from conformance.emulator.exchange import Request, Response
from conformance.emulator.routing import ENTITIES
from conformance.emulator.store import Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

Handler = Callable[["Emulator", Request], Response]
KINDS = (connections.BASE, connections.SOURCE, connections.TARGET, flows.KIND)


def _entity_handlers() -> dict[str, Handler]:
    handlers: dict[str, Handler] = {}
    for kind in KINDS:
        name = ENTITIES[kind.name]
        handlers |= {
            f"create{name}": partial(entities.create, kind=kind),
            f"list{name}s": partial(entities.list_all, kind=kind.name),
            f"get{name}": partial(entities.read, kind=kind.name),
            f"update{name}": partial(entities.update, kind=kind),
            f"delete{name}": partial(entities.delete, kind=kind.name),
        }
    return handlers


def _registry_handlers() -> dict[str, Handler]:
    handlers: dict[str, Handler] = {}
    for kind, one, many in (("classes", "Class", "Classes"), ("schemas", "Schema", "Schemas")):
        handlers |= {
            f"create{one}": partial(registry.create, kind=kind),
            f"list{many}": partial(registry.list_all, kind=kind),
            f"get{one}": partial(registry.read, kind=kind),
            f"delete{one}": partial(registry.delete, kind=kind),
        }
    return handlers


def _list_specs(emulator: Emulator, request: Request, kind: str) -> Response:
    records = _offered(emulator, kind).values()
    return listing.answer(emulator, request, kind, records, links=False)


def _get_spec(emulator: Emulator, request: Request, kind: str) -> Response:
    record = _offered(emulator, kind).get(request.params["id"])
    if record is None:
        raise not_found(kind, request.params["id"])
    return Response(200, {"items": [emulator.policy.present(emulator, request, record)]})


def _offered(emulator: Emulator, kind: str) -> dict[str, Record]:
    specs = emulator.specs
    return specs.connection_specs if kind == "connectionSpecs" else specs.flow_specs


HANDLERS: dict[str, Handler] = {
    **_entity_handlers(),
    **_registry_handlers(),
    "listConnectionSpecs": partial(_list_specs, kind="connectionSpecs"),
    "getConnectionSpec": partial(_get_spec, kind="connectionSpecs"),
    "listFlowSpecs": partial(_list_specs, kind="flowSpecs"),
    "getFlowSpec": partial(_get_spec, kind="flowSpecs"),
    "testConnection": connections.test,
    "exploreConnection": explore.explore,
    "deleteFlow": flows.delete,
    "actOnFlow": flows.act,
    "listRuns": partial(entities.list_all, kind="runs"),
    "createRun": runs.create,
    "getRun": partial(entities.read, kind="runs"),
    "getStats": registry.stats,
    "createDataSet": catalog.create,
    "listDataSets": catalog.list_all,
    "getDataSet": catalog.read,
    "deleteDataSet": catalog.delete,
    "createMappingSet": dataprep.create,
    "listMappingSets": dataprep.list_all,
    "getMappingSet": dataprep.read,
    "collect": inlet.collect,
    "collectBatch": inlet.collect_batch,
    "fetchToken": ims.fetch_token,
}
