"""How a run begins: the target, the token, the folder of the results, and whether anything answers."""

import os
import secrets
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from conformance.conclusion import give_up
from conformance.embedded import Embedded
from conformance.engine.authentication import issue
from conformance.engine.catalogue import READ_ONLY
from conformance.engine.client import Client
from conformance.engine.errors import SettingsError, TargetError
from conformance.engine.preflight import check_target
from conformance.engine.settings import Settings, resolve
from conformance.limits import ledger_of, limits_of
from conformance.options import OPTIONS
from conformance.recordings.choice import SHIPPED, recording_name, replay_of
from conformance.rules.run import Tape
from conformance.safety import check_command_line, check_types, check_writes
from conformance.state import State
from conformance.waivers.waiver import path_for


def prepare(options: dict[str, Any]) -> State:
    """Start the emulator unless another target is given, get a token, and look whether it answers.

    A replay needs none of these. Raises ConformanceError in one line when the run cannot begin.
    """
    if options["dry_run"]:
        raise SettingsError("--dry-run is for `aep-conformance run`, not for pytest")
    if options["target"] == "replay":
        return _replaying(options)
    embedded = None
    if not (options["base_url"] or os.environ.get("AEP_BASE_URL") or options["config"]):
        embedded = Embedded(options["fault"], options["variant"], options["seed"])
    try:
        return _prepared(options, embedded)
    except BaseException:
        if embedded:
            embedded.stop()
        raise


def _replaying(options: dict[str, Any]) -> State:
    replay = replay_of(options)
    try:
        shared = {**replay.shared(), "waivers": options["waivers"]}
        return _begun(options, shared, replay)
    except BaseException:
        replay.close()
        raise


def _prepared(options: dict[str, Any], embedded: Embedded | None) -> State:
    given = dict(options)
    if embedded:
        given |= {k: v for k, v in embedded.settings.items() if k != "access_token"}
    settings = resolve(given, {} if embedded else os.environ)
    check_command_line(options, settings)
    check_writes(options, settings)
    shared = {
        "settings": asdict(settings),
        "token": settings.access_token,
        "run": f"aepc-{secrets.token_hex(3)}",
        "waivers": _waivers(options, settings, embedded),
        "limits": asdict(limits_of(options)),
        "ledger": None if options["profile"] == READ_ONLY else str(ledger_of(options)),
    }
    if options["record"]:
        name = recording_name(options, settings.base_url, embedded is not None)
        shared["recording"] = str(Path(options["report_dir"]) / "cassettes" / name)
    folder = Path(options["report_dir"])
    try:
        shared |= {} if settings.access_token else _issued(settings)
    except TargetError as error:
        give_up(_begun(options, {**shared, "token": ""}, embedded=embedded), folder, error)
    state = _begun(options, shared, embedded=embedded)
    try:
        check_target(state.run.world)
    except TargetError as error:
        give_up(state, folder, error)
    check_types(options, state.run.world)
    state.open_ledger()
    return state


def _issued(settings: Settings) -> dict[str, Any]:
    token = issue(Client(settings))
    return {"token": token.value, "issued": asdict(token)}


def _waivers(options: dict[str, Any], settings: Settings, embedded: Embedded | None) -> str | None:
    name = SHIPPED if embedded else urlsplit(settings.base_url).netloc
    path = path_for(name, options["waivers"])
    return str(path) if path else None


def _begun(
    options: dict[str, Any],
    shared: dict[str, Any],
    tape: Tape | None = None,
    embedded: Embedded | None = None,
) -> State:
    folder = Path(options["report_dir"])
    lock = _locked(folder)
    shared["records"] = str(_fresh_folder(folder) / ".journeys")
    state = State(options, shared, tape)
    state.lock, state.embedded = lock, embedded
    state.tape.begin(state.run.itinerary)
    return state


def _locked(folder: Path) -> FileLock:
    """The folder, held for this run alone. Raises SettingsError when it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise SettingsError(f"--report-dir {folder}: another run is writing there") from None
    except OSError as error:
        raise SettingsError(f"--report-dir {folder}: {error.strerror}") from None
    return lock


def _fresh_folder(folder: Path) -> Path:
    shutil.rmtree(folder / ".journeys", ignore_errors=True)
    (folder / "results.json").unlink(missing_ok=True)
    return folder


def chosen(namespace: object) -> dict[str, Any]:
    """The values of our options in a parsed namespace."""
    return {option.dest[4:]: getattr(namespace, option.dest) for option in OPTIONS}
