"""Finds the secrets in somebody else's traffic before any of it is shown."""

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.engine.redaction import Redactor
from conformance.engine.secret_places import SECRET_KEYS, is_secret, secrets_in
from conformance.recordings.masks import is_mask
from conformance.recordings.recorded import Interaction

_TOKENS = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?|(?<=[Bb]earer )[\w.~+/=-]{8,}")
_FORM = "application/x-www-form-urlencoded"
ALSO_SECRET = ("token", "sig", "signature", "assertion", "authorization", "code")


def learn_all(hide: Redactor, interactions: Iterable[Interaction]) -> None:
    """Make a redactor know every secret of some traffic, so that it hides each wherever it stands."""
    read: set[str] = set()
    for one in interactions:
        for name, value in _parameters(one):
            _know(hide, name, value)
        texts = {one.url, one.text, one.answer_text, one.error}
        for headers in (one.headers, one.answer_headers):
            hide.learn_headers({k: v for k, v in headers.items() if not is_mask(v)})
            texts.update(headers.values())
        for text in sorted(texts - read):
            _learn(hide, text)
        read |= texts


def _learn(hide: Redactor, text: str) -> None:
    if _may_name_a_secret(text):
        for name, value in secrets_in(text):
            _know(hide, name, value)
    for token in _TOKENS.findall(text):
        _know(hide, "token", token)


def _know(hide: Redactor, name: str, value: str) -> None:
    """Make a redactor know a secret, but not what a recorder wrote in its place, here and elsewhere."""
    if not is_mask(value):
        hide.learn(name, value)


def _may_name_a_secret(text: str) -> bool:
    plain = text.replace("_", "").replace("-", "").lower()
    return "\\u" in text or any(key in plain for key in SECRET_KEYS)


def _parameters(one: Interaction) -> Iterator[tuple[str, str]]:
    """Name and value of each secret in the address, or in a form."""
    parts = urlsplit(one.url)
    if parts.password:
        yield "password", unquote(parts.password)
    form = one.text if _is_form(one.headers) else ""
    for name, value in (*parse_qsl(parts.query), *parse_qsl(parts.fragment), *parse_qsl(form)):
        if is_secret(name) or re.sub("[-_]", "", name).lower() in ALSO_SECRET:
            yield name, value


def _is_form(headers: Mapping[str, str]) -> bool:
    return any(k.lower() == "content-type" and _FORM in v.lower() for k, v in headers.items())
