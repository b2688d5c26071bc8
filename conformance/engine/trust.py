"""Whom to trust for TLS: the authorities of the machine, or those of a file."""

import os
import ssl
from functools import cache
from pathlib import Path

from conformance.engine.errors import SettingsError

VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def authorities(ca_bundle: str | None) -> str | bool:
    """What requests is to verify certificates with: a file, or True for the authorities that come with it.

    Raises SettingsError for a file, named by the setting or by a variable of requests, that holds no
    certificates.
    """
    if ca_bundle:
        _check("--ca-bundle", ca_bundle)
        return ca_bundle
    for name in VARIABLES:
        if os.environ.get(name):
            _check(name, os.environ[name])
            return os.environ[name]
    return True


@cache  # a recorder or a replay makes a client for each journey, and reading authorities takes a while
def _check(option: str, path: str) -> None:
    folder = Path(path).is_dir()
    try:
        if not folder:
            ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        raise SettingsError(f"{option} {path}: no PEM file with certificates") from None
    except OSError as error:
        raise SettingsError(f"{option} {path}: {error.strerror}") from None
