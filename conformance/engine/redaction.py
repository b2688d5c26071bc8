"""Secrets become stable placeholders before an exchange leaves the client: at the sink, for all that follow."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, quote_plus

from conformance.engine.secret_places import credentials, secrets_in

SECRET_HEADERS = frozenset(
    {"authorization", "x-api-key", "proxy-authorization", "cookie", "set-cookie"}
)
_SHORTEST = 4
_SAFE = 8
_OFTEN = 120  # characters: headers come again with each request
_ESCAPE = re.compile("%[0-9A-F]{2}")
# Escapes that json.dumps writes for no letter, so that forms() has not got them.
_ODD_ESCAPE = re.compile(r"\\u00[0-7]|\\u[0-9a-f]{0,3}[A-F]|\\/")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*')


class Redactor:
    """Replaces every secret it knows, or recognises by its key, with `<secret:name>`.

    The same secret always becomes the same placeholder, so identity survives.
    """

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._names: dict[str, str] = {}
        self._count: Counter[str] = Counter()
        self._pattern: re.Pattern[str] | None = None
        self._lurking: set[str] = set()
        self._shown: dict[str, str] = {}
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
        if len(value) < _SAFE or _TOKEN.fullmatch(value):
            self._lurking = self._lurking | forms(value)  # another thread may be reading it
        self._shown = {}

    def text(self, text: str) -> str:
        """The text without secrets, JSON inside it included."""
        if len(text) > _OFTEN:
            return self._hidden(text)
        shown = self._shown  # another thread that learns a secret meanwhile begins a new one
        if text not in shown:
            shown[text] = self._hidden(text)
        return shown[text]

    def _hidden(self, text: str) -> str:
        for name, value in secrets_in(text):
            self.learn(name, value)
        return self.known(text)

    def known(self, text: str) -> str:
        """The text without the secrets that are known by now; it is not searched for others."""
        if self._pattern is None:
            return text
        if self._may_hide(text) and text.lstrip()[:1] in ("{", "["):
            text = _TOKEN.sub(self._in_json, text)
        return self._pattern.sub(lambda match: f"<secret:{self._names[match.group()]}>", text)

    def _may_hide(self, text: str) -> bool:
        """Whether JSON may hold a secret that the pattern of all forms does not see.

        One in escapes that mix or are odd; a number; a short one beside an escape, where no word begins or ends.
        """
        mixed = "\\u" in text and not text.isascii()
        return mixed or bool(_ODD_ESCAPE.search(text)) or any(f in text for f in self._lurking)

    def _in_json(self, match: re.Match[str]) -> str:
        """A string or number of JSON: what its escapes hide is hidden too, and a number becomes a string."""
        written = match.group()
        if written[0] != '"':
            return f'"<secret:{self._names[written]}>"' if written in self._names else written
        if "\\" not in written:
            return written
        try:
            plain = json.loads(written, strict=False)
        except ValueError:
            return written
        shown = self.known(plain)
        return written if shown == plain else json.dumps(shown, ensure_ascii=False)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers without secrets; the scheme of Authorization stays."""
        self.learn_headers(headers)
        return {name: self.text(value) for name, value in headers.items()}

    def learn_headers(self, headers: Mapping[str, str]) -> None:
        """Remember what headers hold that are secret by their name."""
        for name, value in headers.items():
            if name.lower() in SECRET_HEADERS:
                for kind, secret in credentials(name.lower(), value.strip()):
                    self.learn(kind, secret)

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
    whole = encode(value, safe="")
    percent = {encode(value), whole, quote_plus(value, errors="replace"), quote(whole, safe="")}
    return found | percent | {_ESCAPE.sub(lambda m: m.group().lower(), p) for p in percent}


def _whole(form: str) -> str:
    # A short secret may be part of an id: only the whole word is the secret.
    return re.escape(form) if len(form) >= _SAFE else rf"(?<![\w-]){re.escape(form)}(?![\w-])"
