"""What the gateway must refuse, asked of every service: calls without access, writes without a proper body."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.engine.kinds import CONNECTION, FLOW, SOURCE, TARGET, Kind
from conformance.engine.session import Session
from conformance.rules.probes.changes import describe
from conformance.rules.probes.gateway import BAD_TOKEN
from conformance.rules.probes.kit import (
    data_set_body,
    destination,
    etag_of,
    make,
    mapping_body,
    read_one,
    schema_body,
    settled,
    stored,
)
from conformance.rules.probes.lists import expect_none_named, part_body
from conformance.rules.probes.registry import probe, put

PATCH = describe("Not to be stored")
WITHOUT_BODY = "any-write-without-body-is-refused"
OF_FLOW_SERVICE = (
    "createSourceConnection",
    "createTargetConnection",
    "createFlow",
)  # 1405-400 is its code


@dataclass(frozen=True)
class Call:
    """A lawful call: what is taken from it makes it one to refuse."""

    operation: str
    identifier: str | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@probe("any-call", "gateway.*.any-call-*", "gateway.body.any-write-*", also=("*.refused-*",))
def any_call(session: Session) -> None:
    chain, half = destination(session), stored(session)
    flow = make(session, FLOW, chain.flow(session, "probe any call"))
    named = session.name("refused everywhere")
    creates = [
        Call("createSourceConnection", None, {**part_body(chain), "name": named}),
        Call("createTargetConnection", None, {**chain.target_body, "name": named}),
        Call("createFlow", None, {**chain.flow(session, "x"), "name": named}),
        Call("createSchema", None, {**schema_body(session, "x"), "title": named}),
        Call("createDataSet", None, data_set_body(named, half.schema)),
        Call("createMappingSet", None, mapping_body(half.schema)),
    ]
    settled(session, flow)
    kept = {CONNECTION: chain.account, SOURCE: chain.source, TARGET: chain.target, FLOW: flow}
    for call in creates:
        for row, text in _no_bodies(call.body):
            if row != WITHOUT_BODY or call.operation in OF_FLOW_SERVICE:
                _send(session, row, call, text)
    for kind, identifier in kept.items():
        for row, text in _no_bodies(PATCH):
            _send(session, row, _update(session, kind, identifier), text)
    reads = (Call("getFlow", flow), Call("listSchemas"), Call("listDataSets"))
    for call in (*reads, creates[2], creates[-1], _update(session, FLOW, flow)):
        _without_access(session, call)
    for kind, identifier in kept.items():
        read_one(session, kind, identifier)
    if not _without_access(session, Call("deleteFlow", flow)):
        read_one(session, FLOW, flow)
    expect_none_named(session, FLOW, named)


def _update(session: Session, kind: Kind, identifier: str) -> Call:
    etag = etag_of(session, read_one(session, kind, identifier))
    return Call(kind.update(), identifier, PATCH, {"If-Match": etag})


def _no_bodies(body: Any) -> Iterator[tuple[str, str]]:
    """What must not be sent in place of a body, and the row that says so."""
    text = json.dumps(body)
    yield "any-write-with-malformed-json-is-refused", text[:-1]
    yield WITHOUT_BODY, ""
    for other in (text[1:-1], '["x"]') if isinstance(body, list) else (f"[{text}]",):
        yield "any-write-of-other-json-type-is-refused", other


def _send(session: Session, row: str, call: Call, text: str) -> None:
    put(
        session,
        f"gateway.body.{row}",
        call.operation,
        call.identifier,
        raw=text.encode(),
        headers=call.headers,
    )


def _without_access(session: Session, call: Call) -> bool:
    """Whether a call was let in that lacked something."""
    let_in = False
    for row, lacking, given in (
        ("authorization.any-call-without-token-is-refused", ("Authorization",), {}),
        ("authorization.any-call-with-invalid-token-is-refused", (), {"Authorization": BAD_TOKEN}),
        ("api-key.any-call-without-key-is-refused", ("x-api-key",), {}),
        ("organization.any-call-without-organization-is-refused", ("x-gw-ims-org-id",), {}),
    ):
        answer = put(
            session,
            f"gateway.{row}",
            call.operation,
            call.identifier,
            body=call.body,
            headers={**call.headers, **given},
            without=lacking,
        )
        let_in |= answer is not None and 200 <= answer.status < 300
    return let_in
