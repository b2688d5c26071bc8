"""Whatever the documented sequences create, many times over (full profile)."""

from functools import partial
from typing import Any

from conformance.engine.expressions import Scope
from conformance.engine.kinds import KINDS, MAPPING_SET, Kind, created_names
from conformance.engine.likeness import outline
from conformance.engine.removal import remove
from conformance.engine.sequence import Runner, inputs_of
from conformance.engine.session import Session
from conformance.rules.probes.registry import probe

WORKFLOWS = ("rest-source", "streaming-destination", "table-source", "webhook-source")


def _soak(session: Session, workflow: str) -> None:
    runner = _Again(session)
    for connector in session.world.connectors.values():
        if connector.get("workflow") == workflow:
            runner.run(workflow, inputs_of(connector, f"{session.world.run} soak"))


for _workflow in WORKFLOWS:
    probe(
        f"soak-{_workflow}",
        "flow-service.*.create*",
        "flow-service.flows.*-echoed*",
        "schema-registry.*.create*",
        "catalog.*.create*",
        also=("*",),
        repeats=True,
    )(partial(_soak, workflow=_workflow))


class _Again(Runner):
    """A runner that makes again, and deletes, what no step before created with a body of the same outline.

    Mapping sets are left out: they cannot be deleted.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session, session.world.workflows, ())
        self.known: set[tuple[Kind, str]] = set()

    def step(self, step: dict[str, Any], scope: Scope, name: str) -> None:
        """Run a step, and where it creates something, many more like it."""
        super().step(step, scope, name)
        kind = KINDS[step["x-creates"]["resource"]] if "x-creates" in step else MAPPING_SET
        if kind is MAPPING_SET:
            return
        body = scope.resolve(step["requestBody"]["payload"])
        if (kind, outline(body)) not in self.known:
            self.known.add((kind, outline(body)))
            self._often(kind, body, self.places(step, scope, name), f"{name}-again")

    def _often(self, kind: Kind, body: Any, places: dict[str, dict[str, str]], step: str) -> None:
        texts = [name for name in ("name", "title", "description") if name in body]
        for number in range(self.session.world.repeats):
            own = {**body, **{name: f"{body[name]} · Größe {number}" for name in texts}}
            made = self.session.call(
                kind.create(),
                body=own,
                query=places["query"],
                headers=places["header"],
                step=step,
                halts=False,
            )
            for identifier in created_names(kind, made)[:1]:
                self.session.call(kind.get(), identifier, step=f"{step}-read", halts=False)
                remove(self.session, kind, identifier, step=f"{step}-delete", halts=False)
