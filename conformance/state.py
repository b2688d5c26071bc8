"""What one process of a run holds, how it is prepared, and what it comes to."""

import shutil
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock

from conformance.embedded import Embedded
from conformance.engine import verdict as verdicts
from conformance.engine.authentication import client_for
from conformance.engine.catalogue import READ_ONLY, Catalogue, Requirement, load_catalogue
from conformance.engine.client import Client
from conformance.engine.contract import load_contract
from conformance.engine.data import contracts_root, fingerprint
from conformance.engine.errors import ConformanceError, SettingsError
from conformance.engine.ledger import Ledger
from conformance.engine.manners import Limits, Manners
from conformance.engine.redaction import Redactor
from conformance.engine.sequence import load_workflows
from conformance.engine.settings import Settings
from conformance.engine.verdict import Verdict
from conformance.engine.world import World
from conformance.recordings.choice import choose
from conformance.report import results
from conformance.rules.journeys import Itinerary, load_connectors
from conformance.rules.reading import ReadOnlyItinerary
from conformance.rules.run import Run, Tape, refusable_among, with_needs
from conformance.safety import ReadOnlyClient
from conformance.sweep import sweep_up
from conformance.waivers.settlement import settle
from conformance.waivers.waiver import read_waivers

Options = Mapping[str, Any]
RERUN_WITH = (
    *("base_url", "target", "cassettes", "name", "ca_bundle", "waivers"),
    *("allow_writes", "allow_production"),
)


