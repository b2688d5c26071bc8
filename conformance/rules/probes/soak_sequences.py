"""Whatever the documented sequences create, many times over (full profile)."""

from functools import partial
from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.expressions import Scope
from conformance.engine.kinds import KINDS, MAPPING_SET, Kind, created_names
from conformance.engine.likeness import outline
from conformance.engine.removal import remove
from conformance.engine.sequence import Runner, inputs_of
from conformance.engine.session import Session
from conformance.rules.probes.registry import probe

WORKFLOWS = ("rest-source", "streaming-destination", "table-source", "webhook-source")


def _soak(session: Session, workflow: str) -> None:
    runner = _Again(session, () if workflow == "table-source" else (MAPPING_SET,))
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

    Mapping sets cannot be deleted, so those of one workflow must do; but each is read many times.
    """

    def __init__(self, session: Session, only_read: tuple[Kind, ...]) -> None:
        super().__init__(session, session.world.workflows, ())
        self.only_read = only_read
        self.known: set[tuple[Kind, str]] = set()

    def step(self, step: dict[str, Any], scope: Scope, name: str) -> Exchange:
        """Run a step, and where it creates something, many more like it."""
        made = super().step(step, scope, name)
        if "x-creates" in step:
            self._often(step, scope, name, made)
        return made

    def _often(self, step: dict[str, Any], scope: Scope, name: str, made: Exchange) -> None:
        kind = KINDS[step["x-creates"]["resource"]]
        body = scope.resolve(step["requestBody"]["payload"])
        repeats = range(self.session.world.repeats)
        if kind is MAPPING_SET:
            for _ in repeats:
                self._read(kind, made, name)
        form = kind, outline(body)
        if kind in self.only_read or form in self.known:
            return
        self.known.add(form)
        places = self.places(step, scope, name)
        for number in repeats:
            self._again(kind, _renamed(body, number), places, name)

    def _again(self, kind: Kind, body: Any, places: dict[str, dict[str, str]], step: str) -> None:
        sent = {"body": body, "query": places["query"], "headers": places["header"]}
        made = self.session.call(kind.create(), **sent, step=f"{step}-again", halts=False)
        identifier = self._read(kind, made, step)
        if identifier and kind is not MAPPING_SET:
            remove(self.session, kind, identifier, step=f"{step}-delete", halts=False)

    def _read(self, kind: Kind, made: Exchange, step: str) -> str | None:
        identifier = next(iter(created_names(kind, made)), None)
        if identifier:
            self.session.call(kind.get(), identifier, step=f"{step}-read", halts=False)
        return identifier


def _renamed(body: Any, number: int) -> Any:
    texts = [name for name in ("name", "title", "description") if name in body]
    return body | {name: f"{body[name]} · Größe {number}" for name in texts}
