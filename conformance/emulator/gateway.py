"""What the gateway and the common front of all services check (facts:92-94, facts:103)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.emulator.errors import RefusalError, flow_refusal
from conformance.emulator.exchange import NO_BODY, Request, decode
from conformance.emulator.tenants import Tenant

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

OPEN_SERVICES = ("ims", "data-collection")
ORG_ID = re.compile(r"[0-9A-Za-z]+@AdobeOrg")
WRITES = ("POST", "PUT", "PATCH")
MOST_BYTES = 8 * 1024 * 1024


def admit(emulator: Emulator, request: Request) -> None:
    """Run every check that comes before a service looks at the request."""
    if request.service in OPEN_SERVICES:
        return
    policy = emulator.policy
    policy.check_token(emulator, request)
    policy.check_api_key(emulator, request)
    request.tenant = policy.check_org(emulator, request)
    request.sandbox = policy.check_sandbox(emulator, request)


def read_body(emulator: Emulator, request: Request) -> None:
    """Check the media type of a write and parse its JSON."""
    if request.service in OPEN_SERVICES or request.method not in WRITES:
        return
    if not request.body.strip():
        return
    emulator.policy.check_content_type(emulator, request)
    request.payload = emulator.policy.parse_body(emulator, request)


def _refuse(code: str, message: str) -> RefusalError:
    return RefusalError(int(code[:3]), message, code=code, style="gateway")


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _token_holder(emulator: Emulator, request: Request) -> Tenant | None:
    token, now = _bearer(request), emulator.clock.now()
    for tenant in emulator.tenants:
        if tenant.tokens.get(token, 0.0) > now:
            return tenant
    return None


def check_token(emulator: Emulator, request: Request) -> None:
    """A missing token is 403, an invalid or expired one 401 (facts:93)."""
    if not request.headers.get("authorization", "").strip():
        raise _refuse("403010", "Oauth token is missing.")
    if _token_holder(emulator, request) is None:
        raise _refuse("401013", "Oauth token is not valid")


def check_api_key(emulator: Emulator, request: Request) -> None:
    """The API key must belong to some integration."""
    key = request.headers.get("x-api-key", "").strip()
    if not key:
        raise _refuse("403000", "Api Key is required")
    if all(key != tenant.client_id for tenant in emulator.tenants):
        raise _refuse("403003", "Api Key is invalid")


def check_org(emulator: Emulator, request: Request) -> Tenant:
    """The organisation must be the one whose token was sent."""
    org_id = request.headers.get("x-gw-ims-org-id", "").strip()
    if not org_id:
        raise _refuse("400003", "Missing header")
    if not ORG_ID.fullmatch(org_id):
        raise _refuse("403027", "User region is missing")
    holder = _token_holder(emulator, request)
    if holder is None or holder.org_id != org_id:
        raise _refuse("403025", "Profile is not valid")
    return holder


def check_sandbox(emulator: Emulator, request: Request) -> str:
    """The sandbox must be named and exist in the organisation (facts:103)."""
    name = request.headers.get("x-sandbox-name", "").strip()
    if not name:
        raise flow_refusal("2105-400", "The header x-sandbox-name is missing")
    if name not in request.owner.sandboxes:
        raise flow_refusal("2100-404", "The sandbox named in x-sandbox-name does not exist")
    return name


def media_type(request: Request) -> str:
    """The media type of the request without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_content_type(emulator: Emulator, request: Request) -> None:
    """Every payload must be announced as JSON (facts:94)."""
    if media_type(request) != "application/json":
        raise RefusalError(400, "A valid content-type must be specified", style="placeholder")


def parse_body(emulator: Emulator, request: Request) -> Any:
    """The request's JSON."""
    try:
        return decode(request.body)
    except (ValueError, RecursionError):
        raise RefusalError(400, "The request body is not valid JSON") from None


def required_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object; an empty one counts as empty (1405-400)."""
    if request.payload is NO_BODY:
        raise flow_refusal("1405-400", "The request body is empty")
    if not isinstance(request.payload, dict):
        raise RefusalError(400, "The request body must be a JSON object", bad_value=True)
    return request.payload
