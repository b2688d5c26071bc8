"""Organisations with their credentials, sandboxes and access tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.emulator.clock import Clock
from conformance.emulator.ids import Ids

TENANT_IDS = ("conformancedev", "conformancestage")
SANDBOXES = ("prod", "conformance", "other")
SCOPES = ("openid", "AdobeID", "read_organizations", "additional_info.projectedProductContext")
TOKEN_LIFETIME = 86_399
MOST_TOKENS = 1000


@dataclass(slots=True)
class Tenant:
    """One organisation and the integration that may act for it."""

    org_id: str
    tenant_id: str
    user_id: str
    client_id: str
    client_secret: str
    sandboxes: dict[str, str]
    tokens: dict[str, float] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        """The prefix of the `$id` of everything this tenant defines."""
        return f"https://ns.adobe.com/{self.tenant_id}/"


def make_tenants(ids: Ids) -> list[Tenant]:
    """Two organisations that share nothing."""
    return [
        Tenant(
            org_id=ids.org(),
            tenant_id=tenant_id,
            user_id=ids.user(),
            client_id=ids.hex(32),
            client_secret=f"p8e-{ids.hex(32)}",
            sandboxes={name: ids.uuid() for name in SANDBOXES},
        )
        for tenant_id in TENANT_IDS
    ]


def issue_token(tenant: Tenant, ids: Ids, clock: Clock, lifetime: float) -> str:
    """A new access token; expired and surplus ones are forgotten."""
    now = clock.now()
    tenant.tokens = {token: end for token, end in tenant.tokens.items() if end > now}
    while len(tenant.tokens) >= MOST_TOKENS:
        del tenant.tokens[next(iter(tenant.tokens))]
    token = f"{ids.hex(36)}.{ids.hex(96)}.{ids.hex(64)}"
    tenant.tokens[token] = now + lifetime
    return token
