"""proof.json: what the proof found, as data for the report."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from conformance.engine.data import load
from conformance.engine.verdict import ERROR, FAIL
from conformance.proof.intermittent import RATE
from conformance.proof.jobs import Job
from conformance.proof.responses import Outcome
from conformance.proof.trial import Trial

Entry = dict[str, Any]
LAWFUL = ("variants", "mixtures", "pairs", "corpus")


@dataclass(frozen=True)
class Done:
    """A job and what came of it."""

    job: Job
    outcome: Any


@cache
def _reasons() -> list[Entry]:
    found: list[Entry] = load(Path(__file__).parent / "unseen.yaml")
    return found


def reason_for(name: str) -> str | None:
    """Why a trial may turn none of its rows red, where that is known."""
    fitting = (one for one in _reasons() if fnmatchcase(name, one["name"]))
    return next((str(one["reason"]) for one in fitting), None)


def fault_entry(job: Job, trial: Trial) -> Entry:
    return {
        "name": trial.name,
        "summary": job.about["summary"],
        "killed": trial.killed,
        "precise": trial.precise,
        "named": list(trial.named),
        "red": trial.red,
        "missed": trial.missed,
        "unrelated": trial.unrelated,
        "blocked": len(trial.blocked),
        "message": trial.messages.get(trial.red[0], "") if trial.red else "",
        "requests": trial.requests,
        "seconds": trial.seconds,
    }


def intermittent_entry(job: Job, trial: Trial) -> Entry:
    own = [row for row in trial.red if row in trial.named] or trial.red
    told = [row for row in own if RATE in trial.messages.get(row, "")]
    row = next(iter(told or own), "")
    return {
        "name": trial.name,
        "summary": job.about["summary"],
        "killed": bool(trial.red),
        "rated": bool(told),
        "named": list(trial.named),
        "red": trial.red,
        "message": trial.messages.get(row, ""),
        "requests": trial.requests,
        "seconds": trial.seconds,
    }


def variant_entries(done: Iterable[Done]) -> list[Entry]:
    """One entry for each lawful server, over all its runs."""
    grouped: dict[str, list[Done]] = defaultdict(list)
    for one in done:
        grouped[one.job.name].append(one)
    return [_variant_entry(name, runs) for name, runs in grouped.items()]


def _variant_entry(name: str, runs: list[Done]) -> Entry:
    trials: list[Trial] = [one.outcome for one in runs]
    not_green = {k: v for trial in trials for k, v in trial.not_green.items()}
    return {
        "name": name,
        "summary": runs[0].job.about["summary"],
        "runs": len(trials),
        "lawful": sum(trial.lawful for trial in trials),
        "red": sorted({row for trial in trials for row in trial.red}),
        "not_green": not_green,
        "seconds": round(sum(trial.seconds for trial in trials), 2),
    }


def response_entry(job: Job, outcome: Outcome) -> Entry:
    return {
        "name": outcome.name,
        "operation": job.about["operation"],
        "status": job.about["status"],
        "killed": outcome.killed,
        "warned": outcome.warned,
        "met": outcome.altered,
        "crashed": outcome.crashed,
        "red": outcome.by,
        "message": outcome.message,
        "seconds": outcome.seconds,
    }


def source_entry(job: Job, outcome: tuple[Trial | None, str]) -> Entry:
    trial, change = outcome
    red = trial.red if trial else []
    return {
        "name": job.name,
        "module": job.about["module"],
        "change": change,
        "outcome": _fate(trial),
        "killed": trial is None or not trial.lawful,
        "red": red,
        "seconds": trial.seconds if trial else 0.0,
    }


def _fate(trial: Trial | None) -> str:
    if trial is None:
        return "did not start"
    verdicts = set(trial.verdicts.values())
    if FAIL in verdicts:
        return "killed"
    if ERROR in verdicts:
        return "timed out"
    return "survived" if trial.lawful else "killed"


def entries(set_name: str, done: list[Done]) -> list[Entry]:
    """The entries of one set."""
    if set_name in LAWFUL:
        return variant_entries(done)
    make: Any = {
        "faults": fault_entry,
        "responses": response_entry,
        "source": source_entry,
        "intermittent": intermittent_entry,
    }
    return [make[set_name](one.job, one.outcome) for one in done]


def summary(set_name: str, found: list[Entry]) -> Entry:
    """Total, killed, survivors with their reasons, false alarms and precision of one set."""
    if set_name in LAWFUL:
        alarms = [e["name"] for e in found if e["lawful"] < e["runs"]]
        return {"set": set_name, "total": len(found), "false_alarms": alarms}
    lost = [e["name"] for e in found if not e["killed"]]
    return {
        "set": set_name,
        "total": len(found),
        "killed": len(found) - len(lost),
        "survivors": [{"name": name, "reason": reason_for(name)} for name in lost],
        **(_faults_summary(found) if set_name == "faults" else {}),
        **({"rated": sum(e["rated"] for e in found)} if set_name == "intermittent" else {}),
    }


def _faults_summary(found: list[Entry]) -> Entry:
    return {
        "precise": sum(e["precise"] for e in found),
        "all_named_red": sum(not e["missed"] for e in found),
        "no_unrelated_red": sum(not e["unrelated"] for e in found),
    }


def proven(summaries: Iterable[Entry]) -> bool:
    """Whether no lawful server was accused and nothing survived without a reason.

    Survivors of the source mutants are published only: many of them change nothing.
    """
    return not any(
        one.get("false_alarms")
        or (one["set"] != "source" and any(not s["reason"] for s in one.get("survivors", ())))
        for one in summaries
    )
