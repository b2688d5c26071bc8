"""Credentials of base connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.emulator import specs, validation
from conformance.emulator.errors import bad_value
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator


def check_auth(emulator: Emulator, spec: Document, auth: Any) -> None:
    """Credentials must follow one of the auth specs of the connection spec (facts:140-142)."""
    offered = spec.get("authSpec", [])
    if auth is None and not offered:
        return
    if not isinstance(auth, dict):
        raise bad_value("auth must be an object with specName and params")
    chosen = next((one for one in offered if one["name"] == auth.get("specName")), None)
    if chosen is None:
        raise bad_value("auth.specName is not offered by the connection spec", "1415-400")
    validation.check(chosen["spec"], auth.get("params", {}), "auth/params")


def hide_secrets(emulator: Emulator, record: Record, params: Document) -> None:
    """Leave secret parameters out of an answer."""
    for name in secret_names(emulator, record):
        params.pop(name, None)


def secret_names(emulator: Emulator, record: Record) -> set[str]:
    """The secret parameters of a connection's credentials."""
    spec = emulator.specs.connection_spec(record.document["connectionSpec"]["id"])
    return specs.secrets(spec, record.document["auth"].get("specName", ""))
