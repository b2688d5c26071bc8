"""Calls that the gateway must refuse, each beside a lawful one that it answers."""

import json
from typing import Any

from conformance.engine.addresses import is_loopback
from conformance.engine.kinds import CONNECTION
from conformance.engine.session import Session
from conformance.rules.probes.changes import describe
from conformance.rules.probes.kit import account_body, etag_of, make, read_one
from conformance.rules.probes.lists import expect_none_named
from conformance.rules.probes.registry import probe, put

LIST: dict[str, Any] = {"query": {"limit": "1"}}
BAD_TOKEN = "Bearer never-issued-by-anyone"  # noqa: S105 - nobody's


@probe(
    "gateway-headers",
    "gateway.authorization.*",
    "gateway.api-key.*",
    "gateway.organization.*",
    "gateway.sandbox.*-sandbox-is-*",
    "gateway.errors.*",
    reads_only=True,
)
def headers(session: Session) -> None:
    session.take(session.call("listConnections", **LIST, step="lawful-list"), "/items")
    for requirement, name in (
        ("gateway.authorization.missing-token-is-refused", "Authorization"),
        ("gateway.api-key.missing-key-is-refused", "x-api-key"),
        ("gateway.organization.missing-organization-is-refused", "x-gw-ims-org-id"),
        ("gateway.sandbox.missing-sandbox-is-defaulted-or-refused", "x-sandbox-name"),
    ):
        put(session, requirement, "listConnections", **LIST, without=(name,))
    for requirement, name, value in (
        (
            "gateway.authorization.invalid-token-is-refused",
            "Authorization",
            BAD_TOKEN,
        ),
        ("gateway.api-key.invalid-key-is-refused", "x-api-key", "no-such-key-anywhere"),
        (
            "gateway.organization.unknown-organization-is-refused",
            "x-gw-ims-org-id",
            "0123456789ABCDEF01234567@AdobeOrg",
        ),
        ("gateway.sandbox.unknown-sandbox-is-refused", "x-sandbox-name", "no-such-sandbox"),
    ):
        put(session, requirement, "listConnections", **LIST, headers={name: value})


@probe(
    "gateway-bodies",
    "gateway.media-type.write-*",
    "gateway.body.*",
    "flow-service.connections.refused-create-*",
    "gateway.errors.*",
)
def bodies(session: Session) -> None:
    body = account_body(session, "probe bodies")
    account = make(session, CONNECTION, body)
    refused = {**body, "name": session.name("refused body")}
    text = json.dumps(refused).encode()
    send = "createConnection"
    put(
        session,
        "gateway.media-type.write-without-media-type-is-refused",
        send,
        raw=text,
        without=("Content-Type",),
    )
    put(
        session,
        "gateway.media-type.write-with-other-media-type-is-refused",
        send,
        raw=text,
        headers={"Content-Type": "text/plain"},
    )
    put(session, "gateway.body.malformed-json-is-refused", send, raw=text[:-1])
    put(
        session,
        "gateway.body.empty-body-is-refused",
        send,
        raw=b"",
        headers={"Content-Type": "application/json"},
    )
    _oversized(session, body)
    _update_as_text(session, account)
    put(session, "gateway.body.body-of-other-json-type-is-refused", send, raw=b"[" + text + b"]")
    expect_none_named(session, CONNECTION, refused["name"])


def _update_as_text(session: Session, account: str) -> None:
    if session.wants("gateway.body.oversized-name-is-answered"):
        etag = etag_of(session, read_one(session, CONNECTION, account))
        text = json.dumps(describe("As text")).encode()
        headers = {"Content-Type": "text/plain", "If-Match": etag}
        requirement = "gateway.media-type.write-with-other-media-type-is-refused"
        put(session, requirement, "updateConnection", account, raw=text, headers=headers)


def _oversized(session: Session, body: dict[str, Any]) -> None:
    named = {**body, "name": session.name("x" * 100_000)}
    put(session, "gateway.body.oversized-name-is-answered", "createConnection", body=named)


def client_form(session: Session) -> dict[str, str]:
    """What asks for a token with the credentials of the client."""
    settings = session.world.settings
    return {
        "grant_type": "client_credentials",
        "client_id": settings.client_id or "",
        "client_secret": settings.client_secret or "",
        "scope": settings.scopes,
    }


@probe("token", "ims.*", needs_setting="client_secret", reads_only=True)
def token(session: Session) -> None:
    form = client_form(session)
    issued = session.call_form("fetchToken", form, step="fetch-token")
    session.take(issued, "/access_token")
    bearer = {"Authorization": f"Bearer {session.last_token}"}
    session.call(
        "listConnections",
        **LIST,
        notes={"issued": True},
        headers=bearer,
        step="use-token",
        case="(issued token)",
    )
    if session.wants("ims.token.earlier-token-stays-valid"):
        session.call_form("fetchToken", form, step="fetch-another-token")
        notes = {"earlier": True}
        use = "use-earlier-token"
        case = "(earlier token)"
        session.call("listConnections", **LIST, notes=notes, headers=bearer, step=use, case=case)
    _wrong_secret(session, {**form, "client_secret": "not-the-secret-of-this-client"})


def _wrong_secret(session: Session, form: dict[str, str]) -> None:
    """Asked often only of a service on this machine: another may lock the client out."""
    requirement, notes = "ims.token.wrong-secret-is-refused", {"refusal": True}
    often = is_loopback(session.world.settings.base("ims"))
    times = session.world.repeats if often else 1
    for _ in range(times if session.wants(requirement) else 0):
        session.call_form("fetchToken", form, case=requirement, step="wrong-secret", notes=notes)
