"""Queries that a list of flows must refuse (full profile)."""

from conformance.engine.kinds import FLOW
from conformance.engine.session import Session
from conformance.rules.probes.registry import probe, put
from conformance.rules.probes.updates import rows_of

QUERIES = (
    ("limit-with-count-is-refused", {"limit": "1", "count": "true"}),
    ("unknown-query-parameter-is-refused", {"nonsense": "1"}),
    ("filter-by-unknown-field-is-refused", {"property": "nonsense==1"}),
    ("filter-with-unknown-operator-is-refused", {"property": "name!=x"}),
    ("filter-with-tilde-is-refused", {"property": "name~x"}),
    ("filter-without-value-is-refused", {"property": "name=="}),
    ("filter-by-undocumented-state-is-refused", {"property": "state==nonsense"}),
    ("inequality-with-several-values-is-refused", {"property": "createdAt>=1,2"}),
    ("order-by-unknown-field-is-refused", {"orderby": "nonsense"}),
)


@probe("queries", *rows_of(FLOW, *(row for row, _ in QUERIES)), reads_only=True)
def queries(session: Session) -> None:
    session.call(FLOW.list(), query={"limit": "1"}, step="lawful-list")
    for row, query in QUERIES:
        put(session, FLOW.row(row), FLOW.list(), query=query)
