"""One trial: an emulator, every row that its effort asks for, the verdicts."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.engine.catalogue import Requirement
from conformance.engine.verdict import (
    BLOCKED,
    ERROR,
    FAIL,
    NOT_APPLICABLE,
    ORDER,
    PASS,
    WARN,
    Judge,
    Verdict,
)
from conformance.engine.world import REPEATS
from conformance.proof.emulators import emulator
from conformance.proof.material import Effort, material, scratch
from conformance.proof.reach import Reach, reach_of
from conformance.report.results import is_conformant
from conformance.rules.run import Run

RED = (FAIL, WARN, ERROR)
CRASHED = "its rule crashed:"


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


def try_fault(name: str, named: Sequence[str], effort: Effort) -> Trial:
    """Judge a fault; one that a quick trial misses gets all sequences, and then many repeats."""
    first = effort.for_rows(named)
    steps = (
        first,
        replace(first, sequences="full"),
        replace(first, sequences="full", repeats=REPEATS),
    )
    seconds = 0.0
    for step in dict.fromkeys(steps):
        reach = reach_of(name, step) if step is first and not first.generated else Reach({})
        trial = try_emulator(name, [name], (), named, step, reach)
        seconds += trial.seconds
        if not trial.missed:
            break
    trial.seconds = round(seconds, 2)
    return trial


def try_emulator(
    name: str,
    faults: Sequence[str] = (),
    variants: Sequence[str] = (),
    named: Sequence[str] = (),
    effort: Effort | None = None,
    reach: Reach | None = None,
) -> Trial:
    """Judge one emulator; journeys beyond its `reach` are not taken again."""
    with emulator(faults, variants) as given:
        return judge(name, given, tuple(named), effort or Effort(), reach)


def judge(
    name: str,
    given: Mapping[str, Any],
    named: tuple[str, ...] = (),
    effort: Effort | None = None,
    reach: Reach | None = None,
) -> Trial:
    """Judge the emulator whose settings are given."""
    reach = reach or Reach({})
    started = time.monotonic()
    stock = material(effort or Effort())
    with scratch() as folder:
        run = stock.run(given, folder, reach.untouched, tidies=reach.deletes)
        judged = [verdict_of(run, row) for row in stock.rows]
    judged.sort(key=lambda verdict: ORDER.index(verdict.verdict))
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


def verdict_of(judge: Run | Judge, row: Requirement) -> Verdict:
    """The verdict on a row; a rule that an answer trips up is an error of ours."""
    try:
        return judge.verdict(row)
    except Exception as error:
        return Verdict(row, ERROR, f"{CRASHED} {error!r}")
