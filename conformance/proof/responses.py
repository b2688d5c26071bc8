"""The trial of a response mutant: only the journeys that meet it, and no longer than it takes to tell."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.engine.catalogue import Requirement
from conformance.engine.evidence import Evidence, Journey
from conformance.engine.verdict import ERROR, FAIL, WARN, Judge, Verdict
from conformance.engine.world import World
from conformance.proof.emulators import Given, Lender, emulator
from conformance.proof.material import (
    CRASH,
    LONGEST_TRIAL,
    Effort,
    Material,
    after,
    material,
    scratch,
    take_safely,
)
from conformance.proof.mutations import Mutation
from conformance.proof.proxy import Proxy, proxy
from conformance.proof.trial import CRASHED, verdict_of
from conformance.rules.journeys import Itinerary
from conformance.rules.registry import rule_for


@dataclass
class Outcome:
    """`by` are the requirements that a mutant turned red; `altered` says whether the suite met it at all.

    `crashed` are the rows whose rules and the journeys that it tripped up: a fault of the suite, no kill.
    """

    name: str
    by: list[str]
    message: str = ""
    warned: bool = False
    altered: bool = False
    crashed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def killed(self) -> bool:
        return bool(self.by)


_LENDER = Lender()


def try_mutant(mutation: Mutation, journeys: Sequence[str], effort: Effort) -> Outcome:
    """Judge a mutant by its first altered answer, and when that tells nothing by all the journeys."""
    started = time.monotonic()
    stock = material(effort)
    first = _attempt(mutation, journeys[:1], stock, _LENDER.lend(), patient=False)
    if not first.killed or first.warned:
        with emulator() as given:
            first = _attempt(mutation, journeys, stock, given, patient=True)
    first.seconds = round(time.monotonic() - started, 2)
    return first


def _attempt(
    mutation: Mutation, journeys: Sequence[str], stock: Material, given: Given, patient: bool
) -> Outcome:
    operation = stock.contract[mutation.operation]
    with (
        proxy(given["base_url"], operation, mutation) as server,
        scratch() as folder,
    ):
        late = after(LONGEST_TRIAL)
        world = stock.world(
            _behind(server, given),
            folder,
            lambda: late() or (not patient and server.altered > 0),
        )
        return _judge(mutation, journeys, stock, world, server, patient)


def _behind(server: Proxy, given: Given) -> Given:
    return {**given, **dict.fromkeys(("base_url", "ims_url", "collection_url"), server.url)}


def _judge(
    mutation: Mutation,
    journeys: Sequence[str],
    stock: Material,
    world: World,
    server: Proxy,
    patient: bool,
) -> Outcome:
    itinerary = stock.itinerary(world.settings)
    taken: dict[str, Journey] = {}
    outcome = Outcome(mutation.name, [])
    for name in journeys:
        taken[name] = take_safely(Journey(name), world, itinerary)
        rows = stock.rows if patient else _near(stock.rows, mutation.operation)
        outcome = _outcome(mutation, red_among(rows, taken, stock, itinerary), server.altered)
        outcome.crashed += [f"journey {j.name}" for j in taken.values() if j.halted_at == CRASH]
        if outcome.killed and not outcome.warned:
            break
    return outcome


def _near(rows: Iterable[Requirement], operation: str) -> list[Requirement]:
    return [row for row in rows if not row.operations or operation in row.operations]


def _outcome(mutation: Mutation, red: list[Verdict], altered: int) -> Outcome:
    """Failures speak for themselves; warnings count only while there is no failure."""
    crashed = [verdict for verdict in red if verdict.verdict == ERROR]
    failed = [verdict for verdict in red if verdict.verdict == FAIL]
    failed = failed or [verdict for verdict in red if verdict.verdict == WARN]
    return Outcome(
        mutation.name,
        [verdict.requirement.id for verdict in failed],
        (failed or crashed)[0].message if failed or crashed else "",
        bool(failed) and failed[0].verdict == WARN,
        altered > 0,
        [verdict.requirement.id for verdict in crashed],
    )


def red_among(
    rows: Iterable[Requirement],
    taken: dict[str, Journey],
    stock: Material,
    itinerary: Itinerary,
) -> list[Verdict]:
    """The requirements that the journeys taken so far show to be broken."""
    evidence: dict[Any, Evidence] = {}

    def evidence_for(row: Requirement) -> Evidence:
        names = tuple(name for name in itinerary.journeys_for(row) if name in taken)
        if names not in evidence:
            evidence[names] = Evidence(taken[name] for name in names)
        return evidence[names]

    judge = Judge(stock.catalogue, lambda row: rule_for(row, stock.contract), evidence_for)
    verdicts = (verdict_of(judge, row) for row in rows if evidence_for(row).journeys)
    return [v for v in verdicts if v.verdict in (FAIL, WARN) or v.message.startswith(CRASHED)]
