"""Where the target is and how to talk to it: from options, then AEP_* variables, then a TOML file."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.engine.errors import SettingsError
from conformance.engine.secret_sources import FILES, fill_in

PRODUCTION = "platform.adobe.io"
PRODUCTION_HOSTS = {
    "ims": "https://ims-na1.adobelogin.com",
    "data-collection": "https://dcs.adobedc.net",
}
LONGEST_TIMEOUT = 3600.0
SECRETS = ("access_token", "api_key", "client_secret")
IN_HEADERS = ("access_token", "api_key", "org_id", "sandbox", "other_sandbox")


@dataclass(frozen=True)
class Settings:
    """One target. `client_id` serves as API key when no other is given, as at Adobe."""

    base_url: str
    org_id: str
    sandbox: str
    api_key: str
    access_token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    scopes: str = "openid,AdobeID,read_organizations,additional_info.projectedProductContext"
    ims_url: str = ""
    collection_url: str = ""
    other_sandbox: str | None = None
    connectors: Mapping[str, Any] = field(default_factory=dict)
    http_timeout: float = 30.0
    ca_bundle: str | None = None

    def base(self, service: str) -> str:
        """Scheme and host of a service, without a trailing slash."""
        given = {"ims": self.ims_url, "data-collection": self.collection_url}.get(service)
        if given:
            return given.rstrip("/")
        if urlsplit(self.base_url).hostname == PRODUCTION and service in PRODUCTION_HOSTS:
            return PRODUCTION_HOSTS[service]
        return self.base_url.rstrip("/")

    def secrets(self) -> dict[str, str]:
        """Name and value of every secret in these settings, connector credentials included."""
        found = {name: getattr(self, name) for name in SECRETS if getattr(self, name)}
        for connector, values in self.connectors.items():
            for name, value in (values.get("auth") or {}).items():
                found[f"{connector}.{name}"] = str(value)
        return found

    def shown(self) -> dict[str, Any]:
        """The settings for a report: a secret is only said to be given."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "connectors"}
        hidden = {name: "(given)" for name in (*SECRETS, "client_id") if plain.get(name)}
        return {**plain, **hidden, "connectors": sorted(self.connectors)}


def resolve(options: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings from options, AEP_* variables and the file that `config` names.

    Raises SettingsError that names what is missing or unusable.
    """
    merged = _merge(options, environ)
    connectors = merged.pop("connectors", None)
    values: dict[str, Any] = {k: v for k, v in merged.items() if v not in (None, "")}
    values.setdefault("api_key", values.get("client_id"))
    _check(values)
    if connectors:
        tables = read_toml(Path(str(connectors)), "--connectors")
        for name, table in tables.items():
            if not isinstance(table, dict) or not all(isinstance(t, dict) for t in table.values()):
                raise SettingsError(f"--connectors {connectors}: {name} holds more than tables")
        values["connectors"] = tables
    return Settings(**values)


def _merge(options: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    config = options.get("config")
    from_file = read_toml(Path(config), "--config") if config else {}
    names = [f.name for f in fields(Settings)]
    unknown = set(from_file) - {*names, *FILES}
    if unknown:
        raise SettingsError(
            f"--config {config}: unknown setting {sorted(unknown)[0]}; known are {', '.join(names)}"
        )
    found = {
        n: options.get(n) or environ.get(f"AEP_{n.upper()}") or from_file.get(n) for n in names
    }
    fill_in(found, options, environ, from_file)
    return found


def _check(values: dict[str, Any]) -> None:
    values.setdefault("base_url", "")
    for name in ("base_url", "ims_url", "collection_url"):
        if name in values:
            _check_url(f"--{name.replace('_', '-')}", str(values[name]))
    for name in ("org_id", "sandbox", "api_key"):
        if not values.get(name):
            raise SettingsError(
                f"{name} is missing: give --{name.replace('_', '-')} or set AEP_{name.upper()}"
            )
    for name in IN_HEADERS:
        given = str(values.get(name) or "")
        if not (given.isascii() and given.isprintable()):
            raise SettingsError(
                f"{name}: no header can carry it: it has a line break or a letter beyond ASCII"
            )
    if not values.get("access_token") and not (
        values.get("client_id") and values.get("client_secret")
    ):
        raise SettingsError(
            "no credentials: give --access-token (AEP_ACCESS_TOKEN), or --client-id and --client-secret "
            "(AEP_CLIENT_ID, AEP_CLIENT_SECRET or AEP_CLIENT_SECRET_FILE)"
        )
    try:
        seconds = float(values.get("http_timeout", Settings.http_timeout))
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise SettingsError(f"--http-timeout {values['http_timeout']!r}: give seconds, such as 30")
    values["http_timeout"] = seconds


def _check_url(option: str, url: str) -> None:
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise SettingsError(f"{option}: leave user and password out of the address")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"{option} {url!r}: give an address such as https://{PRODUCTION}")


def read_toml(path: Path, option: str) -> dict[str, Any]:
    """The table in a TOML file. Raises SettingsError that names the option, the file and the fault."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{option} {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{option} {path}: not valid TOML: {error}") from None
