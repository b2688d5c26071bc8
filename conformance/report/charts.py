"""The geometry of the small charts: numbers in, places in an SVG out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.engine.verdict import BLOCKED, ERROR, FAIL, UNTESTED, WAIVED, WARN

Data = dict[str, Any]
COLUMN, GAP, HEIGHT = 12, 4, 96
STACKED = (FAIL, ERROR, BLOCKED, UNTESTED, WARN, WAIVED)
WIDE, HIGH = 150, 26


@dataclass(frozen=True)
class Block:
    """One verdict in the column of a run."""

    verdict: str
    x: float
    y: float
    height: float


@dataclass
class Columns:
    """For each run a column of what does not hold; `top` is the number that the full height stands for."""

    width: int
    height: int
    top: int
    blocks: list[Block] = field(default_factory=list)


def columns(runs: Sequence[Data]) -> Columns:
    """The chart of the verdicts other than pass over some runs."""
    counted = [{v: _number(run, v) for v in STACKED} for run in runs]
    top = max(4, *(sum(counts.values()) for counts in counted))
    chart = Columns(len(runs) * (COLUMN + GAP) + GAP, HEIGHT, top)
    for position, counts in enumerate(counted):
        floor = float(HEIGHT)
        for verdict in STACKED:
            height = counts[verdict] * HEIGHT / top
            floor -= height
            if height:
                x = GAP + position * (COLUMN + GAP)
                chart.blocks.append(Block(verdict, x, round(floor, 1), round(height, 1)))
    return chart


def _number(run: Data, verdict: str) -> int:
    return sum(int(level[verdict]) for level in run["counts"].values())


@dataclass(frozen=True)
class Line:
    """The times of one operation over the runs: points of two lines, and the last values in seconds."""

    operation: str
    p50: str
    p95: str
    last: Data
    middle: float | None
    top: float


def lines(runs: Sequence[Data]) -> list[Line]:
    """A chart for each operation of the last run, slowest first."""
    now = {n: o["seconds"] for n, o in runs[-1].get("operations", {}).items() if "seconds" in o}
    found = [_line(name, last, runs) for name, last in now.items()]
    return sorted(found, key=lambda line: -float(line.last["p95"]))


def _line(name: str, last: Data, runs: Sequence[Data]) -> Line:
    seen = [run.get("operations", {}).get(name, {}).get("seconds") for run in runs]
    known = [s for s in seen if s]
    top = max(s["p95"] for s in known) or 1.0
    before = sorted(s["p50"] for s in known[:-1])
    middle = before[len(before) // 2] if before else None
    points = {p: _points([s[p] if s else None for s in seen], top) for p in ("p50", "p95")}
    return Line(name, points["p50"], points["p95"], last, middle, top)


def _points(values: Iterable[float | None], top: float) -> str:
    listed = list(values)
    step = (WIDE - 4) / max(1, len(listed) - 1)
    return " ".join(
        f"{2 + i * step:.1f},{HIGH - 2 - value / top * (HIGH - 4):.1f}"
        for i, value in enumerate(listed)
        if value is not None
    )
