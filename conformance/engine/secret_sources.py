"""Where a secret comes from besides an option or a variable: from a file, or from a keyring."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError

GUARDED = ("access_token", "client_secret")
FILES = tuple(f"{name}_file" for name in (*GUARDED, "api_key"))
KEYRING = "keyring:"


def fill_in(
    values: dict[str, Any],
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    from_file: Mapping[str, Any],
) -> None:
    """Replace in `values` each `keyring:` reference, and read each secret that a file holds.

    Raises SettingsError when a file or a keyring does not give it, or when it is given twice.
    """
    for setting in FILES:
        path = (
            options.get(setting) or environ.get(f"AEP_{setting.upper()}") or from_file.get(setting)
        )
        if path:
            name = setting.removesuffix("_file")
            if values.get(name) and options.get(name):
                raise SettingsError(f"give --{_option(name)} or --{_option(setting)}, not both")
            values[name] = _read(Path(str(path)).expanduser(), setting)
    for name in (*GUARDED, "api_key"):
        given = values.get(name)
        if isinstance(given, str) and given.startswith(KEYRING):
            values[name] = _from_keyring(name, given)


def _option(name: str) -> str:
    return name.replace("_", "-")


def _read(path: Path, setting: str) -> str:
    try:
        secret = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SettingsError(f"--{_option(setting)} {path}: {reason}") from None
    if not secret:
        raise SettingsError(f"--{_option(setting)} {path}: the file is empty")
    return secret


def _from_keyring(name: str, reference: str) -> str:
    service, _, user = reference.removeprefix(KEYRING).rpartition("/")
    if not service or not user:
        raise SettingsError(f"{name}: {reference}: write {KEYRING}SERVICE/NAME")
    try:
        import keyring  # noqa: PLC0415 - an extra, for those who keep secrets there
    except ImportError:
        raise SettingsError(
            f"{name}: {reference} needs keyring: pip install 'aep-conformance[keyring]'"
        ) from None
    try:
        secret = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise SettingsError(
            f"{name}: {reference}: the keyring cannot be read: {type(error).__name__}"
        ) from None
    if not secret:
        raise SettingsError(
            f"{name}: {reference}: nothing there; put it with `keyring set {service} {user}`"
        )
    return secret
