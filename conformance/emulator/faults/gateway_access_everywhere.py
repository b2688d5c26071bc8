"""Faults of access that the plainest call does not meet: one service, one operation, or writes alone."""

from __future__ import annotations

from conformance.emulator.alterations import at, both, good_token, lacks, of, stand_in
from conformance.emulator.app import Emulator
from conformance.emulator.faults import fault
from conformance.emulator.faults.gateway_access import KEY, ORG, TOKEN, bad_token

NO_TOKEN = "gateway.authorization.any-call-without-token-is-refused"  # noqa: S105 - an id
WRONG_TOKEN = "gateway.authorization.any-call-with-invalid-token-is-refused"  # noqa: S105 - an id
NO_KEY = "gateway.api-key.any-call-without-key-is-refused"
NO_ORG = "gateway.organization.any-call-without-organization-is-refused"


@fault("writes-need-no-token", breaks=[NO_TOKEN])
def _(emulator: Emulator) -> None:
    """Only reads are asked for a token."""
    writes = both(lacks(TOKEN), lambda request: request.method != "GET")
    stand_in(emulator, TOKEN, writes, good_token(emulator))


@fault("flow-deletes-need-no-token", breaks=[NO_TOKEN])
def _(emulator: Emulator) -> None:
    """One route was left out of the gateway's list."""
    stand_in(emulator, TOKEN, both(lacks(TOKEN), at("deleteFlow")), good_token(emulator))


@fault("data-prep-needs-no-token", breaks=[NO_TOKEN])
def _(emulator: Emulator) -> None:
    """One service stands beside the gateway."""
    stand_in(emulator, TOKEN, both(lacks(TOKEN), of("data-prep")), good_token(emulator))


@fault("catalog-takes-any-token", breaks=[WRONG_TOKEN])
def _(emulator: Emulator) -> None:
    """One service looks whether there is a token, but not whether it is good."""
    stand_in(emulator, TOKEN, both(bad_token, of("catalog")), good_token(emulator))


@fault("flow-updates-take-any-token", breaks=[WRONG_TOKEN])
def _(emulator: Emulator) -> None:
    """Updates of flows look whether there is a token, but not whether it is good."""
    stand_in(emulator, TOKEN, both(bad_token, at("updateFlow")), good_token(emulator))


@fault("schema-registry-needs-no-api-key", breaks=[NO_KEY])
def _(emulator: Emulator) -> None:
    """One service serves calls without an API key."""
    key = emulator.tenants[0].client_id
    stand_in(emulator, KEY, both(lacks(KEY), of("schema-registry")), key)


@fault("flow-reads-need-no-api-key", breaks=[NO_KEY])
def _(emulator: Emulator) -> None:
    """One flow is shown without an API key."""
    stand_in(emulator, KEY, both(lacks(KEY), at("getFlow")), emulator.tenants[0].client_id)


@fault("mapping-set-creates-need-no-organization", breaks=[NO_ORG])
def _(emulator: Emulator) -> None:
    """A mapping set without an organization belongs to whoever the token is of."""
    stand_in(emulator, ORG, both(lacks(ORG), at("createMappingSet")), emulator.tenants[0].org_id)
