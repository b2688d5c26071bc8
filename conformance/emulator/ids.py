"""Identifiers and etags in the formats the documents show."""

from __future__ import annotations

import itertools
import random
import uuid

from conformance.emulator.clock import Clock

SEEDED_EPOCH = 1_676_629_979
ETAG_STEP = 0x9E3779B1


class Ids:
    """A source of identifiers; with a seed, the same ones every time."""

    def __init__(self, seed: int | None, clock: Clock) -> None:
        self.random = random.Random(seed)
        self._traces = random.Random(None if seed is None else f"traces {seed}")
        self._seeded = seed is not None
        self._clock = clock
        self._etags = self.random.getrandbits(32)
        self.transactions = itertools.count(self.random.randint(1, 999))

    def uuid(self) -> str:
        """A lowercase version 4 UUID."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def hex(self, digits: int) -> str:
        """Lowercase hexadecimal digits."""
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def trace(self) -> str:
        """A request id for error reports; refusals leave the resource ids as they were."""
        return str(uuid.UUID(int=self._traces.getrandbits(128), version=4))

    def epoch(self) -> str:
        """Eight hexadecimal digits of epoch seconds (facts:67)."""
        return f"{SEEDED_EPOCH if self._seeded else int(self._clock.now()):08x}"

    def etag(self) -> str:
        """An etag that carries its own quotes and is never handed out twice (facts:67)."""
        self._etags = (self._etags + ETAG_STEP) % 2**32
        return f'"{self._etags:08x}-0000-0200-0000-{self.epoch()}0000"'

    def data_set(self) -> str:
        """A data set id: 24 digits that begin with epoch seconds."""
        return self.epoch() + self.hex(16)

    def org(self) -> str:
        """An organisation id."""
        return f"{self.hex(24).upper()}@AdobeOrg"

    def user(self) -> str:
        """A user id."""
        return f"{self.hex(24).upper()}@AdobeID"
