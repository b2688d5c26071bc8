"""What a replay costs beside the emulator: `python -m conformance.selftest.benchmark_replay [SEQUENCE ...]`.

Takes a sequence a few times both ways, in turns, each time in a process of its own, from the start of Python
to the end of the emulator if there is one; prints the medians of CPU seconds, all processes included, and their
ratio. `all` is every sequence in one process. Compare figures of one call; machines differ.
"""

import json
import resource
import subprocess
import sys
import tempfile
from statistics import median

RUNS = 9
WAYS = {"emulator": None, "replay": "replay"}
PHASES = ("cpu s", "of it journeys", "requests")


def take(way: str, names: list[str]) -> None:
    """Take some sequences in this process and print what they cost."""
    from conformance.options import OPTIONS
    from conformance.preparation import prepare

    options = {o.dest[4:]: o.keywords()["default"] for o in OPTIONS}
    with tempfile.TemporaryDirectory() as folder:
        only = {"sequence": names, "report_dir": folder, "target": WAYS[way]}
        state = prepare({**options, **only})
        before = _cpu(resource.RUSAGE_SELF)
        journeys = [state.run.journey(name) for name in state.run.itinerary.chosen]
        spent = _cpu(resource.RUSAGE_SELF) - before
        state.close()
    assert not [journey.reason for journey in journeys if journey.halted_at]
    whole = _cpu(resource.RUSAGE_SELF) + _cpu(resource.RUSAGE_CHILDREN)
    print(json.dumps([whole, spent, sum(len(journey.exchanges) for journey in journeys)]))


def _cpu(whose: int) -> float:
    usage = resource.getrusage(whose)
    return usage.ru_utime + usage.ru_stime


def measure(way: str, names: list[str]) -> list[float]:
    """What `take` prints in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--take", way, *names]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    found: list[float] = json.loads(ended.stdout)
    return found


def main(cases: list[str]) -> None:
    """Print the medians of each case."""
    from conformance.engine.data import contracts_root
    from conformance.rules.journeys import load_connectors

    every = [c["sequence"] for c in load_connectors(contracts_root()).values() if "sequence" in c]
    for case in cases or [*every, "all"]:
        names = every if case == "all" else [case]
        runs: dict[str, list[list[float]]] = {way: [] for way in WAYS}
        for _ in range(RUNS):
            for way in WAYS:
                runs[way].append(measure(way, names))
        middle = {
            way: [median(column) for column in zip(*found, strict=True)]
            for way, found in runs.items()
        }
        shown = [
            " ".join([way, *(f"{n} {v:.2f}" for n, v in zip(PHASES, middle[way], strict=True))])
            for way in WAYS
        ]
        ratio = middle["replay"][0] / middle["emulator"][0]
        print(case, *shown, f"cpu ratio {ratio:.2f}", sep=" · ")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--take"]:
        take(sys.argv[2], sys.argv[3:])
    else:
        main(sys.argv[1:])
