"""Faults of the types and of the success of what the flow service answers."""

from __future__ import annotations

from conformance.emulator.alterations import fail
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import every, replace, retype, updated
from conformance.emulator.faults import fault
from conformance.emulator.routing import ENTITIES
from conformance.emulator.seams import Apply

CONTRACT = "flow-service.answers.fit-the-contract"
LAWFUL = "flow-service.answers.lawful-reads-succeed"
COUNTED = "flow-service.flows.list-count-answers-a-number"
PAGED = "flow-service.connections.list-pages-neither-repeat-nor-skip"
TESTED = "flow-service.connections.test-answers-result"
EXPLORED = "flow-service.connections.explore-describes-structure"


def _reading(operation: str, change: After) -> Apply:
    def apply(emulator: Emulator) -> None:
        emulator.after(operation, change)

    return apply


def _failing(operation: str, n: int) -> Apply:
    def apply(emulator: Emulator) -> None:
        emulator.after(operation, every(n, fail))

    return apply


def _families(kind: str, name: str, word: str) -> None:
    author = _reading(f"get{name}", updated(1, retype("/items/*/updatedClient", "array")))
    author.__doc__ = "Who updated it is an array, after an update."
    sandbox = _reading(f"list{name}s", replace("/items/*/sandboxId", ""))
    sandbox.__doc__ = "The sandbox of listed ones is empty."
    failing = _failing(f"get{name}", 5)
    failing.__doc__ = "One read in five makes the flow service fail."
    fault(f"updated-{word}-client-is-a-list", breaks=[CONTRACT])(author)
    fault(f"listed-{word}-sandbox-is-empty", breaks=[CONTRACT])(sandbox)
    fault(f"every-fifth-{word}-read-fails", breaks=[LAWFUL])(failing)


for _kind, _name in ENTITIES.items():
    _families(_kind, _name, _kind.removesuffix("s").replace("C", "-c"))


@fault("flow-last-operation-is-text", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """The last operation of a flow that is read is text."""
    emulator.after("getFlow", replace("/items/*/lastOperation", "create"))


@fault("inherited-connections-are-keyed", breaks=[CONTRACT])
def _(emulator: Emulator) -> None:
    """inheritedAttributes.sourceConnections of a listed flow is text."""
    emulator.after("listFlows", retype("/items/*/inheritedAttributes/sourceConnections", "string"))


@fault("list-count-is-text", breaks=[CONTRACT, COUNTED])
def _(emulator: Emulator) -> None:
    """The count of flows is a number in quotes."""
    emulator.after("listFlows", retype("/count", "string"))


@fault("next-link-leads-nowhere", breaks=[CONTRACT, PAGED])
def _(emulator: Emulator) -> None:
    """The next link of a list of base connections has no href."""
    emulator.after("listConnections", replace("/_links/next", {}))


@fault("connection-test-fails", breaks=[LAWFUL, TESTED])
def _(emulator: Emulator) -> None:
    """A connection test makes the flow service fail."""
    emulator.after("testConnection", fail)


@fault("every-second-exploration-fails", breaks=[LAWFUL, EXPLORED])
def _(emulator: Emulator) -> None:
    """One exploration in two makes the flow service fail."""
    emulator.after("exploreConnection", every(2, fail))


@fault("every-second-action-fails", breaks=[LAWFUL])
def _(emulator: Emulator) -> None:
    """One action on a flow in two is done but answered as a failure."""
    emulator.after("actOnFlow", every(2, fail))
