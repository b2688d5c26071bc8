"""Probes of what a dataset and a mapping set show of themselves (full profile)."""

from conformance.engine.kinds import DATA_SET
from conformance.engine.session import Session
from conformance.rules.probes.kit import make_data_set, mapping_body, stored
from conformance.rules.probes.registry import probe

TAGS = {"unifiedProfile": ["enabled: false", "isUpsert: false"]}
CHOSEN = ["name", "schemaRef"]


@probe(
    "data-set-members",
    DATA_SET.row("properties-*"),
    DATA_SET.row("tags-*"),
    "data-prep.mapping-sets.created-ids-*",
)
def data_set_members(session: Session) -> None:
    schema = stored(session).schema
    session.call("createMappingSet", body=mapping_body(schema), step="create-equal-mapping-set")
    for _ in range(session.world.repeats):
        tagged = make_data_set(session, schema, "probe tags", step="create-tagged", tags=TAGS)
        session.call("getDataSet", tagged, step="read-tagged")
    query, notes = {"properties": ",".join(CHOSEN)}, {"properties": CHOSEN}
    for _ in range(session.world.repeats):
        session.call("getDataSet", tagged, query=query, notes=notes, step="read-some-members")
    query["limit"] = "2"
    for _ in range(session.world.repeats):
        session.call("listDataSets", query=query, notes=notes, step="list-some-members")
