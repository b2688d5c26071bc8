"""What every trial of a process shares, and the run of one emulator."""

import gc
import secrets
import select
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from conformance.engine.catalogue import Catalogue, Requirement, load_catalogue
from conformance.engine.client import Answer, Client
from conformance.engine.contract import Contract, load_contract
from conformance.engine.data import contracts_root
from conformance.engine.evidence import Journey
from conformance.engine.exchange import Exchange
from conformance.engine.interim import pass_over
from conformance.engine.ledger import Ledger
from conformance.engine.redaction import Redactor
from conformance.engine.sequence import Workflows, load_workflows
from conformance.engine.session import Session
from conformance.engine.settings import Settings, resolve
from conformance.engine.world import REPEATS, World
from conformance.rules.journeys import Itinerary, load_connectors, take
from conformance.rules.run import Run, refusable_among, with_needs

TIMEOUT = 10.0
LONGEST_WAIT = 4.0
LONGEST_TRIAL = 180.0
LONGEST_WHOLE_TRIAL = 900.0
GENERATED = "generated"
CRASH = "a crash"


@dataclass(frozen=True)
class Effort:
    """How much a trial asks: the profile, whose sequences it takes, repeats, and which generated rows."""

    profile: str = "full"
    sequences: str = "smoke"
    repeats: int = 1
    generated: frozenset[str] = frozenset()

    def for_rows(self, names: Iterable[str]) -> "Effort":
        """The same, with those of some requirements that only generated requests show."""
        own = {name for name in names if name.split(".")[1] == GENERATED}
        return replace(self, generated=self.generated | own)

    @property
    def longest(self) -> float:
        """Seconds after which a trial is given up; no mutant may hang the proof."""
        return LONGEST_WHOLE_TRIAL if self.generated else LONGEST_TRIAL

    def asks(self, row: Requirement) -> bool:
        """Whether a trial judges a row; generated requests cost more than all the others together."""
        return row.resource != GENERATED or row.id in self.generated


class LocalClient(Client):
    """A client of loopback that gives up once `enough` says so; http.client alone takes a third of requests' time."""

    first_pause = 0.005  # loopback recovers at once

    def __init__(self, settings: Settings, enough: Callable[[], bool]) -> None:
        super().__init__(settings)
        self._enough = enough
        self._connections: dict[str, HTTPConnection] = {}

    def fork(self) -> "LocalClient":
        """A client of its own for another thread."""
        return LocalClient(self.settings, self._enough)

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """One request, or none."""
        if self._enough():
            return Answer(0, {}, "", "the proof has seen enough", 1, 0.0, True)
        return super().send(method, url, headers, body)

    def _once(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        attempt: int,
        started: float,
    ) -> Answer:
        host = urlsplit(url).netloc
        connection = self._connection(host)
        try:
            connection.request(method, url.partition(host)[2], body, headers)
            found = connection.getresponse()
            text = found.read().decode("utf-8", errors="replace")
        except (OSError, HTTPException) as error:
            connection.close()
            return Answer(0, {}, "", type(error).__name__, attempt, time.monotonic() - started)
        seconds = time.monotonic() - started
        return Answer(found.status, dict(found.headers), text, None, attempt, seconds)

    def _connection(self, host: str) -> HTTPConnection:
        """The open connection to a host, or another where that one was hung up."""
        known = self._connections.get(host)
        if known is None:
            known = pass_over(HTTPConnection(host, timeout=self.settings.http_timeout))
            self._connections[host] = known
        if known.sock is not None and select.select([known.sock], [], [], 0)[0]:
            known.close()
        return known


