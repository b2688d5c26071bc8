"""What recorders write where they hide the value of a header: such a value says nothing about its sender."""

import re

from conformance.engine.exchange import ABSENT, Exchange, Message
from conformance.engine.verdict import Finding

MASK = "***"  # stands for a value that a recorder left out
HEADERS = (
    "authorization",
    "content-type",
    "accept",
    "if-match",
    "x-api-key",
    "x-gw-ims-org-id",
    "x-sandbox-name",
)
_MASK = re.compile(
    r"\W*((bearer|basic)\W+)?([*•xX#]{3,}|redacted|masked|hidden|removed|filtered|saniti[sz]ed|scrubbed)\W*",
    re.IGNORECASE,
)


def is_mask(value: str | None) -> bool:
    """Whether a value is one that a recorder wrote in place of another."""
    return value is not None and _MASK.fullmatch(value) is not None


def is_cut(text: str, size: int) -> bool:
    """Whether a body is not what was sent: hidden, or shorter than it says and no JSON any more."""
    if is_mask(text):
        return True
    return 0 < len(text.encode()) < size and Message({}, text).body is ABSENT


def hides(exchange: Exchange) -> bool:
    """Whether a header of a request that the client's requirements are about is hidden."""
    return any(is_mask(exchange.request.header(name)) for name in HEADERS)


def shown(findings: list[Finding]) -> list[Finding]:
    """Those findings about headers that hold, or stand on requests that hide none."""
    return [one for one in findings if one.holds or not hides(one.exchange)]
