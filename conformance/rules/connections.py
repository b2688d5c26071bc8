"""What the documents say of base connections and source connections alone."""

import json
from collections.abc import Iterator

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import ABSENT, at
from conformance.engine.kinds import CONNECTION
from conformance.engine.query import arguments
from conformance.engine.verdict import Finding, check
from conformance.rules.flows import PROFILE_STORE, accepted
from conformance.rules.registry import rule


@rule("flow-service.connections.connection-without-auth-is-accepted")
def connection_without_auth_is_accepted(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("createConnection"):
        if exchange.case is None and at(exchange.sent, "/connectionSpec/id") == PROFILE_STORE:
            yield from accepted(exchange, "the connection to be accepted")


@rule("flow-service.connections.secrets-are-not-returned")
def secrets_are_not_returned(evidence: Evidence) -> Iterator[Finding]:
    for timeline in evidence.timelines(CONNECTION):
        for read in timeline.reads:
            if at(timeline.created and timeline.created.sent, "/auth") is not ABSENT:
                shown = json.dumps(read.at("/items/0/auth"), default=str)
                yield check(
                    read,
                    "<secret:" not in shown,
                    "no credential in the clear",
                    shown,
                    "/items/0/auth",
                )


@rule("flow-service.connections.test-answers-result")
def test_answers_result(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("testConnection"):
        if exchange.case is None:
            yield check(
                exchange,
                exchange.status == 200 and isinstance(exchange.at("/result"), bool),
                "a boolean result",
                exchange.at("/result"),
                "/result",
            )


@rule("flow-service.connections.explore-describes-structure")
def explore_describes_structure(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("exploreConnection"):
        kinds = [k.lower() for k in arguments(exchange.request.url).get("objectType", [])]
        bare = exchange.at("/format") is ABSENT and isinstance(exchange.at("/data"), list)
        if exchange.case is None and kinds == ["rest"] and not bare:
            form, kind = exchange.at("/format"), exchange.at("/schema/type")
            described = isinstance(exchange.at("/schema/properties"), dict)
            yield check(
                exchange,
                exchange.status == 200 and form == "hierarchical",
                "200 and format hierarchical",
                form,
                "/format",
            )
            yield check(
                exchange,
                kind == "object" and described,
                "a schema of type object with properties",
                exchange.at("/schema"),
                "/schema",
            )


@rule("flow-service.source-connections.base-connection-is-optional-for-streams")
def base_connection_is_optional(evidence: Evidence) -> Iterator[Finding]:
    for exchange in evidence.answered("createSourceConnection"):
        if exchange.case is None and at(exchange.sent, "/baseConnectionId") is ABSENT:
            yield from accepted(exchange, "the source connection to be accepted")
