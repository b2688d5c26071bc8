"""The client of a replay: answers from a cassette, and says how near a request came that it does not hold."""

from pathlib import Path
from typing import Any

from vcr.errors import CannotOverwriteExistingCassetteException

from conformance.engine.client import Answer, Client
from conformance.engine.world import World
from conformance.recordings.matching import Asked, asked, differences, nearest


class ReplayClient(Client):
    """Sends to a cassette; a request that it does not hold becomes an error that says how near it came."""

    repeats = False

    def __init__(self, world: World, cassette: Any) -> None:
        super().__init__(world.settings)
        self.cassette, self._file = cassette, Path(cassette.path).name
        self.unknown: list[str] = []

    def fork(self) -> "ReplayClient":
        return self

    def _proxies_to(self, url: str) -> dict[str, str]:
        return {}  # those of this machine were not there when it was recorded

    def sleep(self, seconds: float) -> None:
        """Nobody needs to wait for a recording."""

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        try:
            return super().send(method, url, headers, body)
        except CannotOverwriteExistingCassetteException as missing:
            sent = asked(self.cassette.filter_request(missing.failed_request))
            self.unknown.append(f"replay: no recording of {sent}; {self._nearest(sent)}")
            return Answer(0, {}, "", self.unknown[-1], 1, 0.0)

    def _nearest(self, sent: Asked) -> str:
        recorded = [asked(request) for request in self.cassette.requests]
        position = nearest(sent, recorded)
        if position is None:
            return f"{self._file} is empty"
        where = f"nearest is interaction {position + 1} of {self._file}"
        first = next(differences(recorded[position], sent), None)
        return f"{where}, which differs at {first}" if first else f"{where}, already used"

    def unused(self) -> str | None:
        """What to say of the first interaction that nothing asked for, None when all were used."""
        count = self.cassette.play_counts
        left = [n for n in range(len(self.cassette)) if not count[n]]
        if not left:
            return None
        used = [n for n in range(len(self.cassette)) if count[n]]
        recorded = [asked(request) for request in self.cassette.requests]
        wanted = recorded[left[0]]
        told = f"replay: interaction {left[0] + 1} of {self._file} ({wanted}) was never used"
        position = nearest(wanted, [recorded[n] for n in used])
        if position is None:
            return f"{told}; nothing of that file was"
        near = used[position]
        first = next(differences(wanted, recorded[near]), None)
        return f"{told}; nearest that was is interaction {near + 1}, " + (
            f"which differs at {first}" if first else "the same request"
        )
