"""Probes of the lists of Catalog and of the Schema Registry (full profile)."""

from conformance.engine.kinds import SCHEMA
from conformance.engine.session import Session
from conformance.rules.probes.data import class_body
from conformance.rules.probes.kit import DATA_SET_CONTENT, mapping_body, schema_body, stored
from conformance.rules.probes.registry import probe, put

TAGS = {"unifiedProfile": ["enabled: false", "isUpsert: false"]}


@probe(
    "data-set-lists",
    "catalog.data-sets.list-start-*",
    "catalog.data-sets.properties-*",
    "catalog.data-sets.tags-*",
    "data-prep.mapping-sets.created-ids-*",
)
def data_set_lists(session: Session) -> None:
    schema = stored(session).schema
    session.call("createMappingSet", body=mapping_body(schema), step="create-equal-mapping-set")
    reference = {"id": schema, "contentType": DATA_SET_CONTENT}
    body = {"name": session.name("probe tags"), "schemaRef": reference, "tags": TAGS}
    created = session.call("createDataSet", body=body, step="create-tagged")
    identifier = str(session.take(created, "/0")).rsplit("/", 1)[-1]
    session.call("getDataSet", identifier, step="read-tagged")
    for start, limit in ((0, 3), (1, 2), (0, 3)):
        query = {"start": str(start), "limit": str(limit), "orderBy": "desc:created"}
        session.call("listDataSets", query=query, notes={"start": start}, step="list-from")
    notes = {"properties": ["name", "schemaRef"]}
    query = {"properties": "name,schemaRef"}
    session.call("getDataSet", identifier, query=query, notes=notes, case="(some members)")
    query["limit"] = "2"
    session.call("listDataSets", query=query, notes=notes, step="list-some-members")


@probe(
    "schema-lists",
    SCHEMA.row("deleted-schema-leaves-*"),
    SCHEMA.row("list-follows-*"),
    "schema-registry.classes.duplicate-*",
)
def schema_lists(session: Session) -> None:
    titles = ("probe ordered one", "probe ordered three", "probe ordered two")
    answers = [
        session.call("createSchema", body=schema_body(session, title), step="create-schema")
        for title in titles
    ]
    own = session.name("probe ordered")
    for order, start in (("title", own), ("-title", f"{own} z")):
        notes = {"ordered": order, "own": own}
        _list(session, order, start, notes)
    body = {**class_body(session, "probe class"), "title": session.name(titles[0])}
    put(session, "schema-registry.classes.duplicate-title-is-refused", "createClass", body=body)
    gone = str(session.take(answers[0], "/meta:altId"))
    session.call("deleteSchema", gone, step="delete-schema")
    _list(session, "title", own, {"lacks": gone})


def _list(session: Session, order: str, start: str, notes: dict[str, str]) -> None:
    query = {"orderby": order, "start": start, "limit": "20"}
    session.call("listSchemas", query=query, notes=notes, step="list-ordered")
