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
    DATA_SET_CONTENT,
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

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Write:
    """A lawful write."""

    operation: str
    identifier: str | None
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@probe("any-call", "gateway.*.any-call-*", "gateway.body.any-write-*", also=("*.refused-*",))
def any_call(session: Session) -> None:
    chain, half = destination(session), stored(session)
    flow = make(session, FLOW, chain.flow(session, "probe any call"))
    named = session.name("refused everywhere")
    creates = [
        Write("createSourceConnection", None, {**part_body(chain), "name": named}),
        Write("createTargetConnection", None, {**chain.target_body, "name": named}),
        Write("createFlow", None, {**chain.flow(session, "x"), "name": named}),
        Write("createSchema", None, {**schema_body(session, "x"), "title": named}),
        Write("createDataSet", None, _data_set(named, half.schema)),
        Write("createMappingSet", None, mapping_body(half.schema)),
    ]
    settled(session, flow)
    updates = [
        _update(session, kind, identifier)
        for kind, identifier in (
            (CONNECTION, chain.account),
            (SOURCE, chain.source),
            (TARGET, chain.target),
            (FLOW, flow),
        )
    ]
    for write in (*creates, *updates):
        _without_body(session, write)
    for write in (*_reads(flow), *creates[2:], updates[-1], Write("deleteFlow", flow, None)):
        _without_access(session, write)
    for kind, write in zip((CONNECTION, SOURCE, TARGET, FLOW), updates, strict=True):
        read_one(session, kind, str(write.identifier))
    expect_none_named(session, FLOW, named)


def _data_set(name: str, schema: str) -> dict[str, Any]:
    return {"name": name, "schemaRef": {"id": schema, "contentType": DATA_SET_CONTENT}}


def _update(session: Session, kind: Kind, identifier: str) -> Write:
    etag = etag_of(session, read_one(session, kind, identifier))
    return Write(kind.update(), identifier, describe("Not to be stored"), {"If-Match": etag})


def _reads(flow: str) -> Iterator[Write]:
    yield Write("getFlow", flow, None)
    for operation in ("listFlows", "listSchemas", "listDataSets", "listMappingSets"):
        yield Write(operation, None, None)


def _without_body(session: Session, write: Write) -> None:
    text = json.dumps(write.body)
    others = (text[1:-1], '["x"]') if isinstance(write.body, list) else (f"[{text}]",)
    for statement, sent in (
        ("any-write-with-malformed-json-is-refused", text[:-1]),
        ("any-write-without-body-is-refused", ""),
        *(("any-write-of-other-json-type-is-refused", other) for other in others),
    ):
        put(
            session,
            f"gateway.body.{statement}",
            write.operation,
            write.identifier,
            raw=sent.encode(),
            headers={**JSON, **write.headers},
        )


def _without_access(session: Session, write: Write) -> None:
    for row, lacking, given in (
        ("authorization.any-call-without-token-is-refused", ("Authorization",), {}),
        ("authorization.any-call-with-invalid-token-is-refused", (), {"Authorization": BAD_TOKEN}),
        ("api-key.any-call-without-key-is-refused", ("x-api-key",), {}),
        ("organization.any-call-without-organization-is-refused", ("x-gw-ims-org-id",), {}),
    ):
        put(
            session,
            f"gateway.{row}",
            write.operation,
            write.identifier,
            body=write.body,
            headers={**write.headers, **given},
            without=lacking,
        )
