"""What must be said before a run may write to somebody else's machine, or to a production sandbox."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from conformance.engine.addresses import is_loopback
from conformance.engine.catalogue import READ_ONLY
from conformance.engine.client import Answer, Client
from conformance.engine.errors import SettingsError
from conformance.engine.secret_sources import GUARDED, KEYRING
from conformance.engine.settings import Settings
from conformance.engine.world import World

WRITTEN_TO = ("flow-service", "data-collection")
SANDBOXES = "/data/foundation/sandbox-management/?limit=100"
_NO_PRODUCTION = re.compile(r"(non|not|pre)[-_ ]?prod(uction)?")
_PRODUCTION = re.compile(
    r"(?<![a-z])prod(?!uct(?!ion))|prod(uction)?(?![a-z])|(?<![a-z])(prd|live)(?![a-z])"
)


def check_command_line(options: Mapping[str, Any], settings: Settings) -> None:
    """Raise SettingsError for a secret among the options of a run against another machine, unless insisted on."""
    if options.get("insecure_command_line_secrets") or is_loopback(settings.base_url):
        return
    for name in GUARDED:
        given = options.get(name)
        if given and not str(given).startswith(KEYRING):
            raise SettingsError(
                f"--{name.replace('_', '-')}: others see a command line; set AEP_{name.upper()} or "
                f"AEP_{name.upper()}_FILE, or insist with --insecure-command-line-secrets"
            )


def check_writes(options: Mapping[str, Any], settings: Settings) -> None:
    """Raise SettingsError when the options do not allow what this run would write, as far as names tell."""
    if options["profile"] == READ_ONLY:
        if options["record"]:
            raise SettingsError(f"--record does not go with --profile {READ_ONLY}")
        return
    elsewhere = [b for b in map(settings.base, WRITTEN_TO) if not is_loopback(b)]
    if not elsewhere:
        return
    if not options["allow_writes"]:
        raise SettingsError(
            f"the run writes to {urlsplit(elsewhere[0]).netloc}, which is not this machine: "
            f"give --allow-writes, or --profile {READ_ONLY}, or look first with --dry-run"
        )
    for name in _sandboxes(settings):
        if says_production(name):
            _require_production(options, name, "by its name")


def check_types(options: Mapping[str, Any], world: World) -> None:
    """Raise SettingsError when the target says that a sandbox is of type production and no option allows it.

    A target that does not tell the types of its sandboxes is taken by their names.
    """
    settings = world.settings
    free = options["profile"] == READ_ONLY or options["allow_production"]
    if free or all(map(is_loopback, map(settings.base, WRITTEN_TO))):
        return
    types = sandbox_types(world.client, settings, world.token)
    for name in _sandboxes(settings):
        if says_production(types.get(name, "")):
            _require_production(options, name, f"of type {types[name]}")


def says_production(text: str) -> bool:
    """Whether the name or type of a sandbox says production."""
    return bool(_PRODUCTION.search(_NO_PRODUCTION.sub(" ", text.lower())))


def sandbox_types(client: Client, settings: Settings, token: str) -> dict[str, str]:
    """The type of each sandbox that the target lists for this token; empty when it does not tell."""
    headers = {
        "Authorization": f"Bearer {token}",
        "x-api-key": settings.api_key,
        "x-gw-ims-org-id": settings.org_id,
        "x-sandbox-name": settings.sandbox,
    }
    url = settings.base("flow-service") + SANDBOXES
    return dict(_types_in(client.send("GET", url, headers, None)))


def _types_in(answer: Answer) -> Iterator[tuple[str, str]]:
    try:
        listed = json.loads(answer.text)["sandboxes"] if answer.status == 200 else []
    except (ValueError, KeyError, TypeError):
        return
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield one["name"], str(one.get("type", ""))


def _sandboxes(settings: Settings) -> list[str]:
    return [name for name in (settings.sandbox, settings.other_sandbox) if name]


def _require_production(options: Mapping[str, Any], name: str, why: str) -> None:
    if not options["allow_production"]:
        raise SettingsError(
            f"sandbox {name} is a production sandbox {why}: "
            "choose a development sandbox, or give --allow-production too"
        )


class ReadOnlyClient(Client):
    """A client that lets nothing through which could change the target; a token may be asked for."""

    def __init__(self, inner: Client) -> None:
        super().__init__(inner.settings)
        self.inner = inner

    def fork(self) -> "ReadOnlyClient":
        """A client of its own for another thread, as careful."""
        return ReadOnlyClient(self.inner.fork())

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """The answer to a request that reads; any other is not sent."""
        for_token = url.startswith(f"{self.settings.base('ims')}/ims/")
        if method not in ("GET", "HEAD") and not for_token:
            return Answer(
                0, {}, "", f"not sent: --profile {READ_ONLY} writes nothing", 0, 0.0, True
            )
        return self.inner.send(method, url, headers, body)
