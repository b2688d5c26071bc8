"""Where secrets stand: under which names, in JSON however deep, in `name=value`, and in credentials."""

import base64
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, unquote_plus

SECRET_KEYS = frozenset(
    [
        "accesstoken",
        "accountkey",
        "apikey",
        "authorization",
        "authtoken",
        "bearertoken",
        "clientassertion",
        "clientsecret",
        "connectionstring",
        "connectionurl",
        "cookie",
        "idtoken",
        "jwttoken",
        "passphrase",
        "password",
        "privatekey",
        "pwd",
        "refreshtoken",
        "saskey",
        "sastoken",
        "secret",
        "secretaccesskey",
        "secretkey",
        "securitytoken",
        "sessiontoken",
        "setcookie",
        "sharedaccesskey",
        "xapikey",
    ]
)
_SHORT = 200
_SCHEME = re.compile(r"(\w+) +(\S.*)")
_KNOWN_SCHEME = re.compile(r"(?i)(basic|bearer) +(\S.*)")
# Values stand in lookaheads: one may hold another name and value.
_PAIR = re.compile(r"(?<![\w-])([A-Za-z][\w-]*)=(?=([^\s&;,\"'<>\\]{8,}))")
_CUT_MEMBER = re.compile(r'(\\*["\'])([\w-]+)\1\s*:\s*\1(?=(.+?)(?:(?<!\\)\1|$))')


@lru_cache(8192)
def is_secret(key: str) -> bool:
    """Whether a key says that its value is secret."""
    return re.sub("[-_]", "", key).lower() in SECRET_KEYS


def secrets_in(text: str) -> Iterator[tuple[str, str]]:
    """Name and value of each secret that a text itself gives away."""
    yield from secret_members(text)
    if "=" in text or "%3D" in text or "%3d" in text:
        yield from _pairs(text)


def parsed(text: str) -> Any:
    """The JSON object or list in a text, its numbers as they are written; None for any other text."""
    bare = text.lstrip("\ufeff \t\r\n")
    try:
        return json.loads(bare, parse_int=str, parse_float=str) if bare[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        return None


def secret_members(document: Any) -> list[tuple[str, str]]:
    """Name and value of each member whose key says that it is secret, however deep, JSON in strings included."""
    found: list[tuple[str, str]] = []
    _search(document, found)
    return found


def _search(document: Any, found: list[tuple[str, str]]) -> None:
    if isinstance(document, str):
        found += _in_short(document) if len(document) < _SHORT else _in_text(document)
    elif isinstance(document, dict):
        for key, value in document.items():
            name = meaning(document, key)
            texts = value if isinstance(value, list) else [value]
            if is_secret(name) and all(isinstance(text, str) for text in texts):
                for text in texts:
                    found += credentials(name, text)
            else:
                _search(value, found)
    elif isinstance(document, list):
        for value in document:
            _search(value, found)


def _in_text(text: str) -> Iterator[tuple[str, str]]:
    inner = parsed(text)
    yield from _cut_members(text) if inner is None else secret_members(inner)


@lru_cache(8192)
def _in_short(text: str) -> tuple[tuple[str, str], ...]:
    """The same for ids, names and headers, which come again and again."""
    return tuple(_in_text(text))


def meaning(document: dict[str, Any], key: str) -> str:
    """The key, or for the value of a JSON Patch the last name of the place that it is for."""
    place = document.get("path") if key == "value" else None
    return place.rpartition("/")[2] if isinstance(place, str) else key


def credentials(name: str, value: str) -> Iterator[tuple[str, str]]:
    """What is secret in a value: all of it, or what follows its scheme; of Basic, the password as well."""
    scheme = _SCHEME if "authorization" in name.lower() else _KNOWN_SCHEME
    match = scheme.fullmatch(value.strip())
    secret = match[2] if match else value
    yield name, secret
    if match and match[1].lower() == "basic":
        try:
            plain = base64.b64decode(secret, validate=True).decode()
        except ValueError:
            return
        yield "password", plain.partition(":")[2]


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for _ in range(3):  # an address may be a parameter of another one
        for name, value in _PAIR.findall(text):
            if is_secret(name):
                yield name, unquote_plus(value) if "%" in value else value
        plain = unquote(text)
        if plain == text:
            return
        text = plain


def _cut_members(text: str) -> Iterator[tuple[str, str]]:
    """The members of what was meant to be JSON, or is the text of a dict in Python."""
    if '"' not in text and "'" not in text:
        return
    for quotes, key, value in _CUT_MEMBER.findall(text):
        if is_secret(key):
            yield key, _unescaped(value, len(quotes).bit_length())


def _unescaped(value: str, depth: int) -> str:
    try:
        for _ in range(depth):
            value = json.loads(f'"{value}"')
    except ValueError:
        pass
    return value
