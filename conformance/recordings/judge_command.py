"""The command `aep-conformance judge`."""

import argparse
import errno
import json
import os
import sys
from pathlib import Path

from conformance.engine.data import contracts_root, fingerprint
from conformance.engine.errors import SettingsError
from conformance.engine.redaction import Redactor
from conformance.recordings.index import FILE as INDEX
from conformance.recordings.judge import Bench
from conformance.recordings.judgement import CLIENT, SERVER, Judgement
from conformance.recordings.judgement_text import lines
from conformance.recordings.loading import load
from conformance.recordings.own_run import of_run
from conformance.recordings.recorded import Recording
from conformance.recordings.traffic import Listener, Traffic
from conformance.report.results import tool_version

SUFFIXES = (".yaml", ".yml", ".json", ".har")


def judge(arguments: argparse.Namespace) -> int:
    """Judge some recordings: 0 when no MUST is broken, else 1; a file that cannot be judged is named.

    Raises SettingsError, in one line that names the file, for one that is not there, and where none
    can be judged.
    """
    bench = Bench(of_run=of_run)
    named = [path for name in arguments.files for path in _files(Path(name))]
    listener = Listener(bench.contract, Redactor(), arguments.base_path)
    traffics, refused = _heard(listener, list(dict.fromkeys(named)))
    sides = {CLIENT: not arguments.server_only, SERVER: not arguments.client_only}
    judgement = bench.judge(traffics).only(side for side, wanted in sides.items() if wanted)
    judgement.refused += refused
    sys.stdout.write("".join(f"{line}\n" for line in lines(judgement)))
    if arguments.report_dir:
        _write(Path(arguments.report_dir), judgement)
    return int(judgement.is_broken())


def _files(path: Path) -> list[Path]:
    """The recordings in a folder, or the one file."""
    if not path.is_dir():
        if not path.exists():
            raise SettingsError(f"{path}: {os.strerror(errno.ENOENT)}")
        return [path]
    found = (one for one in sorted(path.iterdir()) if one.suffix in SUFFIXES and one.name != INDEX)
    files = list(found)
    if not files:
        raise SettingsError(f"{path}: no recording in this folder")
    return files


def _heard(listener: Listener, paths: list[Path]) -> tuple[list[Traffic], list[str]]:
    """The traffic of those files that have some, and why the others have none."""
    traffics, refused = [], []
    for path in paths:
        try:
            traffics.append(_traffic(listener, load(path)))
        except SettingsError as error:
            refused.append(str(error))
    if not traffics:
        rest = f" (nor can {len(refused) - 1} more be judged)" if len(refused) > 1 else ""
        raise SettingsError(refused[0] + rest)
    return traffics, refused


def _traffic(listener: Listener, recording: Recording) -> Traffic:
    if not recording.interactions:
        raise SettingsError(f"{recording.path}: no requests in it")
    traffic = listener.recording(recording)
    if not traffic.journey.exchanges:
        number = len(recording.interactions)
        raise SettingsError(
            f"{recording.path}: none of its {number} requests calls a documented operation; "
            "give --base-path if a gateway serves them elsewhere"
        )
    return traffic


def _write(folder: Path, judgement: Judgement) -> None:
    document = judgement.to_json(fingerprint(contracts_root()), tool_version())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, indent=2, ensure_ascii=False)
        (folder / "judgement.json").write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"--report-dir {folder}: {error.strerror}") from None
