"""The client of a replay: answers from a cassette, and says how near a request came that it does not hold."""

from pathlib import Path
from typing import Any

from vcr.errors import CannotOverwriteExistingCassetteException

from conformance.engine.client import Answer, Client
from conformance.engine.evidence import Journey
from conformance.engine.session import World
from conformance.recordings.matching import Asked, asked, differences, nearest


class ReplayClient(Client):
    """Sends to a cassette; a request that it does not hold becomes an error that says how near it came."""

    def __init__(self, world: World, cassette: Any) -> None:
        super().__init__(world.settings)
        self._session.trust_env = (
            False  # a proxy of this machine was not there when it was recorded
        )
        self.cassette = cassette
        self.unknown: list[str] = []

    def fork(self) -> "ReplayClient":
        return self

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
        file = Path(self.cassette.path).name
        if position is None:
            return f"{file} is empty"
        where = f"nearest is interaction {position + 1} of {file}"
        first = next(differences(recorded[position], sent), None)
        return f"{where}, which differs at {first}" if first else f"{where}, already used"

    def unused(self, journey: Journey) -> str | None:
        """What to say of the first interaction that nothing asked for, None when all were."""
        left = [n for n in range(len(self.cassette)) if not self.cassette.play_counts[n]]
        if not left:
            return None
        recorded = asked(self.cassette.requests[left[0]])
        requests = [e.request for e in journey.exchanges]
        sent = [Asked(r.method, r.url, r.headers, r.text) for r in requests]
        told = f"replay: interaction {left[0] + 1} of {Path(self.cassette.path).name} ({recorded}) was never used"
        position = nearest(recorded, sent)
        if position is None:
            return f"{told}: nothing was sent"
        first = next(differences(recorded, sent[position]), "nothing, and has its own recording")
        return f"{told}; nearest is exchange {journey.exchanges[position].id}, which differs at {first}"
