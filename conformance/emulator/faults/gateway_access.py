"""Faults of the gateway's access checks: token, API key and organisation."""

from __future__ import annotations

from conformance.emulator.alterations import (
    asked,
    fail,
    find_nothing,
    good_token,
    lacks,
    refuse,
    stand_in,
)
from conformance.emulator.app import Emulator
from conformance.emulator.changes import drop, replace
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault

WITHOUT = "gateway.authorization.missing-token-is-refused"
INVALID = "gateway.authorization.invalid-token-is-refused"
NAMED = "gateway.authorization.missing-token-is-named-by-its-code"
MISSING_KEY = "gateway.api-key.missing-key-is-refused"
INVALID_KEY = "gateway.api-key.invalid-key-is-refused"
MISSING_ORG = "gateway.organization.missing-organization-is-refused"
UNKNOWN_ORG = "gateway.organization.unknown-organization-is-refused"
SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"
TOKEN, KEY, ORG = "authorization", "x-api-key", "x-gw-ims-org-id"


def bad_token(request: Request) -> bool:
    """Whether a token was sent that nobody issued: those that were are longer."""
    return 0 < len(request.headers.get(TOKEN, "")) < 200


def _own_org(emulator: Emulator) -> str:
    return emulator.tenants[0].org_id


@fault("missing-token-is-let-in", breaks=[WITHOUT])
def _(emulator: Emulator) -> None:
    """Calls without a token are served as if they had one."""
    stand_in(emulator, TOKEN, lacks(TOKEN), good_token(emulator))


@fault("missing-token-answers-400", breaks=[WITHOUT])
def _(emulator: Emulator) -> None:
    """A missing token counts as a bad request."""
    emulator.after("*", asked(lacks(TOKEN), refuse(400)), when="error")


@fault("missing-token-lists-nothing", breaks=[WITHOUT])
def _(emulator: Emulator) -> None:
    """Without a token the list of base connections is empty instead of refused."""
    emulator.after("listConnections", asked(lacks(TOKEN), find_nothing), when="error")


@fault("missing-token-answers-server-error", breaks=[WITHOUT, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A call without a token makes the gateway fail."""
    emulator.after("*", asked(lacks(TOKEN), fail), when="error")


@fault("missing-token-without-error-code", breaks=[NAMED])
def _(emulator: Emulator) -> None:
    """The refusal of a missing token has a message but no error_code."""
    emulator.after("*", asked(lacks(TOKEN), drop("/error_code")), when="error")


@fault("missing-token-with-code-of-invalid-one", breaks=[NAMED])
def _(emulator: Emulator) -> None:
    """A missing token is refused under the number of an invalid one."""
    emulator.after("*", asked(lacks(TOKEN), replace("/error_code", "401013")), when="error")


@fault("any-token-is-let-in", breaks=[INVALID])
def _(emulator: Emulator) -> None:
    """Whatever follows Bearer is taken for a token."""
    good = good_token(emulator)
    known = {f"Bearer {token}" for token in emulator.tenants[0].tokens}

    def wrong(request: Request) -> bool:
        sent = request.headers.get(TOKEN, "")
        return bool(sent) and sent not in known and sent[7:] not in emulator.tenants[0].tokens

    stand_in(emulator, TOKEN, wrong, good)


@fault("invalid-token-answers-400", breaks=[INVALID])
def _(emulator: Emulator) -> None:
    """A token that was never issued counts as a bad request."""
    emulator.after("*", asked(bad_token, refuse(400)), when="error")


@fault("invalid-token-answers-server-error", breaks=[INVALID, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A token that cannot be decoded makes the gateway fail."""
    emulator.after("*", asked(bad_token, fail), when="error")


@fault("missing-api-key-is-let-in", breaks=[MISSING_KEY])
def _(emulator: Emulator) -> None:
    """The API key may be left out."""
    stand_in(emulator, KEY, lacks(KEY), emulator.tenants[0].client_id)


@fault("missing-api-key-answers-server-error", breaks=[MISSING_KEY, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A call without an API key makes the gateway fail."""
    emulator.after("*", asked(lacks(KEY), fail), when="error")


@fault("any-api-key-is-let-in", breaks=[INVALID_KEY])
def _(emulator: Emulator) -> None:
    """An unknown API key is as good as a known one."""
    key = emulator.tenants[0].client_id
    stand_in(emulator, KEY, lambda request: not lacks(KEY)(request), key)


@fault("invalid-api-key-answers-400", breaks=[INVALID_KEY])
def _(emulator: Emulator) -> None:
    """An unknown API key counts as a bad request."""
    key = emulator.tenants[0].client_id

    def wrong(request: Request) -> bool:
        return request.headers.get(KEY, key) != key

    emulator.after("*", asked(wrong, refuse(400)), when="error")


@fault("missing-organization-is-let-in", breaks=[MISSING_ORG])
def _(emulator: Emulator) -> None:
    """Without an organisation the token's own is taken."""
    stand_in(emulator, ORG, lacks(ORG), _own_org(emulator))


@fault("missing-organization-answers-server-error", breaks=[MISSING_ORG, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A call without an organisation makes the gateway fail."""
    emulator.after("*", asked(lacks(ORG), fail), when="error")


@fault("any-organization-is-let-in", breaks=[UNKNOWN_ORG])
def _(emulator: Emulator) -> None:
    """The organisation need not be the token's."""
    stand_in(emulator, ORG, lambda request: not lacks(ORG)(request), _own_org(emulator))


@fault("unknown-organization-answers-404", breaks=[UNKNOWN_ORG])
def _(emulator: Emulator) -> None:
    """An organisation that the token does not cover is not found."""
    own = _own_org(emulator)

    def wrong(request: Request) -> bool:
        return request.headers.get(ORG, own) != own

    emulator.after("*", asked(wrong, refuse(404)), when="error")
