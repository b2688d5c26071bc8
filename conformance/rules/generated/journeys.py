"""The journeys that generate their requests; the libraries that do it are imported when one runs."""

from functools import partial

from conformance.engine.kinds import FLOW_SERVICE_KINDS, KINDS
from conformance.engine.session import Session
from conformance.rules.gateway import GENERATED
from conformance.rules.generated.pool import POOLS
from conformance.rules.generated.rules import ANY_ORDER, ETAGS, LINKS, REFUSED
from conformance.rules.generated.small import in_small, look_for
from conformance.rules.generated.tour import tour
from conformance.rules.generated.wire import Wire
from conformance.rules.probes.registry import probe

EXTRA = {"flow-service": (ETAGS, REFUSED, LINKS)}


def generated(session: Session, service: str) -> None:
    """Requests generated from one OpenAPI document, given living ids where they are well-formed."""
    from conformance.rules.generated.fuzz import generate  # noqa: PLC0415 - a second of imports

    wire = Wire(session, POOLS[service](session), service)
    generate(session, wire)
    _read_what_was_made(session, wire)
    if service == "flow-service":
        _list_the_refused(session, wire)


def _read_what_was_made(session: Session, wire: Wire) -> None:
    for kind in KINDS.values():
        for identifier in wire.pool.expendable.get(kind.noun, []):
            session.call(kind.get(), identifier, case=GENERATED, step="read-what-was-made")


def _list_the_refused(session: Session, wire: Wire) -> None:
    for kind in FLOW_SERVICE_KINDS:
        for names in wire.refused_names(kind.name):
            look_for(session, kind, names, names)


for _service in POOLS:
    _rows = [f"{_service}.generated.{name}-*" for name in ("requests", "answers")]
    _rows += EXTRA.get(_service, ())
    probe(f"generated-{_service}", *_rows, late=True)(partial(generated, service=_service))
    probe(f"small-{_service}", *_rows)(partial(in_small, service=_service))


probe("order", ANY_ORDER)(tour)


@probe("generated-order", ANY_ORDER, late=True)
def any_order(session: Session) -> None:
    """Operations on connections and flows in any order, beside a model of them."""
    from conformance.rules.generated.machine import explore  # noqa: PLC0415 - imports Hypothesis

    explore(session)
