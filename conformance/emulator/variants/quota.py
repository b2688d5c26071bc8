"""A quota of requests, as every gateway may keep."""

from __future__ import annotations

import time
from collections import deque

from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request
from conformance.emulator.variants import variant

MOST_A_SECOND = 100


@variant("quota", documents=["facts:272"])
def _(emulator: Emulator) -> None:
    """More than a hundred requests within a second are answered 429 with Retry-After."""
    admitted: deque[float] = deque(maxlen=MOST_A_SECOND)

    def count(emulator: Emulator, request: Request) -> None:
        now = time.monotonic()
        if len(admitted) == MOST_A_SECOND and now - admitted[0] < 1.0:
            headers = {"Retry-After": "1"}
            message = "Too many requests"
            raise RefusalError(429, message, code="429050", style="gateway", headers=headers)
        admitted.append(now)

    emulator.arriving(count)
