"""What an exploration draws, in small and in turn: each operation on each kind, in each state of a flow."""

from collections.abc import Callable, Iterator
from functools import partial

from conformance.engine.kinds import FLOW_SERVICE_KINDS
from conformance.engine.session import Session
from conformance.rules.generated.bench import Bench
from conformance.rules.generated.model import Living
from conformance.rules.generated.scenario import Scenario
from conformance.rules.probes.changes import describe
from conformance.rules.probes.flow_updates import SEGMENTS, add, segment

Step = Callable[[], None]


def tour(session: Session) -> None:
    """Take each step as often as the run asks for things, with a look at all there is after each."""
    bench = Bench(session)
    with bench.watched():
        scenario = Scenario(bench)
        for kind in FLOW_SERVICE_KINDS:
            scenario.create(kind, f"First {kind.name}", 0)
        chain = list(scenario.living)
        often = session.world.repeats
        for state in ("enabled", "disabled"):
            for step, times in _steps(scenario, chain):
                for _ in range(often if state in times else 1):
                    step()
            scenario.switch(chain[-1])
        for _ in range(often):
            scenario.switch(chain[-1])


def _steps(scenario: Scenario, chain: list[Living]) -> Iterator[tuple[Step, tuple[str, ...]]]:
    """Steps, each with the states of the flow in which it is repeated; other probes repeat the rest."""
    for entity in chain:
        yield partial(_describe, scenario, entity), ("enabled", "disabled")
        yield partial(scenario.refuse_stale, entity, -1), ("enabled",)
        yield partial(_come_and_go, scenario, entity), ("enabled",)
        yield partial(scenario.list_all, entity.kind), ()
    yield partial(_select, scenario, chain[-1]), ()


def _describe(scenario: Scenario, entity: Living) -> None:
    scenario.patch(entity, describe(f"Größe {len(entity.spent)} · 데이터"))


def _come_and_go(scenario: Scenario, entity: Living) -> None:
    """Another of its kind is made and deleted: a flow on the same sides, a side on the same connection."""
    scenario.create(entity.kind, f"Another {entity.kind.name}", 0)
    scenario.delete(-1)


def _select(scenario: Scenario, flow: Living) -> None:
    scenario.patch(flow, [add(f"{SEGMENTS}/-", segment("Zulu"))])
    scenario.unselect(0)
