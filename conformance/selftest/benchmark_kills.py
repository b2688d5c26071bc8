"""Runs killed at ten points each, then swept: `python -m conformance.selftest.benchmark_kills --rounds 3`.

Prints what stood in the sandbox after each kill and after the sweep; anything left then fails.
"""

import argparse
import tempfile
from pathlib import Path

from conformance.selftest.rough_network import now_and_then
from conformance.selftest.unattended import place

POINTS = 10


class KillAt:
    """Kills a process with the request of a certain number, on a network that breaks some of those before."""

    def __init__(self, number, seed, share):
        self.number, self.count, self.process = number, 0, None
        self.breaks = now_and_then(share, seed)

    def __call__(self, method, path):
        self.count += 1
        if self.count == self.number:
            self.process.kill()
        return self.breaks(method, path) if self.count < self.number else None


def killed_and_swept(number, seed, share, folder):
    """How many entities stood there after the kill, and after the sweep."""
    choose = KillAt(number, seed, share)
    with place(choose) as there:
        choose.process = there.start("run", "--report-dir", str(folder))
        choose.process.communicate(timeout=120)
        before = len(there.names())
        swept = there.command("sweep", "--yes", "--report-dir", str(folder))
        left = there.names()
    if swept.returncode or left:
        print(swept.stdout, swept.stderr, left)
    return choose.process.returncode, before, len(left)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.0)
    parser.add_argument("--requests", type=int, default=395, help="of a whole run")
    given = parser.parse_args()
    bad = 0
    for number in range(POINTS * given.rounds):
        point = 10 + number * (given.requests - 15) // (POINTS * given.rounds)
        with tempfile.TemporaryDirectory() as folder:
            code, before, after = killed_and_swept(point, number, given.share, Path(folder))
        print(f"killed at request {point}: exit {code}, {before} left by the run, {after} by sweep")
        bad += after > 0 or code != -9
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
