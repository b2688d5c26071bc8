"""The steps of a scenario: each sends its request, notes what the model expects, and reads back what it changed."""

from typing import Any

from conformance.engine.exchange import Exchange
from conformance.engine.kinds import FLOW, LEAVING, SOURCE, TARGET, TRANSITIONAL, Kind
from conformance.rules.generated.bench import Bench, Violation, step
from conformance.rules.generated.model import Body, Living, violations
from conformance.rules.generated.rules import ANY_ORDER
from conformance.rules.probes.flow_updates import PROFILES, SEGMENTS
from conformance.rules.probes.kit import settled

LONGEST_SWITCH = 10.0
LEFT = 6


class Scenario:
    """The living entities of one scenario and its history."""

    def __init__(self, bench: Bench) -> None:
        bench.tried()
        self.bench, self.session = bench, bench.session
        self.living: list[Living] = []
        self.names: dict[str, list[str]] = {}
        self.history: list[Exchange] = []

    # -- what there is

    def of(self, kind: Kind) -> list[Living]:
        """The living of a kind."""
        return [e for e in self.living if e.kind is kind]

    def pick(self, which: int, kind: Kind | None = None) -> Living:
        """One of the living, whatever the number."""
        several = self.of(kind) if kind else self.living
        return several[which % len(several)]

    def sides(self, which: int) -> Body:
        """Source and target of a new flow: living ones, else those of the bench."""
        source = [e.id for e in self.of(SOURCE)] or [self.bench.chain.source]
        target = [e.id for e in self.of(TARGET)] or [self.bench.chain.target]
        return {
            "sourceConnectionIds": [source[which % len(source)]],
            "targetConnectionIds": [target[which % len(target)]],
        }

    def unused(self) -> list[Living]:
        """What no living flow stands on."""
        used = {part for e in self.living for part in e.parts}
        return [e for e in self.living if e.id not in used]

    def selected(self) -> list[tuple[Living, str]]:
        """Flows with a pointer to their first selectors."""
        found = []
        for flow in self.of(FLOW):
            params = flow.whole["transformations"][0]["params"]
            for side, name in ((SEGMENTS, "segmentSelectors"), (PROFILES, "profileSelectors")):
                if params.get(name, {}).get("selectors"):
                    found.append((flow, f"{side}/0"))
        return found

    def uuid(self) -> str:
        """An id for a segment."""
        return f"72ddd79b-6b0a-4e97-a8d2-{len(self.history):012d}"

    # -- steps

    @step
    def create(self, kind: Kind, words: str, which: int) -> None:
        body = self.bench.body(kind, words, self.sides(which))
        made = self._call(kind.create(), None, {"status": [201]}, body=body)
        identifier = str(self.session.take(made, "/id"))
        self.names.setdefault(kind.name, []).append(body["name"])
        sent = {k: v for k, v in body.items() if k != "auth"}
        parts = tuple(body.get("sourceConnectionIds", [])) + tuple(
            body.get("targetConnectionIds", [])
        )
        entity = Living(kind, identifier, body["name"], sent, parts=parts)
        if kind is FLOW:
            settled(self.session, identifier)
            entity.state = "enabled"
        self.living.append(entity)
        self.read(entity)

    @step
    def read(self, entity: Living) -> None:
        """The entity is as the model has it, once it has come to rest."""
        exchange = self.session.poll(
            lambda: self._call(entity.kind.get(), entity.id, entity.expected()),
            lambda read: read.at("/items/0/state") not in TRANSITIONAL,
            LONGEST_SWITCH,
        )
        entity.saw(exchange)

    def read_all(self, *first: Living) -> None:
        """What was done to one entity is seen in it, and in no other."""
        for entity in (*first, *(e for e in self.living if e not in first)):
            self.read(entity)

    @step
    def patch(self, entity: Living, operations: list[Body]) -> None:
        headers = {"If-Match": entity.etag}
        model = {"status": [200, 202]}
        self._call(entity.kind.update(), entity.id, model, body=operations, headers=headers)
        entity.changed(operations)
        self.read_all(entity)

    def unselect(self, which: int) -> None:
        several = self.selected()
        flow, pointer = several[which % len(several)]
        self.patch(flow, [{"op": "remove", "path": pointer}])

    @step
    def refuse_stale(self, entity: Living, which: int) -> None:
        body = [{"op": "add", "path": "/description", "value": "Must not be stored"}]
        headers = {"If-Match": entity.spent[which % len(entity.spent)]}
        model = {"status": [412]}
        self._call(
            entity.kind.update(), entity.id, model, body=body, headers=headers, case=ANY_ORDER
        )
        self.read_all(entity)

    @step
    def switch(self, flow: Living) -> None:
        action, state = ("disable", "disabled")
        if flow.state == "disabled":
            action, state = ("enable", "enabled")
        self._call("actOnFlow", flow.id, {"status": [200]}, query={"op": action})
        flow.state = state
        self.session.poll(
            lambda: self.session.call(
                "getFlow", flow.id, step=f"await-{state}", case=f"(becoming {state})"
            ),
            lambda exchange: exchange.at("/items/0/state") == state,
            LONGEST_SWITCH,
        )
        before, flow.etag = flow.etag, ""
        self.read_all(flow)
        if flow.etag != before:
            flow.spent.append(before)
            self.refuse_stale(flow, len(flow.spent) - 1)

    @step
    def delete(self, which: int) -> None:
        several = self.unused()
        entity = several[which % len(several)]
        self._call(entity.kind.delete(), entity.id, {"status": [200, 202, 204]})
        self.living.remove(entity)
        self.session.poll(
            lambda: self._call(entity.kind.get(), entity.id, {"status": [404]}, case=ANY_ORDER),
            lambda read: read.at("/items/0/state") != LEAVING,
            LONGEST_SWITCH,
        )
        self.read_all()

    def leave(self) -> None:
        """Delete what is left, so that the next scenario is alone; what stays is tidied up at the end."""
        for entity in reversed(self.living):
            self.session.call(entity.kind.delete(), entity.id, step="leave", halts=False)

    @step
    def list_all(self, kind: Kind) -> None:
        names = self._names(kind)
        if names:
            model = {"status": [200], "ids": [e.id for e in self.of(kind)]}
            query = {"property": f"name=={','.join(names)}", "limit": "100"}
            self._call(kind.list(), None, model, query=query)

    def _names(self, kind: Kind) -> list[str]:
        """The names of the living, and of those that left last: a query may not grow for ever."""
        living = [e.name for e in self.of(kind)]
        return living + [n for n in self.names.get(kind.name, []) if n not in living][-LEFT:]

    def _call(self, operation: str, identifier: str | None, model: Body, **call: Any) -> Exchange:
        exchange = self.session.call(
            operation, identifier, step=operation, notes={"model": model}, halts=False, **call
        )
        if exchange.error:
            self.session.stop(exchange, exchange.error)
        self.history.append(exchange)
        if violations(exchange):
            self.bench.failed(self.history)
            raise Violation(f"{operation}: {violations(exchange)[0]}")
        return exchange
