"""Faults of the token endpoint."""

from __future__ import annotations

import time

from conformance.emulator.alterations import fail, refuse
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, drop, raw, replace, retype, status
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.ims import check_client
from conformance.emulator.tenants import Tenant

RETURNED = "ims.token.credentials-return-a-token"
BEARER = "ims.token.token-type-is-bearer"
LIFETIME = "ims.token.lifetime-is-in-seconds"
ACCEPTED = "ims.token.issued-token-is-accepted"
REFUSED = "ims.token.wrong-secret-is-refused"
CONTRACT = "ims.answers.fit-the-contract"
PARSED = "gateway.media-type.answers-parse-as-json"
SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"


@fault("token-answers-created", breaks=["ims.answers.lawful-reads-succeed"])
def _(emulator: Emulator) -> None:
    """A token is answered 201."""
    emulator.after("fetchToken", status(201))


@fault("token-is-left-out", breaks=[RETURNED])
def _(emulator: Emulator) -> None:
    """The token answer has no access_token."""
    emulator.after("fetchToken", drop("/access_token"))


@fault("token-is-empty", breaks=[RETURNED])
def _(emulator: Emulator) -> None:
    """The access_token is the empty string."""
    emulator.after("fetchToken", replace("/access_token", ""))


@fault("token-answer-is-cut-off", breaks=[PARSED, CONTRACT])
def _(emulator: Emulator) -> None:
    """The token answer ends in the middle."""
    emulator.after("fetchToken", raw(b'{"access_token":"'))


@fault("token-type-is-mac", breaks=[BEARER])
def _(emulator: Emulator) -> None:
    """The token claims another type."""
    emulator.after("fetchToken", replace("/token_type", "mac"))


@fault("token-lifetime-in-milliseconds", breaks=[LIFETIME])
def _(emulator: Emulator) -> None:
    """expires_in counts milliseconds, as the older exchange does."""
    emulator.after("fetchToken", replace("/expires_in", lambda seconds: seconds * 1000))


@fault("token-lifetime-is-text", breaks=[LIFETIME])
def _(emulator: Emulator) -> None:
    """expires_in is a number in quotes."""
    emulator.after("fetchToken", retype("/expires_in", "string"))


@fault("token-lifetime-is-a-second-over-a-day", breaks=[LIFETIME])
def _(emulator: Emulator) -> None:
    """expires_in is 86401."""
    emulator.after("fetchToken", replace("/expires_in", 86_401))


@fault("token-is-forgotten", breaks=[ACCEPTED])
def _(emulator: Emulator) -> None:
    """The token that is answered is not the one that was kept."""
    emulator.after("fetchToken", replace("/access_token", lambda token: token[::-1]))


@fault("token-is-born-expired", breaks=[ACCEPTED])
def _(emulator: Emulator) -> None:
    """A token is over the moment it is issued, whatever its lifetime says."""

    def expire(request: Request, response: Response, emulator: Emulator) -> Response:
        for tenant in emulator.tenants:
            if response.payload["access_token"] in tenant.tokens:
                tenant.tokens[response.payload["access_token"]] = emulator.clock.now()
        return response

    emulator.after("fetchToken", expire)


@fault("token-counts-after-half-a-second", breaks=[ACCEPTED])
def _(emulator: Emulator) -> None:
    """A token is refused until half a second after it was issued."""
    issued: dict[str, float] = {}

    def note(request: Request, response: Response, emulator: Emulator) -> None:
        issued[response.payload["access_token"]] = time.monotonic()

    def wait(emulator: Emulator, request: Request) -> Response | None:
        token = request.headers.get("authorization", "")[7:]
        if time.monotonic() - issued.get(token, 0.0) < 0.5:
            request.headers["authorization"] = "Bearer not-yet-known"
        return None

    emulator.note("fetchToken", note)
    emulator.arriving(wait)


@fault("any-client-secret-gets-a-token", breaks=[REFUSED])
def _(emulator: Emulator) -> None:
    """The client secret is not looked at."""

    def check(emulator: Emulator, fields: dict[str, str]) -> Tenant:
        for tenant in emulator.tenants:
            if fields.get("client_id") == tenant.client_id:
                return tenant
        return check_client(emulator, fields)

    emulator.policy.check_client = check


@fault("wrong-client-secret-answers-403", breaks=[REFUSED])
def _(emulator: Emulator) -> None:
    """A wrong client secret is forbidden."""
    emulator.after("fetchToken", refuse(403), when="error")


@fault("wrong-client-secret-answers-success", breaks=[REFUSED])
def _(emulator: Emulator) -> None:
    """A wrong client secret is answered 200 with an error in the body."""
    emulator.after("fetchToken", status(200), when="error")


@fault("wrong-client-secret-answers-server-error", breaks=[REFUSED, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A wrong client secret makes the token endpoint fail."""
    emulator.after("fetchToken", fail, when="error")


@fault("token-answer-is-a-list", breaks=[RETURNED])
def _(emulator: Emulator) -> None:
    """The token answer stands inside an array."""
    emulator.after("fetchToken", body(lambda payload: [payload]))
