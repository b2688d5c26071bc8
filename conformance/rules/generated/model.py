"""What the documents say an entity must be after what was done to it, and where an answer says otherwise."""

from dataclasses import dataclass, field
from typing import Any

from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.kinds import LEAVING, TRANSITIONAL, Kind
from conformance.engine.likeness import by_value, documented, member_names, of_the_client
from conformance.engine.patch import apply_patch, differences, missing_from
from conformance.rules.generic import said
from conformance.rules.updates import VOLATILE

Body = dict[str, Any]
Wrong = tuple[str, str, Any]


@dataclass
class Living:
    """One entity of the model: what was sent, what was last read, its etag and those it had before."""

    kind: Kind
    id: str
    name: str
    sent: Body
    whole: Body = field(default_factory=dict)
    etag: str = ""
    spent: list[str] = field(default_factory=list)
    state: str = ""
    parts: tuple[str, ...] = ()
    named: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.named |= member_names([self.sent])

    def expected(self) -> Body:
        """What a read must show, for an exchange's notes."""
        shown: Body = {"status": [200], "sent": self.sent, "spent": list(self.spent)}
        shown["whole"] = _lasting(self.whole) if self.whole else None
        shown["named"] = sorted(self.named)
        shown["etag"] = self.etag or None
        shown["state"] = self.state or None
        return shown

    def changed(self, operations: list[Body]) -> None:
        """A patch was taken: its members change, the rest does not, the etag is spent."""
        self.named |= member_names([operations])
        self.whole = apply_patch(self.whole, operations)
        self.sent = {k: v for k, v in self.whole.items() if k in self.sent}
        self.renewed()

    def renewed(self) -> None:
        """The etag that was current is spent."""
        self.spent.append(self.etag)
        self.etag = ""

    def saw(self, exchange: Exchange) -> None:
        """Take over what a read shows beyond what the model says."""
        self.whole, self.etag = dict(exchange.item), str(exchange.item.get("etag"))


def _lasting(item: Body) -> Body:
    return {k: v for k, v in documented(item).items() if k not in VOLATILE | {"state"}}


def violations(exchange: Exchange) -> list[Wrong]:
    """Pointer, expected and actual wherever an answer is not what the model noted for it."""
    model = exchange.notes["model"]
    if 404 in model["status"] and exchange.at("/items/0/state") == LEAVING:
        return []
    if exchange.status not in model["status"]:
        expected = " or ".join(map(str, model["status"]))
        return [("", f"status {expected}", said(exchange))]
    if "ids" in model:
        return _listed(exchange, model["ids"])
    return _read(exchange, model) if "sent" in model else []


def _listed(exchange: Exchange, wanted: list[str]) -> list[Wrong]:
    items = exchange.at("/items")
    found = [
        i.get("id")
        for i in (items if isinstance(items, list) else [])
        if isinstance(i, dict) and i.get("state") != LEAVING
    ]
    page = isinstance(exchange.at("/_links/next/href"), str)  # a limit is a maximum (facts:84)
    if sorted(map(str, found)) == sorted(wanted) or (page and set(map(str, found)) < set(wanted)):
        return []
    return [("/items", f"exactly {', '.join(sorted(wanted)) or 'nothing'}", str(found))]


def _read(exchange: Exchange, model: Body) -> list[Wrong]:
    item = exchange.item
    if item is ABSENT:
        return [("/items", "the entity", exchange.at("/items"))]
    found = missing_from(by_value(model["sent"]), by_value(item))
    if model["whole"] is not None:
        changed = differences(by_value(model["whole"]), by_value(_lasting(item)))
        found = found or of_the_client(changed, set(model["named"]))
    wrong = [(f"/items/0{pointer}", repr(want), actual) for pointer, want, actual in found]
    return wrong + _etag(item, model) + _state(item, model)


def _etag(item: Body, model: Body) -> list[Wrong]:
    etag, wrong = item.get("etag"), []
    if item.get("version") != etag:
        wrong.append(("/items/0/version", f"the etag {etag}", item.get("version")))
    if model["etag"] is not None and etag != model["etag"]:
        wrong.append(("/items/0/etag", f"{model['etag']}, as nothing changed", etag))
    if etag in model["spent"]:
        wrong.append(("/items/0/etag", "an etag not used before", etag))
    return wrong


def _state(item: Body, model: Body) -> list[Wrong]:
    if model["state"] is None or item.get("state") in (model["state"], *TRANSITIONAL):
        return []
    return [("/items/0/state", model["state"], item.get("state"))]
