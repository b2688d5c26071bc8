"""What a run costs on this machine: `python -m conformance.selftest.benchmark [PROFILE ...]`.

Prints requests, seconds, CPU seconds (emulator included), peak memory of the largest process, and the
share of the time spent waiting for the target. Compare figures of one call; machines differ.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 3


def measure(profile: str, folder: Path) -> dict[str, float]:
    """One run of a profile, measured by the operating system."""
    command = [sys.executable, "-m", "conformance.cli", "run", "--profile", profile]
    started = time.monotonic()
    process = subprocess.Popen([*command, "--report-dir", str(folder)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    waiting = sum(exchange["seconds"] for exchange in results["exchanges"].values())
    return {
        "exit code": process.returncode,
        "requests": results["requests"],
        "wall s": wall,
        "cpu s": usage.ru_utime + usage.ru_stime,
        "peak MB": usage.ru_maxrss / 1024,
        "share waiting": waiting / wall,
    }


def main(profiles: list[str]) -> None:
    """Print the median of a few runs of each profile."""
    with tempfile.TemporaryDirectory() as folder:
        for profile in profiles or ["smoke", "core", "full"]:
            runs = [measure(profile, Path(folder)) for _ in range(RUNS)]
            middle = {name: sorted(run[name] for run in runs)[RUNS // 2] for name in runs[0]}
            print(profile, *(f"{name} {value:.4g}" for name, value in middle.items()), sep=" · ")


if __name__ == "__main__":
    main(sys.argv[1:])
