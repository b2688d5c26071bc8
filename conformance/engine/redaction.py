"""Secrets become stable placeholders before an exchange leaves the client: at the sink, for all that follow."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

SECRET_KEYS = frozenset(
    [
        "access_token",
        "accesstoken",
        "client_secret",
        "clientsecret",
        "password",
        "secret",
        "secretkey",
        "secretaccesskey",
        "saskey",
        "securitytoken",
        "refresh_token",
        "refreshtoken",
        "apikey",
        "api_key",
        "jwt_token",
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


class Redactor:
    """Replaces every secret it knows, or recognises by its key, with `<secret:name>`.

    The same secret always becomes the same placeholder, so identity survives.
    """

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._names: dict[str, str] = {}
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
        taken = sum(1 for known in self._names.values() if known.split("#")[0] == name)
        self._names[value] = f"{name}#{taken + 1}" if taken else name
        for escaped in {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}:
            self._names.setdefault(escaped, self._names[value])
        longest_first = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def text(self, text: str) -> str:
        """The text without secrets, JSON inside it included."""
        if text[:1] in ("{", "["):
            self._learn_from(text)
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: f"<secret:{self._names[match.group()]}>", text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers without secrets; the scheme of Authorization stays."""
        for name, value in headers.items():
            if name.lower() in SECRET_HEADERS:
                self.learn(name.lower(), value.removeprefix("Bearer ").strip())
        return {name: self.text(value) for name, value in headers.items()}

    def value(self, value: Any) -> Any:
        """Any JSON value without secrets."""
        return json.loads(self.text(json.dumps(value)))

    def _learn_from(self, text: str) -> None:
        try:
            document = json.loads(text)
        except ValueError:
            return
        for name, value in secret_members(document):
            self.learn(name, value)


def secret_members(document: Any) -> Iterator[tuple[str, str]]:
    """Name and value of each member whose key says that it is secret, however deep, JSON in strings included."""
    if isinstance(document, dict):
        for key, value in document.items():
            if isinstance(value, str) and key.replace("-", "").lower() in SECRET_KEYS:
                yield key, value
            else:
                yield from secret_members(value)
    elif isinstance(document, list):
        for value in document:
            yield from secret_members(value)
    elif isinstance(document, str) and document[:1] in ("{", "["):
        try:
            inner = json.loads(document)
        except ValueError:
            return
        yield from secret_members(inner)
