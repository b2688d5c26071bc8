"""Faults of access that the plainest call does not meet: one service, one operation, or writes alone."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator.alterations import good_token, lacks, stand_in
from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault

NO_TOKEN = "gateway.authorization.any-call-without-token-is-refused"  # noqa: S105 - an id
WRONG_TOKEN = "gateway.authorization.any-call-with-invalid-token-is-refused"  # noqa: S105 - an id
NO_KEY = "gateway.api-key.any-call-without-key-is-refused"
NO_ORG = "gateway.organization.any-call-without-organization-is-refused"
TOKEN, KEY, ORG = "authorization", "x-api-key", "x-gw-ims-org-id"
When = Callable[[Request], bool]


def _both(first: When, second: When) -> When:
    return lambda request: first(request) and second(request)


def _at(*operations: str) -> When:
    return lambda request: request.operation in operations


def _of(service: str) -> When:
    return lambda request: request.service == service


def _never_issued(request: Request) -> bool:
    return 0 < len(request.headers.get(TOKEN, "")) < 200


@fault("writes-need-no-token", breaks=[NO_TOKEN])
def _(emulator: Emulator) -> None:
    """Only reads are asked for a token."""
    writes = _both(lacks(TOKEN), lambda request: request.method != "GET")
    stand_in(emulator, TOKEN, writes, good_token(emulator))


@fault("flow-deletes-need-no-token", breaks=[NO_TOKEN])
def _(emulator: Emulator) -> None:
    """One route was left out of the gateway's list."""
    stand_in(emulator, TOKEN, _both(lacks(TOKEN), _at("deleteFlow")), good_token(emulator))


@fault("data-prep-needs-no-token", breaks=[NO_TOKEN])
def _(emulator: Emulator) -> None:
    """One service stands beside the gateway."""
    stand_in(emulator, TOKEN, _both(lacks(TOKEN), _of("data-prep")), good_token(emulator))


@fault("catalog-takes-any-token", breaks=[WRONG_TOKEN])
def _(emulator: Emulator) -> None:
    """One service looks whether there is a token, but not whether it is good."""
    stand_in(emulator, TOKEN, _both(_never_issued, _of("catalog")), good_token(emulator))


@fault("flow-updates-take-any-token", breaks=[WRONG_TOKEN])
def _(emulator: Emulator) -> None:
    """Updates of flows look whether there is a token, but not whether it is good."""
    stand_in(emulator, TOKEN, _both(_never_issued, _at("updateFlow")), good_token(emulator))


@fault("schema-registry-needs-no-api-key", breaks=[NO_KEY])
def _(emulator: Emulator) -> None:
    """One service serves calls without an API key."""
    key = emulator.tenants[0].client_id
    stand_in(emulator, KEY, _both(lacks(KEY), _of("schema-registry")), key)


@fault("flow-reads-need-no-api-key", breaks=[NO_KEY])
def _(emulator: Emulator) -> None:
    """One flow is shown without an API key."""
    stand_in(emulator, KEY, _both(lacks(KEY), _at("getFlow")), emulator.tenants[0].client_id)


@fault("mapping-set-creates-need-no-organization", breaks=[NO_ORG])
def _(emulator: Emulator) -> None:
    """A mapping set without an organization belongs to whoever the token is of."""
    stand_in(emulator, ORG, _both(lacks(ORG), _at("createMappingSet")), emulator.tenants[0].org_id)
