"""`--dry-run`: prints every request of a run as the target would get it; an emulator answers them here."""

import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from conformance.embedded import Embedded
from conformance.engine.authentication import issue
from conformance.engine.catalogue import READ_ONLY
from conformance.engine.client import Answer, Client
from conformance.engine.evidence import Journey
from conformance.engine.preflight import check_target
from conformance.engine.redaction import Redactor
from conformance.engine.settings import Settings, resolve
from conformance.rules.journeys import take
from conformance.rules.run import Run, with_needs
from conformance.safety import ReadOnlyClient, check_command_line, sandbox_types
from conformance.state import State

RUN = "aepc-000000"
TOKEN = "token-of-a-dry-run"  # noqa: S105 - stands for the token that a run would fetch
SERVICES = ("ims", "data-collection", "flow-service")
FORM = "application/x-www-form-urlencoded"


class DryClient(Client):
    """Prints each request, and gets its answer from an emulator to whom it is put in the emulator's terms."""

    def __init__(self, settings: Settings, emulator: Mapping[str, str], redactor: Redactor) -> None:
        super().__init__(settings)
        self.redactor = redactor
        self.count = 0
        self._lock = threading.Lock()
        self._inner = Client(replace(settings, ca_bundle=None))
        self._emulator = emulator
        self._terms = {
            getattr(settings, name): value
            for name, value in emulator.items()
            if name not in ("base_url", "ims_url", "collection_url") and getattr(settings, name)
        }
        ours = settings.access_token or TOKEN
        self._terms[f"Bearer {ours}"] = f"Bearer {emulator['access_token']}"

    def fork(self) -> "DryClient":
        """The same client: it may be used by several threads."""
        return self

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """Print one request and have it answered here."""
        self._tell(method, url, headers, body)
        own = {name: self._terms.get(value, value) for name, value in headers.items()}
        if headers.get("Content-Type") == FORM and body:
            fields = [(k, self._terms.get(v, v)) for k, v in parse_qsl(body.decode())]
            body = urlencode(fields).encode()
        return self._inner.send(method, self._place(url), own, body)

    def _place(self, url: str) -> str:
        base = next(b for b in map(self.settings.base, SERVICES) if url.startswith(b))
        return self._emulator["base_url"] + url.removeprefix(base)

    def _tell(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> None:
        if headers.get("Content-Type") == FORM and body:
            for name, value in parse_qsl(body.decode()):
                self.redactor.learn(name, value if name == "client_secret" else "")
        shown = [f"{k}: {v}" for k, v in self.redactor.headers(headers).items()]
        lines = [f"{method} {self.redactor.text(url)}", *shown]
        text = self.redactor.text((body or b"").decode("utf-8", errors="replace"))
        with self._lock:
            self.count += 1
            sys.stdout.write("\n".join([*lines, *([text] if text else []), "", ""]))


def dry_run(options: dict[str, Any], environ: Mapping[str, str]) -> int:
    """Print what a run with these options would send; returns the exit code.

    Raises ConformanceError for options with which a run could not begin.
    """
    elsewhere = bool(options["base_url"] or environ.get("AEP_BASE_URL") or options["config"])
    embedded = Embedded(seed=options["seed"])
    try:
        given = options if elsewhere else {**options, **embedded.settings}
        settings = resolve(given, environ if elsewhere else {})
        check_command_line(options, settings)
        with tempfile.TemporaryDirectory(prefix="aep-dry-run-") as folder:
            client = _rehearse(options, settings, embedded.settings, Path(folder))
    finally:
        embedded.stop()
    sys.stdout.write(
        f"{client.count} requests would go to {settings.base_url}; none was sent there. "
        f"Ids, etags, times and the run id {RUN} stand for those that the target and the run will give.\n"
    )
    return 0


def _rehearse(
    options: dict[str, Any], settings: Settings, emulator: Mapping[str, str], folder: Path
) -> DryClient:
    token = settings.access_token or TOKEN
    shared = {"settings": asdict(settings), "token": token, "run": RUN, "records": str(folder)}
    run = State({**options, "record": None}, shared)
    client = DryClient(settings, emulator, run.run.world.redactor)
    guarded = ReadOnlyClient(client) if options["profile"] == READ_ONLY else client
    run.run.world = replace(run.run.world, client=guarded)
    _say("before the run")
    if not settings.access_token:
        issue(client)
    check_target(run.run.world)
    sandbox_types(client, settings, token)
    for name in journeys_of(run):
        _say(f"journey {name}")
        _walk(Journey(name), run.run, _say)
    return client


def journeys_of(state: State) -> list[str]:
    """The journeys that the chosen requirements need, in the order in which a run takes them."""
    rows = [
        *state.selected,
        *map(state.catalogue.__getitem__, sorted(with_needs(state.selected, state.catalogue))),
    ]
    return list(dict.fromkeys(n for row in rows for n in state.run.itinerary.journeys_for(row)))


def _walk(journey: Journey, run: Run, say: Callable[[str], None]) -> None:
    take(journey, run.world, run.itinerary)
    if journey.halted_at:
        say(f"journey {journey.name} goes on at the target; here it stopped: {journey.reason}")


def _say(text: str) -> None:
    sys.stdout.write(f"# {text}\n\n")
