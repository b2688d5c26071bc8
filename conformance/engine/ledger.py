"""The ledger: what a run is about to create and what came of it, on disk before the next request is sent.

JSON lines, each appended whole and synced. An entry opens with the name before its create is sent, so that
whatever happens next can be found again by its id or by that name.
"""

import errno
import itertools
import json
import os
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from conformance.engine.errors import ConformanceError
from conformance.engine.kinds import KINDS

OPEN, MADE, NONE, LOST, GONE = "open", "made", "none", "lost", "gone"


@dataclass
class Entry:
    """One entity: `state` says what is known of it."""

    kind: str
    name: str | None
    sandbox: str
    id: str | None = None
    state: str = OPEN

    @property
    def may_remain(self) -> bool:
        return self.state not in (NONE, GONE)


@dataclass
class Account:
    """All that the ledger says about one run."""

    run: str
    about: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    known: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    ended: bool = False

    @property
    def remaining(self) -> list[Entry]:
        """What may still be there."""
        return [entry for entry in self.entries.values() if entry.may_remain]

    @property
    def is_going_on(self) -> bool:
        """Whether the process that began the run is alive on this machine, and holds what it locked."""
        if self.ended or self.about.get("host") != socket.gethostname():
            return False
        try:
            os.kill(int(self.about["pid"]), 0)
        except (OSError, KeyError, ValueError, TypeError):
            return False
        lock = self.about.get("lock")
        return lock is None or _is_held(Path(str(lock)))


def _is_held(path: Path) -> bool:
    """Whether a lock is held: another process may have got the number of one that died."""
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


class Ledger:
    """Writes the lines of one run. Each method raises ConformanceError when the disk does not take them."""

    _numbers = itertools.count(1)

    def __init__(self, path: Path, run: str) -> None:
        self.path, self.run = path, run

    def begin(self, about: Mapping[str, Any]) -> None:
        """Open the run, once for all its processes; a ledger whose runs have all ended starts anew."""
        here = {"host": socket.gethostname(), "pid": os.getpid()}
        read(self.path)
        self._write(b"")  # a lock is waited for where no file can be
        with FileLock(f"{self.path}.lock"):
            if all(account.ended for account in read(self.path)):
                self.path.unlink(missing_ok=True)
            if _is_cut_off(self.path):
                self._write(b"\n")
            self._append({"begins": time.time(), **here, **about})

    def intend(self, kind: str, name: str | None, sandbox: str) -> str:
        """Say that a create is about to be sent; returns the number of the entry."""
        number = f"{os.getpid()}-{next(self._numbers)}"
        self._append({"entry": number, "kind": kind, "name": name, "sandbox": sandbox}, flush=True)
        return number

    def close(self, number: str, state: str, identifier: str | None = None) -> None:
        """Say what came of an entry."""
        self._append({"entry": number, "state": state, "id": identifier})

    def gone(self, kind: str, identifier: str) -> None:
        """Say that an entity was deleted."""
        self._append({"kind": kind, "id": identifier, "state": GONE})

    def end(self) -> None:
        """Close the run: nothing that it made remains, or what does cannot be deleted."""
        self._append({"ends": time.time()})

    def account(self) -> Account:
        """What the ledger says about this run so far, by whichever of its processes."""
        return next((a for a in read(self.path) if a.run == self.run), Account(self.run))

    def _append(self, line: Mapping[str, Any], flush: bool = False) -> None:
        self._write(json.dumps({"run": self.run, **line}).encode() + b"\n", flush)

    def _write(self, data: bytes, flush: bool = False) -> None:
        """Only an intent must outlive the machine: without the rest its entity is looked for by name."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            place = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                _write_whole(place, data)
                if flush:
                    os.fsync(place)
            finally:
                os.close(place)
        except OSError as error:
            raise ConformanceError(f"--ledger {self.path}: {error.strerror}") from None


def _write_whole(place: int, data: bytes) -> None:
    written = os.write(place, data)
    if written < len(data):
        end = os.lseek(place, 0, os.SEEK_CUR)
        if os.fstat(place).st_size == end:  # nobody has written after us
            os.ftruncate(place, end - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _is_cut_off(path: Path) -> bool:
    """Whether the last line lacks its end: the machine stopped while it was written."""
    return path.exists() and path.read_bytes()[-1:] not in (b"", b"\n")


def read(path: Path) -> list[Account]:
    """What a ledger says about each run, in the order in which they began.

    A line that was cut off is passed over. Raises ConformanceError for a file that cannot be read.
    """
    if path.exists() and not path.is_file():
        raise ConformanceError(f"--ledger {path}: that is no file")
    try:
        lines = path.read_bytes().splitlines() if path.exists() else []
    except OSError as error:
        raise ConformanceError(f"--ledger {path}: {error.strerror}") from None
    accounts: dict[str, Account] = {}
    for line in _parsed(lines):
        _enter(accounts.setdefault(line["run"], Account(line["run"])), line)
    return list(accounts.values())


def _parsed(lines: Iterable[bytes]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and isinstance(found.get("run"), str):
            yield found


def _is_entry(line: dict[str, Any]) -> bool:
    texts = all(isinstance(line.get(member), str) for member in ("entry", "kind", "sandbox"))
    return texts and line["kind"] in KINDS and isinstance(line.get("name"), str | None)


def _enter(account: Account, line: dict[str, Any]) -> None:
    if "begins" in line:
        account.about = line
    elif "ends" in line:
        account.ended = True
    elif _is_entry(line):
        account.ended = False
        account.entries[line["entry"]] = Entry(line["kind"], line["name"], line["sandbox"])
    elif str(line.get("entry")) in account.entries:
        entry = account.entries[line["entry"]]
        if line.get("id"):
            entry.id = line["id"]
            account.known.setdefault((entry.kind, str(entry.id)), []).append(entry)
        entry.state = str(line.get("state")) if entry.id or line.get("state") != MADE else LOST
    elif line.get("state") == GONE:
        for entry in account.known.get((str(line.get("kind")), str(line.get("id"))), ()):
            entry.state = GONE
