"""`aep-conformance prove`."""

import argparse
import os
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.engine.data import contracts_root, fingerprint
from conformance.engine.errors import SettingsError
from conformance.proof.arguments import add_arguments
from conformance.proof.coverage import unkilled
from conformance.proof.jobs import Job, choose, sampled
from conformance.proof.material import Effort, hurry, material, whole
from conformance.proof.record import LAWFUL, Done, entries, proven, summary
from conformance.proof.source import sample
from conformance.proof.table import line, table
from conformance.report.results import SCHEMA_VERSION, tool_version, write

DEFAULT_SETS = ("faults", "variants", "corpus", "responses")


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@dataclass
class Clock:
    """Seconds and CPU seconds since it was made, ended processes included."""

    began: float = field(default_factory=time.time)
    cpu: float = field(default_factory=_cpu)

    def figures(self) -> dict[str, Any]:
        return {
            "started": datetime.fromtimestamp(self.began, UTC).isoformat(timespec="seconds"),
            "seconds": round(time.time() - self.began, 1),
            "cpu_seconds": round(_cpu() - self.cpu, 1),
        }


def prove(options: argparse.Namespace) -> int:
    """Run the proof; 0 when every survivor is explained and no lawful server was accused."""
    _check(options)
    clock = Clock()
    effort = whole(options.profile) if options.whole else Effort(options.profile)
    jobs = _chosen(options, effort)
    options.workers = fitting(jobs, options.workers)
    done: dict[str, list[Done]] = {name: [] for name in jobs}
    for one in _work([job for of_set in jobs.values() for job in of_set], options.workers):
        done[one.job.set].append(one)
        if options.names and one.job.set not in LAWFUL:
            _say(line(one.job.set, entries(one.job.set, [one])[0]))
    proof = build(done, options, effort, clock)
    if options.names:
        _say_variants(proof)
    _say(*table(proof))
    _write(proof, options)
    return 0 if proof["proven"] else 1


def _check(options: argparse.Namespace) -> None:
    for name in ("runs", "sample", "source_mutants", "workers"):
        value = getattr(options, name)
        if value is not None and value < 1:
            flag = "-n" if name == "workers" else f"--{name.replace('_', '-')}"
            raise SettingsError(f"{flag} {value}: give a whole number from 1")


def _chosen(options: argparse.Namespace, effort: Effort) -> dict[str, list[Job]]:
    sets = options.sets or ([] if options.names else list(DEFAULT_SETS))
    if options.source_mutants and "source" not in sets and not options.names:
        sets = [*sets, "source"]
    jobs = sampled(choose(sets, options.names, effort, options.runs), options.sample, options.seed)
    if "source" in jobs:
        jobs["source"] = sample(jobs["source"], options.source_mutants, options.seed)
    return jobs


def fitting(jobs: dict[str, list[Job]], workers: int) -> int:
    """No more workers than cores where faults show for seconds: a trial that waits for its turn sees few of them."""
    timed = any(job.name.endswith("s") for job in jobs.get("intermittent", ()))
    return min(workers, os.cpu_count() or 1) if timed else workers


def _work(jobs: list[Job], workers: int) -> Iterator[Done]:
    sys.stdout.flush()
    with ProcessPoolExecutor(workers, initializer=hurry) as pool:
        for job, outcome in zip(jobs, pool.map(Job.run, jobs), strict=True):
            yield Done(job, outcome)


def build(
    done: dict[str, list[Done]], options: argparse.Namespace, effort: Effort, clock: Clock
) -> dict[str, Any]:
    """The proof as `contracts/schemas/proof.schema.json` describes it."""
    catalogue = material(effort).catalogue
    found = {name: entries(name, of_set) for name, of_set in done.items()}
    summaries = [summary(name, of_set) for name, of_set in found.items()]
    whole = "faults" in found and not options.names and not options.sample
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "aep-conformance", "version": tool_version()},
        "contracts": {"version": fingerprint(contracts_root()), "rows": len(catalogue.rows)},
        "profile": options.profile,
        "sample": options.sample,
        "seed": options.seed,
        "workers": options.workers,
        **clock.figures(),
        "proven": proven(summaries),
        "sets": summaries,
        "unkilled": unkilled(catalogue, found["faults"]) if whole else [],
        **found,
    }


def _say(*lines: str) -> None:
    for text in lines:
        sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _say_variants(proof: dict[str, Any]) -> None:
    _say(*(line(name, entry) for name in LAWFUL for entry in proof.get(name, ())))


def _write(proof: dict[str, Any], options: argparse.Namespace) -> None:
    """A proof of a few names is written only where it is told to be."""
    if options.report_dir or not options.names:
        write(Path(options.report_dir or "reports/latest") / "proof.json", proof)


def main(words: list[str]) -> int:
    """The command on its own."""
    parser = argparse.ArgumentParser(prog="aep-conformance prove", description=__doc__)
    add_arguments(parser)
    return prove(parser.parse_args(words))
