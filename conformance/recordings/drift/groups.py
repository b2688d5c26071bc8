"""Drifts that are one change seen in many places."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.recordings.drift.arguments import CLASSES
from conformance.recordings.drift.references import lengths, shape
from conformance.recordings.drift.review import Drift

PLAIN = (
    *("removed", "added", "item removed", "item added", "retyped", "nulled", "unit"),
    *("header added", "header removed", "step added"),
)


@dataclass(frozen=True)
class Group:
    """One change: the drift that tells most, and all of them."""

    first: Drift
    drifts: tuple[Drift, ...]


def grouped(drifts: Iterable[Drift]) -> list[Group]:
    """The changes, worst first, otherwise in the order of the journeys."""
    found: dict[tuple[object, ...], list[Drift]] = {}
    for drift in drifts:
        found.setdefault(_key(drift), []).append(drift)
    groups = [Group(min(same, key=_rank), tuple(same)) for same in found.values()]
    return sorted(groups, key=lambda group: _rank(group.first))


def _rank(drift: Drift) -> int:
    return CLASSES.index(drift.opinion.name)


def _key(drift: Drift) -> tuple[object, ...]:
    found = drift.difference
    if found.kind == "identity":
        return found.kind, str(found.old), str(found.new)
    if found.kind == "step missing":
        return found.kind, drift.exchange.journey, drift.opinion
    if found.kind == "id form":
        return found.kind, *lengths(found.old), *lengths(found.new)
    place = re.sub(r"/\d+(?=/|$)", "/*", found.place)
    values = () if found.kind in PLAIN else (shape(repr(found.old)), shape(repr(found.new)))
    return drift.opinion.name, found.kind, drift.exchange.operation, place, *values
