"""The journeys that generate their requests; the libraries that do it are imported when one runs."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from conformance.engine.kinds import FLOW_SERVICE_KINDS, KINDS
from conformance.engine.session import Session
from conformance.rules.gateway import GENERATED
from conformance.rules.generated.pool import POOLS
from conformance.rules.generated.rules import ANY_ORDER, ETAGS, LINKS, REFUSED
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


def wrong_types(session: Session, service: str) -> None:
    """Each create with a required member of another type, often enough to meet what fails now and then."""
    for operation, (body, *_) in POOLS[service](session).bodies.items():
        for member in required(session.world.contract[operation].request_schema or {}):
            odd = {**body, member: 7 if isinstance(body[member], str) else "seven"}
            for _ in range(session.world.repeats):
                answered = session.call(
                    operation, body=odd, case=GENERATED, step="wrong-type", halts=False
                )
                if answered.response is None or answered.response.is_success:
                    break


def required(schema: Mapping[str, Any]) -> list[str]:
    """The members of a body that its schema requires."""
    parts = [schema, *schema.get("allOf", ())]
    return list(dict.fromkeys(name for part in parts for name in part.get("required", ())))


def _read_what_was_made(session: Session, wire: Wire) -> None:
    for kind in KINDS.values():
        for identifier in wire.pool.expendable.get(kind.noun, []):
            session.call(kind.get(), identifier, case=GENERATED, step="read-what-was-made")


def _list_the_refused(session: Session, wire: Wire) -> None:
    for kind in FLOW_SERVICE_KINDS:
        for names in wire.refused_names(kind.name):
            query = {"property": f"name=={','.join(names)}"}
            listed = session.call(
                kind.list(), query=query, step="list-refused", notes={"refused": names}, halts=False
            )
            for item in listed.at("/items") or []:
                if isinstance(item, dict) and item.get("name") in names:
                    session.made(kind.name, str(item.get("id")))


for _service in POOLS:
    _rows = [f"{_service}.generated.{name}-*" for name in ("requests", "answers")]
    probe(f"generated-{_service}", *_rows, *EXTRA.get(_service, ()), late=True)(
        partial(generated, service=_service)
    )
    if _service != "data-collection":  # a raw message may be any object
        probe(f"soak-{_service}-types", *_rows, repeats=True)(
            partial(wrong_types, service=_service)
        )


@probe("generated-order", ANY_ORDER, late=True)
def any_order(session: Session) -> None:
    """Operations on connections and flows in any order, beside a model of them."""
    from conformance.rules.generated.machine import explore  # noqa: PLC0415 - imports Hypothesis

    explore(session)
