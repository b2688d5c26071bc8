"""Schemathesis as the generator: examples, coverage, fuzzing and links of one OpenAPI document.

Its own checks stay where they are right here; which status a wrong value gets is for the documents to say.
"""

from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation.meta import TestPhase

from conformance.engine.curl import curl_lines
from conformance.engine.data import contracts_root, load
from conformance.engine.exchange import Exchange
from conformance.engine.session import Session
from conformance.rules.generated.overlay import chance
from conformance.rules.generated.rules import broken_rules
from conformance.rules.generated.wire import EXCHANGE_ID, Wire

CHECKS = [
    "not_a_server_error",
    "content_type_conformance",
    "response_schema_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "our_rules_hold",
]
OURS = ("ApiKey", "Organization", "Sandbox")
STEPS = 6


@schemathesis.check
def our_rules_hold(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """The exchange satisfies every rule of ours that needs no other exchange."""
    wire: Wire = case.operation.schema.app
    exchange = wire.by_id.get(next(iter(response.headers.get(EXCHANGE_ID.lower(), [])), ""))
    broken = broken_rules(exchange, wire.service) if exchange else []
    if broken:
        raise AssertionError("; ".join(broken))


def generate(session: Session, wire: Wire) -> None:
    """Send what Schemathesis generates for the wire's service and note what its checks found."""
    for event in _events(session, wire):
        if isinstance(event, events.ScenarioFinished):
            _note(event.recorder, wire)
        if wire.is_dead:
            break
    if wire.is_dead:
        last = session.exchanges[-1]
        session.stop(last, last.error or "the target stopped answering")


def _events(session: Session, wire: Wire) -> Iterator[events.EngineEvent]:
    schema = schemathesis.openapi.from_dict(
        _document(wire.service), config=schemathesis.Config(seed=session.world.generation_seed)
    )
    schema.app = wire
    schema.hook("filter_case")(_is_sampled)
    config = schema.config
    config.generation.max_examples = session.world.examples
    config.generation.database = "none"
    config.generation.codec = "utf-8"
    config.checks.update(included_check_names=CHECKS)
    phases = config.phases
    phases.coverage.unexpected_methods = set()
    phases.fuzzing.error_feedback.is_enabled = False
    phases.stateful.max_steps = STEPS
    phases.stateful.inference.algorithms = []
    for phase in (phases.examples, phases.coverage, phases.fuzzing):
        phase.extra_data_sources.responses = False
    stream = from_schema(schema).execute()
    try:
        yield from stream
    finally:
        stream.stop()


def _is_sampled(context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    """Coverage has hundreds of cases for some operations: a tenth of them for each example of the budget."""
    if case.meta is None or case.meta.phase.name != TestPhase.COVERAGE:
        return True
    wire: Wire = case.operation.schema.app
    content = (case.path_parameters, case.query, case.headers.get("If-Match"), case.body)
    return chance(case.operation.label, *content) % 10 < wire.session.world.examples


def _document(service: str) -> dict[str, Any]:
    """The OpenAPI document without what every request carries anyway: key, organization, sandbox, token."""
    document: dict[str, Any] = _strip(load(contracts_root() / "openapi" / f"{service}.yaml"))
    return document


def _strip(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _strip(v) for k, v in node.items() if k not in ("security", "securitySchemes")}
    if isinstance(node, list):
        return [_strip(value) for value in node if not _is_ours(value)]
    return node


def _is_ours(node: Any) -> bool:
    if not isinstance(node, dict):
        return False
    return (
        str(node.get("$ref", "")).rsplit("/", 1)[-1] in OURS or node.get("name") == "x-sandbox-name"
    )


def _note(recorder: ScenarioRecorder, wire: Wire) -> None:
    for case_id, node in recorder.cases.items():
        exchange = wire.by_case.get(case_id)
        if exchange is None:
            continue
        if node.parent_id is not None and node.parent_id in wire.by_case:
            exchange.notes["link"] = wire.by_case[node.parent_id].id
        for result in recorder.checks.get(case_id, []):
            if result.failure_info is not None:
                found = exchange.notes.setdefault("checks", {})
                found[result.name] = str(result.failure_info.failure)
                _tell(exchange, list(_chain(recorder, wire, case_id)))


def _chain(recorder: ScenarioRecorder, wire: Wire, case_id: str | None) -> Iterator[Exchange]:
    """The exchanges that led to a case through links, first to last."""
    if case_id is not None and case_id in recorder.cases:
        yield from _chain(recorder, wire, recorder.cases[case_id].parent_id)
        if case_id in wire.by_case:
            yield wire.by_case[case_id]


def _tell(exchange: Exchange, chain: list[Exchange]) -> None:
    exchange.notes["sequence"] = " → ".join(e.operation for e in chain)
    exchange.notes["curl_sequence"] = curl_lines(chain)
