"""Secrets in two recordings: learned from all that was sent and answered, before anything is compared."""

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from conformance.engine.redaction import SECRET_KEYS, Redactor
from conformance.recordings.recorded import Interaction


def learn(redactor: Redactor, interactions: Iterable[Interaction]) -> None:
    """Teach a redactor the secrets in headers, bodies, forms and URLs."""
    for one in interactions:
        for headers in (one.headers, one.answer_headers):
            redactor.headers(headers)
        for text in (one.text, one.answer_text):
            redactor.text(text)
        for name, value in _pairs(one):
            if re.sub("[-_]", "", name).lower() in SECRET_KEYS:
                redactor.learn(name, value)


def hidden(redactor: Redactor, one: Interaction) -> Interaction:
    """The interaction with a placeholder for each secret."""
    return replace(
        one,
        url=redactor.text(one.url),
        headers=redactor.headers(one.headers),
        text=redactor.text(one.text),
        answer_headers=redactor.headers(one.answer_headers),
        answer_text=redactor.text(one.answer_text),
    )


def _pairs(one: Interaction) -> list[tuple[str, str]]:
    form = one.text if one.text[:1] not in ("{", "[", "<") else ""
    return parse_qsl(urlsplit(one.url).query) + parse_qsl(form)
