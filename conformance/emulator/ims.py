"""The token endpoint (facts:115): client credentials for an expiring access token."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.gateway import media_type
from conformance.emulator.tenants import SCOPES, Tenant, issue_token

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator


def fetch_token(emulator: Emulator, request: Request) -> Response:
    """Issue a token for the integration whose secret is shown."""
    fields = _fields(request)
    tenant = emulator.policy.check_client(emulator, fields)
    token = issue_token(tenant, emulator.ids, emulator.clock, emulator.token_lifetime)
    payload = {
        "access_token": token,
        "token_type": "bearer",
        "expires_in": emulator.token_lifetime,
    }
    return Response(200, payload, {"Cache-Control": "no-store"})


def _fields(request: Request) -> dict[str, str]:
    fields = dict(request.query)
    if request.body and media_type(request) != "application/x-www-form-urlencoded":
        raise RefusalError(400, "The parameters must be form encoded")
    return fields | dict(parse_qsl(request.body.decode("utf-8", "replace")))


def check_client(emulator: Emulator, fields: dict[str, str]) -> Tenant:
    """Grant type, client, secret and scopes must all be right."""
    if "grant_type" not in fields:
        raise RefusalError(400, "grant_type is missing")
    if fields["grant_type"] != "client_credentials":
        raise RefusalError(400, "The grant type is not supported", code="unsupported_grant_type")
    for tenant in emulator.tenants:
        shown = (fields.get("client_id"), fields.get("client_secret"))
        if shown == (tenant.client_id, tenant.client_secret):
            _check_scopes(fields.get("scope", ""))
            return tenant
    raise RefusalError(401, "The client or its secret is not valid", code="invalid_client")


def _check_scopes(scope: str) -> None:
    asked = {name.strip() for name in scope.replace(" ", ",").split(",") if name.strip()}
    if not asked <= set(SCOPES):
        raise RefusalError(400, "A scope is not known", code="invalid_scope")
