"""Does the target let us in: token, API key, organisation, sandbox, permissions?"""

from collections.abc import Iterator
from typing import Any

from conformance.doctor.finding import SETTINGS, TARGET, Finding, failed, ok
from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.session import Session
from conformance.safety import sandbox_types, says_production

DOORS = ("token", "API key", "organisation", "sandbox", "permissions")
CODES = {
    "403010": "token",
    "401013": "token",
    "403000": "API key",
    "403003": "API key",
    "400003": "organisation",
    "403025": "organisation",
    "403027": "organisation",
    "2001-401": "organisation",
    "2002-401": "organisation",
    "2100-404": "sandbox",
    "2105-400": "sandbox",
    "2106-404": "sandbox",
    "2110-400": "sandbox",
}
ADVICE = {
    "token": "fetch a new one, or give --client-id and AEP_CLIENT_SECRET so that the run does",
    "API key": "give the client id of the integration with --api-key (AEP_API_KEY)",
    "organisation": "give the organisation that the credentials belong to with --org-id (AEP_ORG_ID)",
    "sandbox": "give the lower-case name of a sandbox of the organisation with --sandbox (AEP_SANDBOX)",
    "permissions": "give the integration's role the permissions in the Admin Console",
}
READS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Flow Service", "listConnections", {"limit": "1"}),
    ("Schema Registry", "getStats", {}),
    ("Catalog", "listDataSets", {"limit": "1"}),
    ("Data Prep", "listMappingSets", {"limit": "1", "start": "0"}),
)


def doors(session: Session, token: str) -> Iterator[Finding]:
    """Each door that a lawful read goes through, up to the one that is shut; `token` says where ours is from."""
    first = session.call("listConnections", query={"limit": "1"}, halts=False)
    if first.error or first.status >= 500 or first.body is ABSENT:
        said = first.error or f"{first.request.url} answered {first.status}"
        advice = "nothing there answers like the platform; check --base-url, or try again later"
        yield failed("platform", said, advice, TARGET)
        return
    shut = _shut(first)
    for door in DOORS[: DOORS.index(shut) if shut else -1]:
        yield ok("token", token) if door == "token" else _open(door, session)
    if shut:
        yield failed(shut, _told(first), ADVICE[shut], SETTINGS)
        return
    yield from _permissions(session)


def _open(door: str, session: Session) -> Finding:
    settings = session.world.settings
    if door != "sandbox":
        named = {"organisation": f"{settings.org_id} accepts us"}
        return ok(door, named.get(door, "accepted"))
    types = sandbox_types(session.world.client, settings, session.world.token)
    kind = types.get(settings.sandbox, "")
    said = f"{settings.sandbox} is there" + (f", of type {kind}" if kind else "")
    if says_production(settings.sandbox) or says_production(kind):
        said += "; a run there needs --allow-production"
    return ok(door, said)


def _permissions(session: Session) -> Iterator[Finding]:
    asked = [(name, session.call(op, query=query, halts=False)) for name, op, query in READS]
    refused = [(name, e) for name, e in asked if e.status in (401, 403)]
    broken = [(name, e) for name, e in asked if e.error or e.status >= 500]
    for name, exchange in refused:
        yield failed("permissions", f"{name}: {_told(exchange)}", ADVICE["permissions"])
    for name, exchange in broken:
        yield failed("permissions", f"{name}: {_told(exchange)}", "try again later", TARGET)
    if not refused and not broken:
        listed = ", ".join(name for name, _ in asked)
        yield ok("permissions", f"to read {listed}; whether writing is allowed, only a run shows")


def _shut(exchange: Exchange) -> str | None:
    """The door at which a read was refused, by its code where it has one, else by its status."""
    if exchange.status < 400:
        return None
    code = _code(exchange)
    by_status = {401: "token", 403: "permissions", 404: "sandbox", 400: "organisation"}
    return CODES.get(code) or by_status.get(exchange.status, "permissions")


def _code(exchange: Exchange) -> str:
    """The gateway's code, or that at the end of a service's error type."""
    code: Any = exchange.at("/error_code")
    if code is ABSENT:
        code = str(exchange.at("/type")).rpartition("FLOW-")[2]
    return str(code)


def _told(exchange: Exchange) -> str:
    if exchange.error:
        return exchange.error
    code = exchange.at("/error_code")
    reasons = map(exchange.at, ("/message", "/title", "/errorMessage", "/detail"))
    reason = next((r for r in reasons if isinstance(r, str)), "")
    return f"answered {exchange.status} {'' if code is ABSENT else code} {reason}".strip()
