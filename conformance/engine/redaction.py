"""Secrets become stable placeholders before an exchange leaves the client: at the sink, for all that follow."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, quote_plus

SECRET_KEYS = frozenset(
    [
        "accesstoken",
        "clientsecret",
        "password",
        "secret",
        "secretkey",
        "secretaccesskey",
        "saskey",
        "securitytoken",
        "refreshtoken",
        "apikey",
        "jwttoken",
        "sastoken",
        "connectionstring",
        "connectionurl",
        "privatekey",
        "passphrase",
    ]
)
SECRET_HEADERS = frozenset(
    {"authorization", "x-api-key", "proxy-authorization", "cookie", "set-cookie"}
)
_SHORTEST = 4
_SAFE = 8
_SCHEME = re.compile(r"^\w+ +")
_ESCAPE = re.compile("%[0-9A-F]{2}")


class Redactor:
    """Replaces every secret it knows, or recognises by its key, with `<secret:name>`.

    The same secret always becomes the same placeholder, so identity survives.
    """

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._names: dict[str, str] = {}
        self._count: Counter[str] = Counter()
        self._pattern: re.Pattern[str] | None = None
        for name, value in sorted((secrets or {}).items()):
            self.learn(name, value)

    def learn(self, name: str, value: Any) -> None:
        """Remember a secret value under a name; short and empty values are no secrets."""
        if not isinstance(value, str) or len(value) < _SHORTEST or value.startswith("<secret:"):
            return
        if not value.strip("*•"):
            return
        if value in self._names:
            return
        self._count[name] += 1
        placeholder = f"{name}#{self._count[name]}" if self._count[name] > 1 else name
        for form in forms(value):
            self._names.setdefault(form, placeholder)
        longest_first = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_whole, longest_first)))

    def text(self, text: str) -> str:
        """The text without secrets, JSON inside it included."""
        for name, value in secret_members(_parsed(text)):
            self.learn(name, value)
        return self.known(text)

    def known(self, text: str) -> str:
        """The text without the secrets that are known by now; it is not searched for others."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: f"<secret:{self._names[match.group()]}>", text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers without secrets; the scheme of Authorization stays."""
        for name, value in headers.items():
            if name.lower() in SECRET_HEADERS:
                secret = _SCHEME.sub("", value) if "authorization" in name.lower() else value
                self.learn(name.lower(), secret.strip())
        return {name: self.text(value) for name, value in headers.items()}

    def value(self, value: Any) -> Any:
        """Any JSON value without secrets."""
        return json.loads(self.text(json.dumps(value)))


def forms(value: str) -> set[str]:
    """The ways to write a secret: as it is, escaped in JSON up to three times over, in a URL, in a form."""
    found = {value}
    for _ in range(3):
        found |= {
            json.dumps(form, ensure_ascii=ascii_)[1:-1]
            for form in found
            for ascii_ in (True, False)
        }
    encode = partial(quote, errors="replace")
    percent = {encode(value), encode(value, safe=""), quote_plus(value, errors="replace")}
    return found | percent | {_ESCAPE.sub(lambda m: m.group().lower(), p) for p in percent}


def _whole(form: str) -> str:
    # A short secret may be part of an id: only the whole word is the secret.
    return re.escape(form) if len(form) >= _SAFE else rf"(?<![\w-]){re.escape(form)}(?![\w-])"


def _parsed(text: str) -> Any:
    bare = text.lstrip("\ufeff \t\r\n")
    try:
        return json.loads(bare) if bare[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        return None


def secret_members(document: Any) -> Iterator[tuple[str, str]]:
    """Name and value of each member whose key says that it is secret, however deep, JSON in strings included."""
    if isinstance(document, dict):
        for key, value in document.items():
            if isinstance(value, str) and re.sub("[-_]", "", key).lower() in SECRET_KEYS:
                yield key, value
            else:
                yield from secret_members(value)
    elif isinstance(document, list):
        for value in document:
            yield from secret_members(value)
    elif isinstance(document, str):
        yield from secret_members(_parsed(document))
