"""Gives each difference its class, and says why."""

from dataclasses import dataclass
from typing import Any

from conformance.engine.catalogue import Requirement
from conformance.engine.exchange import ABSENT, Exchange
from conformance.engine.verdict import Finding
from conformance.recordings.drift.comparison import Difference
from conformance.recordings.drift.consumers import hurt
from conformance.recordings.drift.documents import Documents
from conformance.recordings.drift.opinion import ADDITIVE, BREAKING, Opinion, opinion

Flip = tuple[Requirement, Finding]

WHOLE = ("removed", "retyped", "nulled", "emptied", "item removed", "body", "status", "form")
LOST = (*WHOLE, "identity", "unit", "header removed")


@dataclass(frozen=True)
class Drift:
    """A difference at its step, with its class and the reason for it."""

    difference: Difference
    exchange: Exchange
    opinion: Opinion


def review(
    documents: Documents,
    old: Exchange,
    new: Exchange,
    found: list[Difference],
    flips: list[Flip],
    used: dict[str, str],
) -> list[Drift]:
    """The differences of one step as drifts; a requirement that fails now and explains none is one of its own."""
    drifts, explained = [], set()
    asked = any(d.kind == "request" for d in found)
    for difference in found:
        mine = [flip for flip in flips if not asked and concerns(flip, difference)]
        explained |= {row.id for row, _ in mine}
        decided = (
            _as_asked(difference) if asked else _decide(documents, old, new, difference, mine, used)
        )
        drifts.append(Drift(difference, new, decided))
    rest = [] if asked else [flip for flip in flips if flip[0].id not in explained]
    return drifts + [Drift(_own(flip), new, _fails([flip])) for flip in rest]


def _as_asked(difference: Difference) -> Opinion:
    if difference.kind == "request":
        return Opinion("cosmetic", "the client asks otherwise")
    return Opinion("cosmetic", "may follow from what the client asks otherwise")


def _decide(
    documents: Documents,
    old: Exchange,
    new: Exchange,
    difference: Difference,
    flips: list[Flip],
    used: dict[str, str],
) -> Opinion:
    must = [flip for flip in flips if flip[0].level == "MUST"]
    if must:
        return _fails(must)
    if difference.kind in LOST:
        pointer, whole = difference.pointer, difference.kind in WHOLE
        use = None if _is_kept(difference, new, used) else hurt(used, pointer, whole)
        if use:
            return Opinion(BREAKING, f"a recorded consumer needs it: {use}")
    use = _misplaced(difference, used)
    if use:
        return Opinion(BREAKING, f"a recorded consumer reads it by its position: {use}")
    return _fails(flips) if flips else opinion(documents, old, new, difference)


def _misplaced(difference: Difference, used: dict[str, str]) -> str | None:
    """What the sequence reads at the position of an item that moved."""
    if difference.kind != "item order":
        return None
    pairs = zip(difference.old, difference.new, strict=True)
    places = [f"{difference.pointer}/{before}/" for before, after in pairs if before != after]
    uses = (use for place, use in used.items() if place.startswith(tuple(places)))
    return next((use for use in uses if use.startswith("the sequence reads")), None)


def _is_kept(difference: Difference, new: Exchange, used: dict[str, str]) -> bool:
    """Whether a changed status leaves all in place that the consumer took from the answer."""
    return difference.kind == "status" and all(
        new.at(place) is not ABSENT or not place.startswith("/") for place in used
    )


def _fails(flips: list[Flip]) -> Opinion:
    rows = {row.id: row for row, _ in flips}
    must = any(row.level == "MUST" for row in rows.values())
    first = flips[0][0]
    return Opinion(
        BREAKING if must else ADDITIVE,
        f"{first.level} no longer holds: {first.statement}",
        tuple(rows),
        tuple(dict.fromkeys(s for row in rows.values() for s in row.source)),
    )


def _own(flip: Flip) -> Difference:
    _, finding = flip
    return Difference(
        "requirement", finding.pointer, finding.pointer, finding.expected, finding.actual
    )


def concerns(flip: Flip, difference: Difference) -> bool:
    """Whether a requirement fails at the place of a difference."""
    row, finding = flip
    if difference.kind == "status":
        return row.check in ("status", "answer", "reads") or not finding.pointer
    if difference.kind in ("body", "form") or (
        difference.kind == "retyped" and not difference.pointer
    ):
        return True
    if difference.kind.startswith("header"):
        return difference.pointer == "content-type" and "media-type" in row.id
    return _related(finding.pointer, difference)


def _related(pointer: str, difference: Difference) -> bool:
    if not pointer:
        return False
    places: Any = {difference.pointer, difference.seen}
    if difference.kind in ("member order", "item order", "added", "item added"):
        return pointer in places
    return any(
        pointer == place or place.startswith(f"{pointer}/") or pointer.startswith(f"{place}/")
        for place in places - {""}
    )
