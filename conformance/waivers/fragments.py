"""The part of a message that stays the same from run to run."""

import re

SHORTEST = 3
_OBSERVED = re.compile(r" \(broken in \d+ of \d+ observations\)$")
_CUT = re.compile(r"… \(\d+ characters\)")
_VOLATILE = re.compile(
    r"aepc-[0-9a-f]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b|\d{5,}"
    r"|<secret:[^>]*>"
)


def fragment(message: str) -> str:
    """The longest part of a message without ids, times and counts of one run."""
    text = _CUT.sub("", _OBSERVED.sub("", message))
    longest = max((piece.strip() for piece in _VOLATILE.split(text)), key=len)
    return longest if len(longest) >= SHORTEST else message
