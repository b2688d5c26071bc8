"""One trial: an emulator, the whole profile, the verdicts."""

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from conformance.engine.verdict import BLOCKED, ERROR, FAIL, NOT_APPLICABLE, ORDER, PASS, WARN
from conformance.proof.emulators import emulator
from conformance.proof.material import Material, material
from conformance.report.results import is_conformant

RED = (FAIL, WARN, ERROR)


@dataclass
class Trial:
    """What one emulator got; verdicts and messages stand in the order of the report."""

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
        """Whether a named requirement is red."""
        return any(name in self.red for name in self.named)

    @property
    def precise(self) -> bool:
        """Whether the failure listed first is a named one."""
        return bool(self.red) and self.red[0] in self.named

    @property
    def missed(self) -> list[str]:
        """Named requirements that stayed green or were never observed."""
        return [name for name in self.named if name not in self.red]

    @property
    def unrelated(self) -> list[str]:
        """Red requirements that the fault does not name."""
        return [name for name in self.red if name not in self.named]

    @property
    def blocked(self) -> list[str]:
        """Requirements that could not be judged because another does not hold."""
        return [name for name, verdict in self.verdicts.items() if verdict == BLOCKED]

    @property
    def not_green(self) -> dict[str, str]:
        """Verdict and message of every requirement that did not pass."""
        return {n: f"{v}: {self.messages.get(n)}" for n, v in self.verdicts.items() if v != PASS}

    @property
    def lawful(self) -> bool:
        """Whether the suite had nothing against the emulator."""
        return self.conformant and not self.red


def try_emulator(
    name: str,
    faults: Sequence[str] = (),
    variants: Sequence[str] = (),
    profile: str = "full",
    named: Sequence[str] = (),
) -> Trial:
    """Judge one emulator."""
    with emulator(faults, variants) as given:
        return judge(name, given, material(profile), tuple(named))


def judge(
    name: str, given: Mapping[str, Any], stock: Material, named: tuple[str, ...] = ()
) -> Trial:
    """Judge the emulator whose settings are given, with every journey of the profile."""
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="aep-prove-"))
    try:
        run = stock.run(given, folder)
        judged = sorted(map(run.verdict, stock.rows), key=lambda v: ORDER.index(v.verdict))
        entries = [{"level": v.requirement.level, "verdict": v.verdict} for v in judged]
        return Trial(
            name,
            named,
            {v.requirement.id: v.verdict for v in judged if v.verdict != NOT_APPLICABLE},
            {v.requirement.id: v.message for v in judged if v.verdict != PASS},
            is_conformant(entries),
            sum(len(journey.exchanges) for journey in run.taken()),
            round(time.monotonic() - started, 2),
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def to_json(trial: Trial) -> dict[str, Any]:
    """A trial as plain data."""
    return asdict(trial)
