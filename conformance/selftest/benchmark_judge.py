"""How fast traffic is judged: `python -m conformance.selftest.benchmark_judge [EXCHANGES ...] [--profile]`.

Repeats what a client exchanged with the emulator, each time with entities of other names, and prints
exchanges per second of its own CPU time, from interactions in memory to verdicts; machines differ.
"""

import cProfile
import pstats
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

from conformance.engine.redaction import Redactor
from conformance.recordings.judge import Bench
from conformance.recordings.recorded import Recording
from conformance.recordings.traffic import Listener
from conformance.selftest.heard import heard_from
from conformance.selftest.wandering_client import Wanderer

SIZES = ("500", "2000", "8000")
_NAMES = re.compile(r"[0-9a-f]{8}(?=-[0-9a-f]{4}-|[0-9a-f]{16})")


def interactions(number: int) -> list:
    """At least so many interactions, of as many entities as they need."""
    once = heard_from(Wanderer)
    found = []
    for turn in range(-(-number // len(once))):
        found += [_renamed(one, turn) for one in once]
    return found[:number]


def _renamed(one, turn):
    """The same interaction with other ids: their first eight digits are shifted."""

    def shift(match):
        return f"{(int(match.group(), 16) + turn) % 2**32:08x}"

    fields = {
        name: _NAMES.sub(shift, getattr(one, name)) for name in ("url", "text", "answer_text")
    }
    headers = {
        k: _NAMES.sub(shift, v) if k.lower() == "if-match" else v for k, v in one.headers.items()
    }
    return replace(one, headers=headers, **fields)


def main(words: list[str]) -> None:
    """Print exchanges per second for each size."""
    bench = Bench()
    for size in [word for word in words if word.isdecimal()] or SIZES:
        recording = Recording(Path("client.yaml"), tuple(interactions(int(size))))
        profile = cProfile.Profile()
        started = time.process_time()
        if "--profile" in words:
            profile.enable()
        traffic = Listener(bench.contract, Redactor()).recording(recording)
        heard = time.process_time()
        judgement = bench.judge([traffic])
        profile.disable()
        ended = time.process_time()
        rate = judgement.requests / (ended - started)
        print(
            f"{judgement.requests} exchanges · {rate:.0f} exchanges/s · "
            f"{heard - started:.2f} s to redact · {ended - heard:.2f} s to judge · {judgement.sentence()}"
        )
        if "--profile" in words:
            pstats.Stats(profile).sort_stats("cumulative").print_stats(35)


if __name__ == "__main__":
    main(sys.argv[1:])
