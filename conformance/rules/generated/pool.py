"""The living ids and lawful bodies that generated requests are given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from conformance.engine.kinds import FLOW, SOURCE
from conformance.engine.session import Session
from conformance.rules.probes.kit import (
    DATA_LAKE,
    PROFILE_STORE,
    SCHEMA_VERSION,
    STREAMING_FLOW,
    account_body,
    class_body,
    destination,
    lake,
    make,
    mapping_body,
    schema_body,
    settled,
    spec_of,
    stored,
    table_flow,
    table_source,
)

Body = dict[str, Any]
NEWEST = 4
SCHEDULE = {"startTime": "1567411548", "frequency": "minute", "interval": "15"}


@dataclass
class Pool:
    """What is alive: `ids` by operation noun, `etags` by id, lawful `bodies` by operation."""

    ids: dict[str, list[str]] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, list[Body]] = field(default_factory=dict)
    expendable: dict[str, list[str]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    def lend(self, noun: str, *identifiers: str) -> None:
        """Offer ids to the operations of a noun such as Flow."""
        self.ids.setdefault(noun, []).extend(identifiers)
        self.known.update(identifiers)

    def born(self, noun: str, identifier: str) -> None:
        """Remember what a generated request made: it may be deleted again."""
        self.known.add(identifier)
        self.expendable.setdefault(noun, []).append(identifier)

    def living(self, noun: str, may_die: bool) -> list[str]:
        """Ids for a request; one that deletes gets only what a generated request made."""
        made = self.expendable.get(noun, [])
        return made if may_die else [*self.ids.get(noun, []), *made[-NEWEST:]]

    def died(self, identifier: str) -> None:
        """Forget what a generated request deleted."""
        for several in (*self.ids.values(), *self.expendable.values()):
            if identifier in several:
                several.remove(identifier)


def flow_service(session: Session) -> Pool:
    """Both kinds of flow with all they stand on."""
    pool, chain = Pool(), destination(session)
    flow_body = chain.flow(session, "generated base")
    read = settled(session, make(session, FLOW, flow_body))
    flow = str(read.path["id"])
    source, half = table_source(session), lake(session)
    profile_store: Body = {"name": "x", "connectionSpec": PROFILE_STORE}
    pool.lend("Connection", chain.account, chain.store)
    pool.lend("SourceConnection", chain.source, source)
    pool.lend("TargetConnection", chain.target, half.target)
    pool.lend("Flow", flow)
    pool.lend("ConnectionSpec", spec_of(session, "stripe")["id"])
    pool.lend("FlowSpec", flow_body["flowSpec"]["id"])
    pool.bodies = {
        "createConnection": [account_body(session, "x"), profile_store],
        "createSourceConnection": [_body_of(session, chain.source), _body_of(session, source)],
        "createTargetConnection": [chain.target_body, _lake_body(half.schema, half.data_set)],
        "createFlow": [flow_body, table_flow(session, "x", source, half, SCHEDULE)],
        "createRun": [{"flowId": flow}],
    }
    return pool


def _body_of(session: Session, identifier: str) -> Body:
    """The body with which this session created an entity."""
    made = next(e for e in session.exchanges if e.at("/id") == identifier)
    return dict(made.sent)


def _lake_body(schema: str, data_set: str) -> Body:
    return {
        "name": "x",
        "connectionSpec": DATA_LAKE,
        "data": {"format": "parquet_xdm", "schema": {"id": schema, "version": SCHEMA_VERSION}},
        "params": {"dataSetId": data_set},
    }


def schema_registry(session: Session) -> Pool:
    """A schema and a class."""
    pool, body = Pool(), schema_body(session, f"generated base schema {session.journey}")
    created = session.call("createSchema", body=body, step="create-schema")
    pool.lend("Schema", str(session.take(created, "/meta:altId")))
    adhoc = class_body(session, f"generated base class {session.journey}")
    made = session.call("createClass", body=adhoc, step="create-class")
    pool.lend("Class", str(session.take(made, "/meta:altId")))
    pool.bodies = {"createSchema": [body], "createClass": [adhoc]}
    return pool


def _on_schema(session: Session) -> Pool:
    pool, base = Pool(), stored(session)
    content = "application/vnd.adobe.xed-full-notext+json; version=1"
    newer = mapping_body(base.schema)
    older = {"xdmSchema": base.schema, "xdmVersion": "1.0", "mappings": newer["mappings"]}
    pool.lend("DataSet", base.data_set)
    pool.lend("MappingSet", base.mapping)
    pool.bodies = {
        "createDataSet": [
            {"name": session.name("x"), "schemaRef": {"id": base.schema, "contentType": content}}
        ],
        "createMappingSet": [newer, older],
    }
    return pool


def data_collection(session: Session) -> Pool:
    """A streaming flow whose inlet is open."""
    pool, half = Pool(), lake(session, "json")
    webhook = {
        "name": session.name("generated webhook"),
        "connectionSpec": spec_of(session, "customer-io"),
        "data": {"format": "json"},
    }
    mapping = {"mappingId": half.mapping, "mappingVersion": 0}
    body = {
        "name": session.name("generated stream"),
        "flowSpec": STREAMING_FLOW,
        "sourceConnectionIds": [make(session, SOURCE, webhook)],
        "targetConnectionIds": [half.target],
        "transformations": [{"name": "Mapping", "params": mapping}],
    }
    flow = make(session, FLOW, body)
    address = str(session.take(settled(session, flow), "/items/0/options/inletUrl"))
    inlet = urlsplit(address).path.rsplit("/", 1)[-1]
    pool.lend("collect", inlet)
    pool.lend("collectBatch", inlet)
    pool.lend("Flow", flow)
    return pool


POOLS: dict[str, Callable[[Session], Pool]] = {
    "flow-service": flow_service,
    "schema-registry": schema_registry,
    "catalog": _on_schema,
    "data-prep": _on_schema,
    "data-collection": data_collection,
}