def after(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have passed since now."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


class LocalRun(Run):
    """A run of one process, which needs no files."""

    def know(self, journeys: Mapping[str, Journey]) -> None:
        """Take over records of journeys instead of taking them."""
        self._journeys |= journeys

    def obtain(self, name: str, wait: bool = True) -> None:
        """Take a journey at the first call."""
        if name not in self._journeys:
            self._journeys[name] = take_safely(Journey(name), self.world, self.itinerary)

    def taken(self) -> list[Journey]:
        """The journeys taken so far, in the order of their names."""
        return [self._journeys[name] for name in sorted(self._journeys)]


def take_safely(journey: Journey, world: World, itinerary: Itinerary) -> Journey:
    """Take a journey; one that an answer trips up ends there, by a fault of the suite."""
    try:
        take(journey, world, itinerary)
    except Exception as error:
        journey.halted_at, journey.reason = CRASH, repr(error)
    return journey


@dataclass(frozen=True)
class Material:
    """The contract data of an effort; loading it costs as much as a hundred requests."""

    effort: Effort
    contract: Contract
    catalogue: Catalogue
    connectors: Mapping[str, Any]
    workflows: Workflows
    rows: tuple[Requirement, ...]
    wanted: frozenset[str]

    def world(
        self, given: Mapping[str, Any], folder: Path, enough: Callable[[], bool] | None = None
    ) -> World:
        """A world around the emulator whose settings are given; the folder holds its ledger."""
        settings = resolve({**given, "http_timeout": TIMEOUT}, {})
        world = World(
            settings,
            self.contract,
            Redactor(settings.secrets()),
            LocalClient(settings, enough or after(self.effort.longest)),
            settings.access_token or "",
            f"aepc-{secrets.token_hex(3)}",
            self.connectors,
            self.workflows,
            self.wanted,
            refusable_among(self.catalogue),
            self.effort.repeats,
        )
        world.ledger = Ledger(folder / "ledger.jsonl", world.run)  # or no create is sent twice
        return world

    def itinerary(self, settings: Settings) -> Itinerary:
        """The journeys of the effort."""
        effort = self.effort
        return Itinerary(
            self.connectors,
            self.workflows,
            settings,
            effort.sequences,
            (),
            self.wanted,
            effort.repeats,
        )

    def run(
        self,
        given: Mapping[str, Any],
        folder: Path,
        known: Mapping[str, Journey] | None = None,
        tidies: bool = True,
    ) -> Run:
        """A run against the emulator whose settings are given; `known` journeys are not taken."""
        world = self.world(given, folder)
        world.tidies = tidies
        run = LocalRun(world, self.catalogue, self.itinerary(world.settings), folder)
        run.know(known or {})
        return run


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one trial, in memory where the system has a place for that."""
    memory = Path("/dev/shm")  # noqa: S108 - its folders are ours alone
    with TemporaryDirectory(prefix="aep-prove-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@cache
def material(effort: Effort) -> Material:
    """The material of an effort, loaded once in each process."""
    contract, catalogue, connectors, workflows = _data()
    rows = [row for row in catalogue.select(effort.profile) if effort.asks(row)]
    wanted = with_needs(rows, catalogue)
    return Material(effort, contract, catalogue, connectors, workflows, tuple(rows), wanted)


def whole(profile: str) -> Effort:
    """All that a run of a profile asks."""
    return Effort(profile, "full", REPEATS).for_rows(row.id for row in _data()[1].select(profile))


@cache
def _data() -> tuple[Contract, Catalogue, dict[str, Any], Workflows]:
    root = contracts_root()
    return load_contract(root), load_catalogue(root), load_connectors(root), load_workflows(root)


def hurry() -> None:
    """Let this process wait no longer than an emulator may take to settle, or to open an inlet.

    A trial is short and what all share is large, so garbage is seldom collected.
    """
    patient = Session.poll

    def poll(
        session: Session,
        read: Callable[[], Exchange],
        done: Callable[[Exchange], bool],
        limit: float,
    ) -> Exchange:
        return patient(session, read, done, min(limit, LONGEST_WAIT))

    setattr(Session, "poll", poll)  # noqa: B010 - mypy forbids the assignment
    for workflow in _data()[3].values():
        for step in workflow["steps"]:
            for action in step.get("onFailure", ()):
                if action["type"] == "retry":
                    action["retryLimit"] = min(action["retryLimit"], int(LONGEST_WAIT))
    gc.set_threshold(100_000, 50, 100)
