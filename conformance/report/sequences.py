"""The sequences as pictures: one line for each documented call, arcs for what is handed on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from conformance.engine.exchange import ABSENT, at
from conformance.engine.verdict import BLOCKED, ORDER, UNTESTED
from conformance.report.chains import Link
from conformance.report.reference import Reference

Data = dict[str, Any]
LANE, ROW, LANES = 7, 30, 9
EXTRA = re.compile(r" \(read back\)$")


@dataclass
class Captured:
    """A value that a step takes from its answer; `value` is what it was."""

    name: str
    value: str
    users: list[int] = field(default_factory=list)


@dataclass
class Call:
    """One line of the picture. `also` are read-backs and repeats of the same call."""

    number: int
    step: str
    operation: str
    verdict: str
    seconds: float | None
    exchange: str | None
    link: Link | None
    also: list[Data] = field(default_factory=list)
    captures: list[Captured] = field(default_factory=list)
    takes: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Arc:
    """A value on its way from one line to others; `lane` is how far out it runs."""

    start: int
    ends: list[int]
    lane: int
    name: str


@dataclass
class Picture:
    """One sequence. `rest` are the requests of ours after the last documented call."""

    data: Data
    calls: list[Call]
    arcs: list[Arc]
    rest: list[Data]
    longest: float

    @property
    def width(self) -> int:
        """The room that the arcs take."""
        return (max((arc.lane for arc in self.arcs), default=0) + 2) * LANE + 2


def pictures(results: Data, reference: Reference) -> list[Picture]:
    """The picture of each sequence, those that do not hold first."""
    found = sorted(results["sequences"], key=lambda s: (ORDER.index(s["verdict"]), s["name"]))
    return [_picture(s, reference.chains.get(s["name"], []), results["exchanges"]) for s in found]


def _picture(data: Data, links: list[Link], exchanges: Data) -> Picture:
    documented = {link.step: link for link in links}
    taken, rest = _calls(data["steps"], documented)
    calls = _with_missing(taken, links)
    for number, call in enumerate(calls, 1):
        call.number = number
        _capture(call, exchanges)
    _hand_on(calls)
    longest = max((c.seconds or 0.0 for c in calls), default=0.0)
    return Picture(data, calls, _arcs(calls), rest, longest or 1.0)


def _calls(steps: Iterable[Data], documented: dict[str, Link]) -> tuple[list[Call], list[Data]]:
    calls: dict[str, Call] = {}
    rest: list[Data] = []
    for step in steps:
        name = EXTRA.sub("", step["step"])
        if name in calls:
            calls[name].also.append(step)
            calls[name].verdict = min(calls[name].verdict, step["verdict"], key=ORDER.index)
        elif name in documented or not documented:
            calls[name] = _call(step, documented.get(name))
        else:
            rest.append(step)
    return list(calls.values()), rest


def _call(step: Data, link: Link | None) -> Call:
    return Call(
        0, step["step"], step["operation"], step["verdict"], step["seconds"], step["exchange"], link
    )


def _with_missing(taken: list[Call], links: list[Link]) -> list[Call]:
    if not links:
        return taken
    by_step = {call.step: call for call in taken}
    missing = BLOCKED if len(taken) < len(links) else UNTESTED
    return [
        by_step.get(link.step) or Call(0, link.step, link.operation, missing, None, None, link)
        for link in links
    ]


def _capture(call: Call, exchanges: Data) -> None:
    exchange = exchanges.get(call.exchange or "") or {}
    body = (exchange.get("response") or {}).get("body")
    for name, place in (call.link.captures if call.link else {}).items():
        pointer = place.partition("$response.body#")[2]
        value = at(body, pointer) if pointer else ABSENT
        call.captures.append(Captured(name, "" if value is ABSENT else str(value)))


def _hand_on(calls: list[Call]) -> None:
    captured = {(c.step, one.name): (c.number, one) for c in calls for one in c.captures}
    for call in calls:
        for origin in call.link.takes if call.link else ():
            if origin in captured:
                number, one = captured[origin]
                one.users.append(call.number)
                call.takes.append((number, one.name))


def _arcs(calls: list[Call]) -> list[Arc]:
    handed = [(call.number, one) for call in calls for one in call.captures if one.users]
    busy: list[list[range]] = []
    found = []
    for start, one in sorted(handed, key=lambda pair: max(pair[1].users) - pair[0]):
        lane = _lane(busy, range(start, max(one.users)))
        found.append(Arc(start, one.users, lane, one.name))
    return found


def _lane(busy: list[list[range]], span: range) -> int:
    """The innermost lane where nothing else is on its way; the outermost one is shared."""
    for lane, spans in enumerate(busy):
        if all(other.stop <= span.start or span.stop <= other.start for other in spans):
            spans.append(span)
            return lane
    if len(busy) < LANES:
        busy.append([span])
    return len(busy) - 1
