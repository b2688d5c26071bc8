"""How far a recording may be trusted: where it comes from, its age, and how to make it anew."""

import shlex
from datetime import UTC, datetime
from pathlib import Path

from conformance.engine.catalogue import READ_ONLY
from conformance.engine.data import contracts_root, fingerprint
from conformance.recordings.index import Index


def again(index: Index, folder: Path) -> str:
    """The advice to record the same again, with the command."""
    words = ["aep-conformance", "record", "--profile", index.profile]
    if index.target["mode"] == "live":
        words += ["--base-url", index.target["base_url"]]
        words += ["--allow-writes"] if index.profile != READ_ONLY else []
    for name in index.sequences:
        words += ["--sequence", name]
    words += ["--name", folder.name, "--cassettes", str(folder.parent)]
    return f"record it again: {shlex.join(words)}"


def notes(index: Index, folder: Path, most_days: int) -> list[str]:
    """What a reader of a replay's verdict has to know of its recording."""
    days = index.days_old(datetime.now(UTC))
    found = [
        f"replayed from {folder}, recorded {index.recorded} from {index.target['base_url']}"
        f" by aep-conformance {index.tool}"
    ]
    if days > most_days:
        found.append(f"warning: recorded {days} days ago; {again(index, folder)}")
    if index.contracts != fingerprint(contracts_root()):
        found.append(
            "warning: recorded with other contracts than these; a requirement that is newer than the"
            f" recording is not applicable; to judge it, {again(index, folder)}"
        )
    return found