class State:
    """The run as one process sees it; `shared` is what all its workers are told."""

    def __init__(self, options: Options, shared: dict[str, Any], tape: Tape | None = None) -> None:
        self.options, self.shared = options, shared
        self.embedded: Embedded | None = None
        self.lock: FileLock | None = None
        self.rows: dict[str, dict[str, Any]] = {}
        self.unjudged: dict[str, str] = {}
        self.started = time.time()
        root = contracts_root()
        self.catalogue: Catalogue = load_catalogue(root)
        self.profile: str = options["profile"]
        self.selected = self.catalogue.select(self.profile, tuple(options["requirement"]))
        self.settings = Settings(**shared["settings"])
        self.waivers = read_waivers(Path(shared["waivers"]) if shared.get("waivers") else None)
        self.tape = tape or choose(options, shared)
        self.run = self._run(root)

    def _run(self, root: Path) -> Run:
        connectors = load_connectors(root, self.settings.connectors)
        wanted = with_needs(self.selected, self.catalogue)
        only = tuple(self.options["sequence"])
        workflows = load_workflows(root)
        repeats = _whole_number("repeats", self.options) if self.profile == "full" else 1
        itinerary = (
            ReadOnlyItinerary(connectors, workflows, self.settings, only)
            if self.profile == READ_ONLY
            else Itinerary(
                connectors, workflows, self.settings, self.profile, only, wanted, repeats
            )
        )
        redactor = Redactor(self.settings.secrets())
        redactor.learn("access_token", self.shared["token"])
        world = World(
            self.settings,
            load_contract(root),
            redactor,
            self._client(redactor),
            self.shared["token"],
            self.shared["run"],
            connectors,
            workflows,
            wanted,
            refusable_among(self.catalogue),
            repeats,
            examples=_whole_number("examples", self.options),
        )
        if self.shared.get("ledger"):
            world.ledger = Ledger(Path(self.shared["ledger"]), self.shared["run"])
        records = Path(self.shared["records"])
        Client.manners = Manners(Limits(**self.shared.get("limits", {})), records)
        world = self.tape.prepare(world, itinerary)
        return Run(world, self.catalogue, itinerary, Path(self.shared["records"]), self.tape)

    def _client(self, redactor: Redactor) -> Client:
        learn = partial(redactor.learn, "access_token")
        client = client_for(self.settings, self.shared.get("issued"), learn)
        return ReadOnlyClient(client) if self.profile == READ_ONLY else client

    def open_ledger(self) -> None:
        """Begin the account of this run, before anything is created."""
        if self.run.world.ledger:
            about = {name: self.target[name] for name in ("base_url", "org_id", "sandbox")}
            lock = self.lock and str(Path(self.lock.lock_file).absolute())
            embedded = self.embedded is not None
            self.run.world.ledger.begin({**about, "embedded": embedded, "lock": lock})

    @property
    def target(self) -> dict[str, str]:
        """The target as results.json names it."""
        given, embedded = self.settings, self.embedded is not None
        target = {
            "name": "emulator" if embedded else given.base_url.split("//", 1)[-1],
            "base_url": given.base_url,
            "sandbox": given.sandbox,
            "org_id": given.org_id,
            "mode": "emulator" if embedded else "live",
        }
        return self.tape.target(target)

    def verdict(self, row: Requirement) -> Verdict:
        """The verdict on a requirement, with the waivers of the target."""
        verdict = self.waivers.revise(self.run.verdict(row))
        if verdict.verdict != verdicts.BLOCKED:
            return verdict
        named = (r for r in self.selected if any(w.names(r.id) for w in self.waivers.entries))
        causes = (self.waivers.revise(self.run.verdict(one)) for one in named)
        return self.waivers.inherit(verdict, causes)

    def finish(self, interrupted: bool) -> tuple[dict[str, Any], int]:
        """The results of the run and its exit code."""
        try:
            if not interrupted:
                self.tape.complete(self.run)
        except KeyboardInterrupt:
            interrupted = True
        outcome = self.outcome(interrupted)
        spent = self._spent()
        if spent:
            outcome["notes"].append(
                f"the run ended early: {spent}; what is untested was not reached"
            )
        faults = self.tape.faults(self.run.taken())
        code = 3 if interrupted or spent or faults else results.exit_code(outcome)
        try:
            outcome["notes"] = [*faults, *outcome["notes"]]
            folder = Path(self.options["report_dir"])
            code = max(code, settle(self.waivers, outcome, self.catalogue.rows, folder))
            outcome["notes"] += self.tape.finish(self.run, outcome, code)
        except ConformanceError as error:
            outcome["notes"].append(str(error))
            code = error.exit_code
        return outcome, code

    def tidy(self, outcome: dict[str, Any]) -> None:
        """Delete what journeys or dead workers left behind; what remains stands in the results."""
        if self.run.world.ledger:
            outcome["leftovers"] = sweep_up(self.run.world, self.run.world.ledger, outcome)

    def _spent(self) -> str | None:
        """Which budget cut journeys short, None when none did."""
        return next((j.reason for j in self.run.taken() if j.cut_short), None)

    def outcome(self, interrupted: bool) -> dict[str, Any]:
        """The results of the run so far."""
        taken = self.run.taken()
        rows = [
            self.rows.get(row.id) or self._late(row)
            for row in self.selected
            if interrupted or row.id in self.rows or row.id in self.unjudged
        ]
        notes = ["the run was interrupted: what is untested was not reached"] if interrupted else []
        self._say_how_to_rerun(rows)
        profile = self.catalogue.select(self.profile)
        whole = frozenset(row.id for row in profile if row.level == "MUST")
        missing = sorted(whole - {row["id"] for row in rows})
        return results.build(
            rows,
            taken,
            self.catalogue,
            {name: c["id"] for name, c in self.run.itinerary.sequences.items()},
            self.target,
            self.settings.shown(),
            self.profile,
            fingerprint(contracts_root()),
            self.started,
            time.time(),
            notes,
            complete=not (
                missing
                or self._is_partial()
                or not self.tape.shows(whole)
                or self._spent()
                or (interrupted and any(row["verdict"] == verdicts.UNTESTED for row in rows))
                or self.tape.faults(taken)
            ),
            scope=self.run.itinerary.scope(missing),
        )

    def _is_partial(self) -> bool:
        return bool(self.options["sequence"]) or self.profile == READ_ONLY

    def _say_how_to_rerun(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if row["verdict"] != verdicts.PASS:
                row["rerun"] = self.rerun(self.catalogue[row["id"]])

    def _late(self, row: Requirement) -> dict[str, Any]:
        """The entry of a requirement whose test an interruption or an error of the suite cut off."""
        if row.id in self.unjudged:
            return results.row_of(Verdict(row, verdicts.ERROR, self.unjudged[row.id]))
        if self.run.is_judgeable(row):
            return results.row_of(self.verdict(row))
        return results.row_of(Verdict(row, verdicts.UNTESTED, "the run ended before it"))

    def rerun(self, requirement: Requirement) -> str:
        """The command that judges one requirement again on the same target."""
        words = ["aep-conformance run", f"--requirement {requirement.id}"]
        for option in ("fault", "variant"):
            words += [f"--{option} {name}" for name in self.options[option]]
        if self.profile != requirement.profile:
            words.append(f"--profile {self.profile}")
        for option in RERUN_WITH:
            given = self.options[option]
            if given:
                flag = f"--{option.replace('_', '-')}"
                words.append(flag if given is True else f"{flag} {given}")
        return " ".join(words)

    def close(self) -> None:
        """Remove the records, let go of the process and stop the emulator."""
        self.tape.close()
        Client.manners = Manners()
        shutil.rmtree(self.run.records, ignore_errors=True)
        if self.embedded:
            self.embedded.stop()
        if self.lock:
            self.lock.release()


def _whole_number(option: str, options: Options) -> int:
    given = str(options[option])
    if not given.isdigit() or int(given) < 1:
        raise SettingsError(f"--{option} {given}: give a whole number from 1")
    return int(given)
