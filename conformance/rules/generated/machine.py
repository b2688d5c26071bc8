"""Connections, source and target connections and flows under operations in any order, beside a model of them."""

from contextlib import suppress
from typing import Any, ClassVar

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from conformance.engine.kinds import CONNECTION, FLOW, FLOW_SERVICE_KINDS, SOURCE, TARGET, Kind
from conformance.engine.session import Session
from conformance.rules.generated.bench import Bench
from conformance.rules.generated.scenario import Scenario
from conformance.rules.probes.flow_updates import PROFILES, SEGMENTS

STEPS = 12
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=24)
ANY = st.integers(0, 11)
CHAINS = st.sampled_from([*((kind,) for kind in FLOW_SERVICE_KINDS), *[FLOW_SERVICE_KINDS] * 8])
PARTS = st.sampled_from((CONNECTION, SOURCE, TARGET, FLOW))


def explore(session: Session) -> None:
    """Run some scenarios; the shortest that breaks the model is kept with its curl lines."""
    bench = Bench(session)
    settings = hypothesis.settings(
        max_examples=2 * session.world.examples,
        stateful_step_count=STEPS,
        derandomize=True,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        verbosity=hypothesis.Verbosity.quiet,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    with bench.watched(), suppress(hypothesis.errors.Flaky):
        run_state_machine_as_test(type("Bound", (Machine,), {"bench": bench}), settings=settings)


class Machine(RuleBasedStateMachine):
    """One scenario; each rule does something lawful, or something that must be refused."""

    bench: ClassVar[Bench]

    def __init__(self) -> None:
        super().__init__()
        self.scenario = Scenario(self.bench)

    def teardown(self) -> None:
        """Hypothesis calls this at the end of each scenario."""
        self.scenario.leave()

    @initialize(kinds=CHAINS)
    def chain(self, kinds: tuple[Kind, ...]) -> None:
        """One of each kind, most of the time."""
        for kind in kinds:
            self.scenario.create(kind, "First", 0)

    @rule(kind=PARTS, words=WORDS, which=ANY)
    def create(self, kind: Kind, words: str, which: int) -> None:
        self.scenario.create(kind, words, which)

    @precondition(lambda self: self.scenario.living)
    @rule(which=ANY)
    def read(self, which: int) -> None:
        self.scenario.read(self.scenario.pick(which))

    @precondition(lambda self: self.scenario.living)
    @rule(which=ANY, words=WORDS)
    def describe(self, which: int, words: str) -> None:
        operations = [{"op": "add", "path": "/description", "value": words}]
        self.scenario.patch(self.scenario.pick(which), operations)

    @precondition(lambda self: self.scenario.of(FLOW))
    @rule(which=ANY, words=WORDS, side=st.sampled_from((SEGMENTS, PROFILES)), last=st.booleans())
    def select(self, which: int, words: str, side: str, last: bool) -> None:
        value = {"type": "JSON_PATH", "value": {"path": words or "person.name"}}
        if side == SEGMENTS:
            value = {
                "type": "PLATFORM_SEGMENT",
                "value": {"id": self.scenario.uuid(), "name": words},
            }
        operations: list[dict[str, Any]] = [
            {"op": "add", "path": f"{side}/{'-' if last else 0}", "value": value},
            {"op": "add", "path": "/description", "value": words},
        ]
        self.scenario.patch(self.scenario.pick(which, FLOW), operations)

    @precondition(lambda self: self.scenario.selected())
    @rule(which=ANY)
    def unselect(self, which: int) -> None:
        self.scenario.unselect(which)

    @precondition(lambda self: any(e.spent for e in self.scenario.living))
    @rule(which=ANY)
    def stale(self, which: int) -> None:
        several = [e for e in self.scenario.living if e.spent]
        self.scenario.refuse_stale(several[which % len(several)], which)

    @precondition(lambda self: self.scenario.of(FLOW))
    @rule(which=ANY)
    def switch(self, which: int) -> None:
        self.scenario.switch(self.scenario.pick(which, FLOW))

    @precondition(lambda self: self.scenario.unused())
    @rule(which=ANY)
    def delete(self, which: int) -> None:
        self.scenario.delete(which)

    @rule(kind=PARTS)
    def list_all(self, kind: Kind) -> None:
        self.scenario.list_all(kind)
