"""The kinds of entity that the journeys make: how each is named in operations, rows and answers."""

from dataclasses import dataclass

from conformance.engine.exchange import ABSENT, Exchange


@dataclass(frozen=True)
class Kind:
    """`noun` is the suffix of its operations (createFlow); `rows` is service.resource of its requirements."""

    name: str
    noun: str
    rows: str
    gone: str

    def create(self) -> str:
        return f"create{self.noun}"

    def get(self) -> str:
        return f"get{self.noun}"

    def list(self) -> str:
        return f"list{self.noun}{'es' if self.noun.endswith('s') else 's'}"

    def update(self) -> str:
        return f"update{self.noun}"

    def delete(self) -> str:
        return f"delete{self.noun}"

    def row(self, statement: str) -> str:
        """The id of a requirement of this kind."""
        return f"{self.rows}.{statement}"


CONNECTION = Kind("connection", "Connection", "flow-service.connections", "deleted-one-is-gone")
SOURCE = Kind(
    "sourceConnection", "SourceConnection", "flow-service.source-connections", "deleted-one-is-gone"
)
TARGET = Kind(
    "targetConnection", "TargetConnection", "flow-service.target-connections", "deleted-one-is-gone"
)
FLOW = Kind("flow", "Flow", "flow-service.flows", "deleted-one-is-gone")
SCHEMA = Kind("schema", "Schema", "schema-registry.schemas", "deleted-schema-is-gone")
CLASS = Kind("class", "Class", "schema-registry.classes", "deleted-class-is-gone")
DATA_SET = Kind("dataSet", "DataSet", "catalog.data-sets", "deleted-data-set-is-gone")
MAPPING_SET = Kind("mappingSet", "MappingSet", "data-prep.mapping-sets", "")

LEAVING = "delete-finalizing"  # what was deleted may be there for a while in this state (facts:106, facts:232)
TRANSITIONAL = (  # states in which no update and no delete need be taken (facts:103, facts:106)
    "initializing",
    "inProgress",
    "updating",
    "enabling",
    "disabling",
    "enabled-finalizing",
    LEAVING,
    "pending",
)
FLOW_SERVICE_KINDS = (CONNECTION, SOURCE, TARGET, FLOW)
KINDS = {kind.name: kind for kind in (*FLOW_SERVICE_KINDS, SCHEMA, CLASS, DATA_SET, MAPPING_SET)}
BY_OPERATION = {
    operation: kind
    for kind in KINDS.values()
    for operation in (kind.create(), kind.get(), kind.update(), kind.delete(), kind.list())
} | {"actOnFlow": FLOW}


def created_names(kind: Kind, exchange: Exchange) -> list[str]:
    """The names under which a create's answer lets its entity be addressed."""
    if kind in (SCHEMA, CLASS):
        names = [exchange.at("/meta:altId"), exchange.at("/$id")]
    elif kind is DATA_SET:
        first = exchange.at("/0")
        names = [first.rsplit("/", 1)[-1] if isinstance(first, str) else ABSENT]
    else:
        names = [exchange.at("/id")]
    return [name for name in names if isinstance(name, str) and name]
