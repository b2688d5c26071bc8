"""What one process of a run holds, how it is prepared, and what it comes to."""

import os
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance.embedded import Embedded
from conformance.engine import verdict as verdicts
from conformance.engine.catalogue import Catalogue, Requirement, load_catalogue
from conformance.engine.client import Client, fetch_token
from conformance.engine.contract import load_contract
from conformance.engine.data import contracts_root, fingerprint
from conformance.engine.errors import ConformanceError, SettingsError
from conformance.engine.preflight import check_target
from conformance.engine.redaction import Redactor
from conformance.engine.sequence import load_workflows
from conformance.engine.session import World
from conformance.engine.settings import Settings, resolve
from conformance.engine.verdict import Verdict
from conformance.options import OPTIONS
from conformance.recordings.choice import choose, recording_name, replay_of
from conformance.report import results
from conformance.rules.journeys import Itinerary, load_connectors
from conformance.rules.run import Run, Tape, refusable_among, refusals_among, with_needs

Options = Mapping[str, Any]


class State:
    """The run as one process sees it; `shared` is what all its workers are told."""

    def __init__(self, options: Options, shared: dict[str, Any], tape: Tape | None = None) -> None:
        self.options, self.shared = options, shared
        self.embedded: Embedded | None = None
        self.rows: dict[str, dict[str, Any]] = {}
        self.started = time.time()
        root = contracts_root()
        self.catalogue: Catalogue = load_catalogue(root)
        self.profile: str = options["profile"]
        self.selected = self.catalogue.select(self.profile, tuple(options["requirement"]))
        self.settings = Settings(**shared["settings"])
        self.tape = tape or choose(options, shared)
        self.run = self._run(root)

    def _run(self, root: Path) -> Run:
        connectors = load_connectors(root, self.settings.connectors)
        wanted = with_needs(self.selected, self.catalogue)
        only = tuple(self.options["sequence"])
        itinerary = Itinerary(
            connectors, load_workflows(root), self.settings, self.profile, only, wanted
        )
        world = World(
            self.settings,
            load_contract(root),
            Redactor(self.settings.secrets()),
            Client(self.settings),
            self.shared["token"],
            self.shared["run"],
            connectors,
            wanted,
            refusals_among(self.catalogue),
            _whole_number("repeats", self.options) if self.profile == "full" else 1,
            refusable_among(self.catalogue),
            examples=_whole_number("examples", self.options),
        )
        world.redactor.learn("access_token", self.shared["token"])
        world = self.tape.prepare(world, itinerary)
        return Run(world, self.catalogue, itinerary, Path(self.shared["records"]), self.tape)

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

    def finish(self, interrupted: bool) -> tuple[dict[str, Any], int]:
        """The results of the run and its exit code."""
        try:
            if not interrupted:
                self.tape.complete(self.run)
        except KeyboardInterrupt:
            interrupted = True
        outcome = self.outcome(interrupted)
        faults = self.tape.faults(self.run.taken())
        code = 3 if interrupted or faults else results.exit_code(outcome)
        try:
            outcome["notes"] = [*faults, *outcome["notes"]]
            outcome["notes"] += self.tape.finish(self.run, outcome, code)
        except ConformanceError as error:
            outcome["notes"].append(str(error))
            code = error.exit_code
        return outcome, code

    def outcome(self, interrupted: bool) -> dict[str, Any]:
        """The results of the run so far."""
        taken = self.run.taken()
        rows = [
            self.rows.get(row.id) or self._late(row)
            for row in self.selected
            if interrupted or row.id in self.rows
        ]
        notes = ["the run was interrupted: what is untested was not reached"] if interrupted else []
        whole = {r.id for r in self.catalogue.select(self.profile) if r.level == "MUST"}
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
            complete=whole <= {row["id"] for row in rows}
            and not (self.options["sequence"] or self.tape.faults(taken)),
        )

    def _late(self, row: Requirement) -> dict[str, Any]:
        """The entry of a requirement whose test an interruption cut off."""
        if self.run.is_judgeable(row):
            return results.row_of(self.run.verdict(row))
        return results.row_of(Verdict(row, verdicts.UNTESTED, "the run ended before it"))

    def rerun(self, requirement: Requirement) -> str:
        """The command that judges one requirement again on the same target."""
        words = ["aep-conformance run", f"--requirement {requirement.id}"]
        for option in ("fault", "variant"):
            words += [f"--{option} {name}" for name in self.options[option]]
        if self.profile != requirement.profile:
            words.append(f"--profile {self.profile}")
        for option in ("base_url", "target", "cassettes", "name"):
            if self.options[option]:
                words.append(f"--{option.replace('_', '-')} {self.options[option]}")
        return " ".join(words)

    def close(self) -> None:
        """Remove the records, let go of the process and stop the emulator."""
        self.tape.close()
        shutil.rmtree(self.run.records, ignore_errors=True)
        if self.embedded:
            self.embedded.stop()


def _whole_number(option: str, options: Options) -> int:
    given = str(options[option])
    if not given.isdigit() or int(given) < 1:
        raise SettingsError(f"--{option} {given}: give a whole number from 1")
    return int(given)


def prepare(options: dict[str, Any]) -> State:
    """Start the emulator unless another target is given, get a token, and look whether it answers.

    A replay needs none of these. Raises ConformanceError in one line when the run cannot begin.
    """
    if options["target"] == "replay":
        replay = replay_of(options)
        return _begun(options, replay.shared(), replay)
    embedded = None
    if not (options["base_url"] or os.environ.get("AEP_BASE_URL") or options["config"]):
        embedded = Embedded(options["fault"], options["variant"], options["seed"])
    try:
        return _prepared(options, embedded)
    except BaseException:
        if embedded:
            embedded.stop()
        raise


def _prepared(options: dict[str, Any], embedded: Embedded | None) -> State:
    given = dict(options)
    if embedded:
        given |= {k: v for k, v in embedded.settings.items() if k != "access_token"}
    settings = resolve(given, {} if embedded else os.environ)
    shared = {
        "settings": asdict(settings),
        "token": settings.access_token or fetch_token(Client(settings)),
        "run": f"aepc-{secrets.token_hex(3)}",
    }
    if options["record"]:
        name = recording_name(options, settings.base_url, embedded is not None)
        shared["recording"] = str(Path(options["report_dir"]) / "cassettes" / name)
    state = _begun(options, shared)
    state.embedded = embedded
    check_target(state.run.world)
    return state


def _begun(options: dict[str, Any], shared: dict[str, Any], tape: Tape | None = None) -> State:
    shared["records"] = str(_fresh_folder(Path(options["report_dir"])) / ".journeys")
    state = State(options, shared, tape)
    state.tape.begin(state.run.itinerary)
    return state


def _fresh_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"--report-dir {folder}: {error.strerror}") from None
    shutil.rmtree(folder / ".journeys", ignore_errors=True)
    (folder / "results.json").unlink(missing_ok=True)
    return folder


def chosen(namespace: object) -> dict[str, Any]:
    """The values of our options in a parsed namespace."""
    return {option.dest[4:]: getattr(namespace, option.dest) for option in OPTIONS}
