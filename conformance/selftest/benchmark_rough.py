"""Run after run over a network that breaks some requests: `python -m conformance.selftest.benchmark_rough --runs 200`.

Prints each run that is not conformant, and at the end the runs, breaks, retries, wrong verdicts and leftovers.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path

from conformance.embedded import Embedded
from conformance.selftest.command import run_command
from conformance.selftest.rough_network import RoughNetwork, now_and_then


def one_run(emulator, network, folder, *words):
    """results.json of one run of the command through the network, and its exit code."""
    given = {k: v for k, v in emulator.settings.items() if k != "base_url"}
    environ = {f"AEP_{k.upper()}": v for k, v in given.items() if not k.endswith("_url")}
    ended = run_command(
        "run", "--report-dir", str(folder), *words, AEP_BASE_URL=network.url, **environ
    )
    if not (folder / "results.json").exists():
        raise SystemExit(ended.stdout[-3000:] + ended.stderr[-3000:])
    return json.loads((folder / "results.json").read_text()), ended


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--profile", default="core")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    codes, verdicts, broken = Counter(), Counter(), Counter()
    requests = retries = left = 0
    started = time.monotonic()
    for number in range(given.runs):
        emulator = Embedded()
        choose = now_and_then(given.share, given.seed + number)
        with (
            RoughNetwork(emulator.settings["base_url"], choose) as network,
            tempfile.TemporaryDirectory() as folder,
        ):
            found, ended = one_run(emulator, network, Path(folder), "--profile", given.profile)
        emulator.stop()
        codes[ended.returncode] += 1
        requests, retries = requests + found["requests"], retries + found["retries"]
        broken += network.broken
        remaining = [one for one in found["leftovers"] if one["resource"] != "mappingSet"]
        left += len(remaining)
        for one in remaining:
            print(f"run {number} (seed {given.seed + number}): left behind {one}")
        bad = [r for r in found["requirements"] if r["verdict"] not in ("pass", "not-applicable")]
        verdicts.update(r["verdict"] for r in found["requirements"])
        for note in found["notes"]:
            print(f"run {number} (seed {given.seed + number}): {note}")
        for row in bad[:4]:
            print(
                f"run {number} (seed {given.seed + number}): {row['verdict']} {row['id']}: {row['message']}"
            )
    print(f"runs {given.runs}, exit codes {dict(codes)}, {time.monotonic() - started:.0f} s")
    print(
        f"requests {requests}, retries {retries}, broken on the wire {sum(broken.values())}: {dict(broken)}"
    )
    print(
        f"verdicts {dict(verdicts)}; wrong {verdicts['fail'] + verdicts['warn']}; left behind {left}"
    )
    return 1 if verdicts["fail"] or verdicts["warn"] or left else 0


if __name__ == "__main__":
    raise SystemExit(main())
