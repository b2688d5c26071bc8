"""Proves the suite: every named fault turns its requirements red and nothing else, no variant turns any."""

import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from conformance.embedded import MODULE, Embedded
from conformance.engine.catalogue import load_catalogue
from conformance.engine.client import Client
from conformance.engine.contract import load_contract
from conformance.engine.data import contracts_root
from conformance.engine.redaction import Redactor
from conformance.engine.sequence import load_workflows
from conformance.engine.session import World
from conformance.engine.settings import resolve
from conformance.engine.verdict import ERROR, FAIL, NOT_APPLICABLE, PASS, WARN
from conformance.report.results import is_conformant
from conformance.rules.journeys import Itinerary, load_connectors
from conformance.rules.run import Run, with_needs

RED = (FAIL, WARN, ERROR)


@dataclass
class Trial:
    """What one emulator got: verdict by requirement, and the first failures in the order of the report."""

    name: str
    named: tuple[str, ...] = ()
    verdicts: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    conformant: bool = False
    requests: int = 0
    seconds: float = 0.0

    @property
    def red(self) -> list[str]:
        """The requirements that the trial turned red, as reported: worst first."""
        return [name for name, verdict in self.verdicts.items() if verdict in RED]

    @property
    def killed(self) -> bool:
        return any(name in self.red for name in self.named)

    @property
    def missed(self) -> list[str]:
        """Named requirements that stayed green or were never observed."""
        return [name for name in self.named if name not in self.red]

    @property
    def unrelated(self) -> list[str]:
        """Red requirements that the fault does not name."""
        return [name for name in self.red if name not in self.named]


def try_emulator(
    name: str,
    faults: Sequence[str] = (),
    variants: Sequence[str] = (),
    profile: str = "full",
    named: Sequence[str] = (),
) -> Trial:
    """Judge one emulator and return what it got."""
    started = time.monotonic()
    embedded = Embedded(faults, variants)
    folder = Path(tempfile.mkdtemp(prefix="aep-prove-"))
    try:
        run, rows = _run(embedded, folder, profile)
        judged = [run.verdict(row) for row in rows]
        judged.sort(
            key=lambda verdict: (verdict.verdict != FAIL, verdict.requirement.level != "MUST")
        )
        entries = [{"level": v.requirement.level, "verdict": v.verdict} for v in judged]
        return Trial(
            name,
            tuple(named),
            {v.requirement.id: v.verdict for v in judged if v.verdict != NOT_APPLICABLE},
            {v.requirement.id: v.message for v in judged if v.verdict != PASS},
            is_conformant(entries),
            sum(len(journey.exchanges) for journey in run.taken()),
            round(time.monotonic() - started, 2),
        )
    finally:
        embedded.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _run(embedded: Embedded, folder: Path, profile: str):  # type: ignore[no-untyped-def]
    root = contracts_root()
    catalogue = load_catalogue(root)
    rows = catalogue.select(profile)
    settings = resolve(embedded.settings, {})
    connectors = load_connectors(root)
    redactor = Redactor(settings.secrets())
    wanted = with_needs(rows, catalogue)
    world = World(
        settings,
        load_contract(root),
        redactor,
        Client(settings),
        settings.access_token or "",
        f"aepc-{secrets.token_hex(3)}",
        connectors,
        wanted,
    )
    itinerary = Itinerary(connectors, load_workflows(root), settings, profile, (), wanted)
    return Run(world, catalogue, itinerary, folder), rows


def known(noun: str) -> dict[str, tuple[str, ...]]:
    """The emulator's faults or variants with what each is about."""
    listed = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", MODULE, f"--list-{noun}s"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = (line.split("\t") for line in listed.stdout.splitlines())
    return {
        name: tuple(part.strip() for part in about.split(",") if part.strip())
        for name, _, about in rows
    }


def main(argv: list[str]) -> int:
    """`prove [--profile P] [-n N] [NAME ...]`: every fault and variant, or those named."""
    profile = argv[argv.index("--profile") + 1] if "--profile" in argv else "full"
    workers = int(argv[argv.index("-n") + 1]) if "-n" in argv else 2
    wanted = {
        a
        for i, a in enumerate(argv)
        if not a.startswith("-") and (i == 0 or argv[i - 1] not in ("--profile", "-n"))
    }
    faults, variants = known("fault"), known("variant")
    trials = list(_all(faults, variants, wanted, profile, workers))
    _print(trials, variants)
    return 0


def _all(
    faults: dict[str, tuple[str, ...]],
    variants: dict[str, tuple[str, ...]],
    wanted: set[str],
    profile: str,
    workers: int,
) -> Iterable[Trial]:
    with ProcessPoolExecutor(workers) as pool:
        jobs = [
            pool.submit(try_emulator, n, [n], (), profile, about)
            for n, about in faults.items()
            if not wanted or n in wanted
        ]
        jobs += [
            pool.submit(try_emulator, n, (), [n], profile)
            for n in variants
            if not wanted or n in wanted
        ]
        if not wanted or "clean" in wanted:
            jobs.append(pool.submit(try_emulator, "clean", (), (), profile))
        for job in jobs:
            yield job.result()


def _print(trials: list[Trial], variants: dict[str, tuple[str, ...]]) -> None:
    for trial in trials:
        lawful = trial.name in variants or trial.name == "clean"
        if lawful and trial.conformant and not trial.red:
            state = "conformant"
        elif lawful:
            state = f"FALSE ALARM red: {trial.red} not green: {_not_green(trial)}"
        else:
            state = "killed" if trial.killed else "SURVIVED"
            state += f" missed: {trial.missed}" if trial.missed else ""
            state += f" unrelated: {trial.unrelated}" if trial.unrelated else ""
        print(f"{trial.name}: {state} ({trial.requests} requests, {trial.seconds} s)")  # noqa: T201


def _not_green(trial: Trial) -> dict[str, str]:
    return {n: f"{v}: {trial.messages.get(n)}" for n, v in trial.verdicts.items() if v != PASS}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
