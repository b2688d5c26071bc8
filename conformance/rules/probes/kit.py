"""What probes build on: accounts, a table source, a destination, made as the documents show."""

from dataclasses import dataclass
from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import CONNECTION, FLOW, TRANSITIONAL, Kind
from conformance.engine.session import Session, encode_source_params

DATA_LAKE = {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"}
PROFILE_STORE = {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}
TABLE_FLOW = {"id": "14518937-270c-4525-bdec-c2ba7cce3860", "version": "1.0"}
DESTINATION_FLOW = {"id": "71471eba-b620-49e4-90fd-23f1fa0174d8", "version": "1.0"}
STREAMING_FLOW = {"id": "e77fde5a-22a8-11ed-861d-0242ac120002", "version": "1.0"}
PROFILE_CLASS = "https://ns.adobe.com/xdm/context/profile"
DATA_SET_CONTENT = "application/vnd.adobe.xed-full-notext+json; version=1"
SCHEMA_VERSION = "application/vnd.adobe.xed-full+json;version=1"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
SETTLING_SECONDS = 30.0
REST = {
    "objectType": "rest",
    "object": "json",
    "fileType": "json",
    "preview": "false",
    "sourceParams": encode_source_params({"resourcePath": "charges"}),
}


def spec_of(session: Session, connector: str) -> dict[str, Any]:
    """id and version of a connector's connection spec."""
    spec = session.world.connectors[connector]["connectionSpec"]
    return {"id": spec["id"], "version": spec["version"]}


def make(session: Session, kind: Kind, body: dict[str, Any], **call: Any) -> str:
    """Create an entity and return its id."""
    exchange = session.call(
        kind.create(), body=body, step=call.pop("step", f"create-{kind.name}"), **call
    )
    return str(session.take(exchange, "/id"))


def account_body(session: Session, name: str) -> dict[str, Any]:
    """A base connection to Stripe as S4:28 shows it."""
    given = session.world.connectors["stripe"]["inputs"]["account"]
    return {
        "name": session.name(name),
        "description": "Account of a probe · Größe · 데이터",
        "connectionSpec": spec_of(session, "stripe"),
        "auth": given["auth"],
    }


def destination_body(session: Session) -> dict[str, Any]:
    """A base connection to Amazon Kinesis as S2:242 shows it."""
    connector = session.world.connectors["amazon-kinesis"]
    spec = spec_of(session, "amazon-kinesis")
    name = session.world.looked_up.get(spec["id"])
    if name is None:
        query = {"property": f'id=="{spec["id"]}"'}
        listed = session.call("listConnectionSpecs", query=query, step="look-up-spec")
        name = session.take(listed, "/items/0/authSpec/0/name")
        session.world.looked_up[spec["id"]] = name
    return {
        "name": session.name("probe destination"),
        "description": "Destination of a probe",
        "connectionSpec": spec,
        "auth": {"specName": name, "params": connector["inputs"]["account"]["params"]},
    }


@dataclass
class Destination:
    """The ids of a chain from the profile store to Kinesis."""

    store: str
    source: str
    account: str
    target: str
    target_body: dict[str, Any]

    def flow(self, session: Session, name: str) -> dict[str, Any]:
        """The body of a flow over this chain (S2:363, X09)."""
        selectors: dict[str, Any] = {
            "profileSelectors": {"selectors": []},
            "segmentSelectors": {"selectors": []},
        }
        return {
            "name": session.name(name),
            "description": "Flow of a probe · données · 흐름",
            "flowSpec": DESTINATION_FLOW,
            "sourceConnectionIds": [self.source],
            "targetConnectionIds": [self.target],
            "transformations": [{"name": "GeneralTransform", "params": selectors}],
        }


def destination(session: Session) -> Destination:
    """Build the chain of S2 up to its target connection."""
    store = make(
        session, CONNECTION, {"name": session.name("probe store"), "connectionSpec": PROFILE_STORE}
    )
    source = _part(
        session,
        "SourceConnection",
        {
            "name": session.name("probe profiles"),
            "connectionSpec": PROFILE_STORE,
            "baseConnectionId": store,
            "data": {"format": "json"},
            "params": {},
        },
    )
    account = make(session, CONNECTION, destination_body(session), step="create-destination")
    given = session.world.connectors["amazon-kinesis"]["inputs"]["targetConnection"]
    target_body = {
        "name": session.name("probe stream"),
        "connectionSpec": spec_of(session, "amazon-kinesis"),
        "baseConnectionId": account,
        "data": {"format": "json"},
        "params": given["params"],
    }
    return Destination(
        store, source, account, _part(session, "TargetConnection", target_body), target_body
    )


def _part(session: Session, noun: str, body: dict[str, Any]) -> str:
    exchange = session.call(f"create{noun}", body=body, step=f"create-{noun}")
    return str(session.take(exchange, "/id"))


def schema_body(session: Session, title: str) -> dict[str, Any]:
    """A target schema as S0:144 shows it."""
    return {
        "type": "object",
        "title": session.name(title),
        "description": "Schema of a probe · Größe · 데이터",
        "allOf": [{"$ref": PROFILE_CLASS}],
        "meta:class": PROFILE_CLASS,
    }


def class_body(session: Session, title: str) -> dict[str, Any]:
    """An ad-hoc class in the form of a schema (S0:57)."""
    adhoc = {"type": "object", "properties": {"id": {"type": "string"}}}
    return {
        "type": "object",
        "title": session.name(title),
        "description": "Class of a probe",
        "allOf": [
            {"$ref": "https://ns.adobe.com/xdm/data/adhoc"},
            {"properties": {"_adhoc": adhoc}},
        ],
    }


@dataclass
class Stored:
    """A schema with a dataset and a mapping set on it."""

    schema: str
    data_set: str
    mapping: str


@dataclass
class Lake(Stored):
    """The same with a target connection: the receiving half of a source flow."""

    target: str


def stored(session: Session) -> Stored:
    """Build a schema, a dataset and a mapping set (S0:128-422)."""
    title = f"probe schema {session.journey}"
    created = session.call("createSchema", body=schema_body(session, title), step="create-schema")
    schema = str(session.take(created, "/$id"))
    data_set = make_data_set(session, schema, "probe dataset")
    return Stored(schema, data_set, make_mapping_set(session, schema))


def make_mapping_set(session: Session, schema: str, step: str = "create-mapping-set") -> str:
    """Create a mapping set to a schema (S1:183) and return its id."""
    answer = session.call("createMappingSet", body=mapping_body(schema), step=step)
    return str(session.take(answer, "/id"))


def data_set_body(name: str, schema: str) -> dict[str, Any]:
    """A dataset on a schema as S0:244 shows it."""
    return {"name": name, "schemaRef": {"id": schema, "contentType": DATA_SET_CONTENT}}


def make_data_set(
    session: Session, schema: str, name: str, step: str = "create-data-set", **members: Any
) -> str:
    """Create a dataset on a schema (S0:244) and return its id."""
    body = {**data_set_body(session.name(name), schema), **members}
    answer = session.call("createDataSet", body=body, step=step)
    return str(session.take(answer, "/0")).rsplit("/", 1)[-1]


def lake(session: Session, data_format: str = "parquet_xdm") -> Lake:
    """Build the receiving half of a source flow (S1:86-250)."""
    base = stored(session)
    body = {
        "name": session.name("probe lake"),
        "connectionSpec": DATA_LAKE,
        "data": {"format": data_format, "schema": {"id": base.schema, "version": SCHEMA_VERSION}},
        "params": {"dataSetId": base.data_set},
    }
    target = _part(session, "TargetConnection", body)
    return Lake(base.schema, base.data_set, base.mapping, target)


def mapping_body(schema: str) -> dict[str, Any]:
    """A mapping set as S1:183 shows it."""
    item = {"destinationXdmPath": "_id", "sourceAttribute": "id", "identity": False, "version": 0}
    return {
        "outputSchema": {"schemaRef": {"id": schema, "contentType": SCHEMA_VERSION}},
        "mappings": [item],
    }


def table_source(session: Session) -> str:
    """A source connection on a Salesforce Service Cloud table (S3:96), with its account."""
    connector = session.world.connectors["salesforce-service-cloud"]
    given = connector["inputs"]["account"]
    body = {
        "name": session.name("probe table account"),
        "connectionSpec": spec_of(session, "salesforce-service-cloud"),
        "auth": given["auth"],
    }
    account = make(session, CONNECTION, body, step="create-account")
    return _part(
        session,
        "SourceConnection",
        {
            "name": session.name("probe table"),
            "baseConnectionId": account,
            "data": {"format": "tabular"},
            "params": connector["inputs"]["sourceConnection"]["params"],
            "connectionSpec": spec_of(session, "salesforce-service-cloud"),
        },
    )


def table_flow(
    session: Session, name: str, source: str, half: Lake, schedule: dict[str, Any]
) -> dict[str, Any]:
    """The body of a scheduled flow (S3:589)."""
    return {
        "name": session.name(name),
        "description": "Flow of a probe · données · 흐름",
        "flowSpec": TABLE_FLOW,
        "sourceConnectionIds": [source],
        "targetConnectionIds": [half.target],
        "transformations": [
            {"name": "Copy", "params": {"deltaColumn": {"name": "updatedAt"}}},
            {"name": "Mapping", "params": {"mappingId": half.mapping, "mappingVersion": "0"}},
        ],
        "scheduleParams": schedule,
    }


def settled(session: Session, flow: str, **notes: Any) -> Exchange:
    """Read a flow until it is enabled; halts when the settling time passes first."""
    exchange = session.poll(
        lambda: session.call(FLOW.get(), flow, step="settle-flow", notes=notes),
        lambda read: read.at("/items/0/state") == "enabled",
        SETTLING_SECONDS,
    )
    if exchange.at("/items/0/state") != "enabled":
        session.stop(
            exchange, f"the flow is {exchange.at('/items/0/state')} after {SETTLING_SECONDS:.0f} s"
        )
    return exchange


def read_one(session: Session, kind: Kind, identifier: str, **notes: Any) -> Exchange:
    """A lawful read of an entity, once more for as long as it is on its way to another state."""
    return session.poll(
        lambda: session.call(kind.get(), identifier, step=f"read-{kind.name}", notes=notes),
        lambda read: read.at("/items/0/state") not in TRANSITIONAL,
        SETTLING_SECONDS,
    )


def etag_of(session: Session, read: Exchange) -> str:
    """The etag that a read shows; halts when it shows none."""
    return str(session.take(read, "/items/0/etag"))
