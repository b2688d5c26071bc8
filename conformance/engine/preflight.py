"""Before a run: is there anything at the address, does it look like the platform, and does it accept us?"""

from conformance.engine.errors import SettingsError, TargetError
from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.session import Session
from conformance.engine.world import World

ASKED: tuple[tuple[str, dict[str, str]], ...] = (
    ("listConnections", {"limit": "1"}),
    ("getStats", {}),
)


def check_target(world: World) -> None:
    """Ask two services one lawful question each.

    Raises TargetError when nothing answers like the platform, SettingsError when it refuses the credentials.
    """
    session = Session(world, "preflight")
    asked = [session.call(operation, query=query, halts=False) for operation, query in ASKED]
    unreachable = [e for e in asked if e.error]
    if unreachable:
        raise TargetError(f"{unreachable[0].error}; check --base-url")
    if all(e.body is ABSENT for e in asked):
        first = asked[0]
        raise TargetError(
            f"nothing at {world.settings.base_url} answers like the platform: {_told(first)}; check --base-url"
        )
    refused = [e for e in asked if e.status in (401, 403) and e.at("/error_code") is not ABSENT]
    if len(refused) == len(asked):
        raise SettingsError(
            f"{world.settings.base_url} refuses these credentials: {_told(refused[0])}"
        )


def _told(exchange: Exchange) -> str:
    reason = exchange.at("/message")
    said = f" ({exchange.at('/error_code')} {reason})" if isinstance(reason, str) else ""
    return f"{exchange.request.method} {exchange.request.url} gave {exchange.status}{said}"
