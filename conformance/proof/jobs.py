"""What there is to try: faults, variants alone and mixed, the clean emulator, response and source mutants."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from conformance.emulator.faults import FAULTS, leniencies
from conformance.emulator.variants import VARIANTS
from conformance.engine.errors import SettingsError
from conformance.engine.world import REPEATS
from conformance.proof.arguments import SETS
from conformance.proof.emulators import StillbornError, emulator
from conformance.proof.generate import mutants, observe
from conformance.proof.intermittent import try_now_and_then
from conformance.proof.lawful import pairs, recordings, try_recording
from conformance.proof.material import Effort, hurry, material, scratch
from conformance.proof.responses import try_mutant
from conformance.proof.source import SourceMutant, sample, source_mutants
from conformance.proof.trial import Trial, judge, try_emulator, try_fault

CLEAN = "clean"
PAIRS, CORPUS = "pairs-", "corpus-"
MIXTURE, MIXTURES = "mixture-", 100
OCCASIONS = ("10", "20", "5s")


@dataclass(frozen=True)
class Job:
    """One call for a worker; `about` is what the record says of it beside the outcome."""

    set: str
    name: str
    call: Callable[..., Any]
    arguments: tuple[Any, ...]
    about: Mapping[str, Any]

    def run(self) -> Any:
        return self.call(*self.arguments)


def fault_jobs(effort: Effort) -> list[Job]:
    """One trial of each fault."""
    return [
        Job("faults", name, try_fault, (name, seam.about, effort), {"summary": seam.summary})
        for name, seam in FAULTS.all().items()
    ]


def variant_jobs(effort: Effort, runs: int) -> list[Job]:
    """So many trials of each variant, and of the clean emulator five times as many, or one."""
    jobs = []
    for name, seam in VARIANTS.all().items():
        jobs += [_lawful_job("variants", name, (name,), seam.summary, effort)] * runs
    clean = _lawful_job("variants", CLEAN, (), "", effort)
    return jobs + [clean] * (5 * runs if runs > 1 else 1)


def mixture_jobs(effort: Effort, runs: int) -> list[Job]:
    """So many trials of each of a hundred servers that have half of the variants at once."""
    variants = sorted(VARIANTS.all().keys() - leniencies().keys())
    jobs = []
    for number in range(1, MIXTURES + 1):
        half = tuple(sample(variants, len(variants) // 2, number))
        job = _lawful_job("mixtures", f"{MIXTURE}{number}", half, " ".join(half), effort)
        jobs += [job] * runs
    return jobs


def pair_jobs(effort: Effort, runs: int) -> list[Job]:
    """So many trials of each server of a covering array over the behaviours that the errata keep."""
    jobs = []
    for number, names in enumerate(pairs(VARIANTS.all()), start=1):
        job = _lawful_job("pairs", f"{PAIRS}{number}", names, " ".join(names), effort)
        jobs += [job] * runs
    return jobs


def corpus_jobs() -> list[Job]:
    """One judgement of each printed or recorded file of contracts/examples."""
    return [
        Job("corpus", f"{CORPUS}{path.stem}", try_recording, (path,), {"summary": path.parent.name})
        for path in recordings()
    ]


def _lawful_job(
    of_set: str, name: str, variants: tuple[str, ...], summary: str, effort: Effort
) -> Job:
    return Job(of_set, name, try_emulator, (name, (), variants, (), effort), {"summary": summary})


def response_jobs(effort: Effort) -> list[Job]:
    """One trial of each response mutant, with the journeys that meet it, the shortest first."""
    stock = material(effort)
    with emulator(seed=1) as given, scratch() as folder:
        run = stock.run(given, folder)
        for row in stock.rows:
            run.verdict(row)
    journeys = run.taken()
    length = {journey.name: len(journey.exchanges) for journey in journeys}
    jobs = []
    for seen in observe(journeys):
        names = tuple(sorted(seen.journeys, key=length.__getitem__))
        about = {"operation": seen.operation, "status": seen.status}
        for mutation in mutants(seen, stock.contract, stock.catalogue):
            arguments = (mutation, names, effort)
            jobs.append(Job("responses", mutation.name, try_mutant, arguments, about))
    return jobs


def intermittent_jobs(effort: Effort) -> list[Job]:
    """Three trials of each fault: it shows in one call of ten, in one of twenty, or for five seconds."""
    patient = replace(effort, sequences="full", repeats=REPEATS)
    return [
        Job(
            "intermittent",
            f"{name}@{occasion}",
            try_now_and_then,
            (f"{name}@{occasion}", seam.about, patient),
            {"summary": seam.summary},
        )
        for name, seam in FAULTS.all().items()
        for occasion in OCCASIONS
    ]


def source_jobs(effort: Effort) -> list[Job]:
    """One trial of each source mutant."""
    return [
        Job("source", mutant.name, try_source, (mutant, effort), {"module": mutant.module})
        for mutant in source_mutants()
    ]


def try_source(mutant: SourceMutant, effort: Effort) -> tuple[Trial | None, str]:
    """Judge the emulator with one mutated module; None when it does not start."""
    with scratch() as folder:
        path = folder / f"{mutant.module}.py"
        path.write_text(mutant.code(), encoding="utf-8")
        try:
            with emulator(replaced=(mutant.module, str(path))) as given:
                return judge(mutant.name, given, (), effort), mutant.change()
        except StillbornError:
            return None, mutant.change()


def choose(
    sets: Sequence[str], names: Sequence[str], effort: Effort, runs: int
) -> dict[str, list[Job]]:
    """The jobs of each set, or of those names alone. Raises SettingsError for a name that nothing has."""
    makers: dict[str, Callable[[], list[Job]]] = {
        "faults": lambda: fault_jobs(effort),
        "variants": lambda: variant_jobs(effort, runs),
        "mixtures": lambda: mixture_jobs(effort, runs),
        "pairs": lambda: pair_jobs(effort, runs),
        "corpus": corpus_jobs,
        "responses": lambda: response_jobs(effort),
        "source": lambda: source_jobs(effort),
        "intermittent": lambda: intermittent_jobs(effort),
    }
    hurry()
    if not names:
        return {name: makers[name]() for name in sets}
    return _named(names, {name: makers[name] for name in sets or SETS})


def _named(
    names: Sequence[str], makers: dict[str, Callable[[], list[Job]]]
) -> dict[str, list[Job]]:
    left, chosen = set(names), {}
    for set_name, make in makers.items():
        possible = {name for name in left if set_name in _sets_of(name)}
        jobs = make() if possible else []
        found = {n for n in possible if any(fnmatchcase(job.name, n) for job in jobs)}
        left -= found
        if found:
            chosen[set_name] = [j for j in jobs if any(fnmatchcase(j.name, n) for n in found)]
    for name in sorted(left):
        raise SettingsError(f"{name}: no fault, variant or mutant has such a name")
    return chosen


def _sets_of(name: str) -> tuple[str, ...]:
    """Where a name may stand, by its form: making all mutants takes seconds."""
    if ".py:" in name:
        return ("source",)
    for start, of_set in ((MIXTURE, "mixtures"), (PAIRS, "pairs"), (CORPUS, "corpus")):
        if name.startswith(start):
            return (of_set,)
    if "@" in name:
        return ("intermittent",)
    return ("responses",) if "." in name else ("faults", "variants")


def sampled(jobs: dict[str, list[Job]], size: int | None, seed: int) -> dict[str, list[Job]]:
    """So many jobs of each set."""
    return {name: sample(of_set, size, seed) for name, of_set in jobs.items()}
