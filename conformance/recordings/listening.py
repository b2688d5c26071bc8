"""The client of a run that is recorded: it counts what each of its calls adds to the cassette."""

from typing import Any

from conformance.engine.client import Answer, Client


class RecordingClient(Client):
    """The client of the run, which counts the interactions that each call adds to a cassette."""

    repeats = False

    def __init__(self, inner: Client, cassette: Any) -> None:
        super().__init__(inner.settings)
        self.inner, self.cassette = inner, cassette
        self.counts: list[int] = []

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        before = len(self.cassette)
        answer = self.inner.send(method, url, headers, body)
        self._forget_renewals(before)
        self.counts.append(len(self.cassette) - before)
        return answer

    def _forget_renewals(self, before: int) -> None:
        """A token that expired on the way is none of the journey's business: only what came after counts."""
        added = [request.url for request in self.cassette.requests[before:]]
        renewed = [n for n, asked in enumerate(added, start=before + 1) if asked != added[-1]]
        if renewed:
            del self.cassette.data[before : renewed[-1]]
