"""Reads what is there already, for runs that may not make anything."""

from typing import Any

from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.kinds import CLASS, CONNECTION, FLOW, SCHEMA, SOURCE, TARGET, Kind
from conformance.engine.session import Session
from conformance.rules.probes.kit import UNKNOWN
from conformance.rules.probes.registry import probe, put

FEW = 3
UNKNOWN_HEX = "0" * 24


@probe("look-around", also=("*",), reads_only=True)
def look_around(session: Session) -> None:
    _specs(session)
    for kind in (CONNECTION, SOURCE, TARGET, FLOW):
        _entities(session, kind)
    _registry(session)
    _data(session)


def _read(session: Session, operation: str, identifier: str | None = None, **call: Any) -> Exchange:
    return session.call(operation, identifier, step=f"look-{operation}", halts=False, **call)


def _specs(session: Session) -> None:
    for connector in session.world.connectors.values():
        if "connectionSpec" in connector:
            query = {"property": f'id=="{connector["connectionSpec"]["id"]}"'}
            _read(session, "listConnectionSpecs", query=query)
    _read(session, "listFlowSpecs", query={"property": 'name=="CRMToAEP"'})


def _entities(session: Session, kind: Kind) -> None:
    listed = _read(session, kind.list(), query={"limit": str(FEW)})
    for number in range(FEW):
        identifier = listed.at(f"/items/{number}/id")
        if isinstance(identifier, str):
            _read(session, kind.get(), identifier)
    first = listed.at("/items/0/id")
    if kind is FLOW and isinstance(first, str):
        _read(session, "listRuns", query={"property": f"flowId=={first}"})
    put(session, kind.row("unknown-identifier-is-not-found"), kind.get(), UNKNOWN)


def _registry(session: Session) -> None:
    tenant = _read(session, "getStats").at("/tenantId")
    for kind in (SCHEMA, CLASS):
        listed = _read(session, kind.list(), query={"limit": str(FEW), "orderby": "title"})
        name = listed.at("/results/0/meta:altId")
        if isinstance(name, str):
            _read(session, kind.get(), name)
    if tenant is not ABSENT:
        unknown = f"_{tenant}.schemas.{'0' * 48}"
        put(session, SCHEMA.row("unknown-schema-is-not-found"), "getSchema", unknown)


def _data(session: Session) -> None:
    listed = _read(session, "listDataSets", query={"limit": str(FEW)})
    names = list(listed.body) if isinstance(listed.body, dict) and listed.status == 200 else []
    for name in names[:1]:
        _read(session, "getDataSet", name)
    put(session, "catalog.data-sets.unknown-data-set-is-not-found", "getDataSet", UNKNOWN_HEX)
    _read(session, "listMappingSets", query={"limit": "1", "start": "0"})
    requirement = "data-prep.mapping-sets.unknown-mapping-set-is-refused"
    put(session, requirement, "getMappingSet", UNKNOWN_HEX + "00000000")
