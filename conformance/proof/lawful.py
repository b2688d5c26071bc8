"""The lawful corpus: what vendor pages print and the real platform answered, and pairs of lawful behaviours."""

import json
import random
import time
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from conformance.engine.data import contracts_root, load_folder
from conformance.engine.redaction import Redactor
from conformance.engine.verdict import ERROR
from conformance.proof.trial import Trial
from conformance.recordings.judge import Bench
from conformance.recordings.loading import load
from conformance.recordings.traffic import Listener

TRIES = 60
Choice = tuple[str, str]


def recordings() -> list[Path]:
    """Return the printed, recorded and clients' exchanges, a file each."""
    return sorted((contracts_root() / "examples").rglob("*.har"))


@cache
def _bench() -> Bench:
    return Bench()


def try_recording(path: Path) -> Trial:
    """Judge one recording; red is what it is accused of beyond what its file lists with a reason."""
    started, bench = time.monotonic(), _bench()
    listed = json.loads(path.read_text(encoding="utf-8"))["log"].get("_accused", [])
    known = {(one["row"], str(one["exchange"])) for one in listed}
    traffic = Listener(bench.contract, Redactor()).recording(load(path))
    judgement = bench.judge([traffic])
    verdicts, messages = dict.fromkeys(judgement.unreadable, ERROR), {}
    for verdict in (one.verdict for one in judgement.red()):
        row = verdict.requirement.id
        if any((row, f.exchange.id.rpartition("#")[2]) not in known for f in verdict.broken):
            verdicts[row], messages[row] = verdict.verdict, verdict.message
    seconds = round(time.monotonic() - started, 2)
    asked = len(traffic.journey.exchanges)
    return Trial(path.stem, (), verdicts, messages, not verdicts, asked, seconds)


def behaviours() -> dict[str, list[str]]:
    """Return what the server may choose for each erratum that keeps several; the emulator's own is ''."""
    found = {}
    for _, document in load_folder("errata", "erratum", contracts_root()):
        for erratum in document["errata"]:
            others = [v["name"] for v in erratum.get("variants", ()) if _is_another(v)]
            if others:
                found[erratum["id"]] = ["", *others]
    return found


def _is_another(variant: dict[str, Any]) -> bool:
    return variant.get("side", "server") == "server" and "default" not in variant


def pairs(known: Iterable[str]) -> list[tuple[str, ...]]:
    """Return servers that together show each pair of behaviours of two errata, by a greedy covering array."""
    served = set(known)
    factors = {e: [n for n in names if not n or n in served] for e, names in behaviours().items()}
    factors = {erratum: names for erratum, names in factors.items() if len(names) > 1}
    left = set(_all_pairs(factors))
    chance, servers = random.Random(1), []  # noqa: S311 - the same servers each time
    while left:
        tried = [{e: chance.choice(names) for e, names in factors.items()} for _ in range(TRIES)]
        best = max(tried, key=lambda server: len(left & _pairs_of(server)))
        left -= _pairs_of(best)
        servers.append(tuple(name for name in best.values() if name))
    return servers


def _all_pairs(factors: dict[str, list[str]]) -> Iterator[tuple[Choice, Choice]]:
    for one, other in combinations(factors, 2):
        yield from (((one, a), (other, b)) for a in factors[one] for b in factors[other])


def _pairs_of(server: dict[str, str]) -> set[tuple[Choice, Choice]]:
    return set(combinations(server.items(), 2))
