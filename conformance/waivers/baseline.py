"""`aep-conformance baseline`: a first file of waivers from the results of a run."""

import argparse
import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from conformance.engine.data import contracts_root
from conformance.engine.errors import SettingsError
from conformance.engine.verdict import BLOCKED, FAIL, WARN
from conformance.waivers.fragments import fragment
from conformance.waivers.waiver import slug

WAIVABLE = (FAIL, WARN, BLOCKED)


def baseline(arguments: argparse.Namespace) -> int:
    """Write the file and say where; returns the exit code.

    Raises SettingsError for results that cannot be read, for a file that is there already or cannot be
    written, and for results in which nothing can be waived.
    """
    results = _read(Path(arguments.results))
    target = slug(str(results["target"]["name"]))
    path = Path(arguments.output or contracts_root() / "waivers" / f"{target}.yaml")
    if path.exists() and not arguments.force:
        raise SettingsError(f"{path}: is there already; edit it, or replace it with --force")
    if not 1 <= arguments.days <= 3650:
        raise SettingsError(f"--days {arguments.days}: give a number from 1 to 3650")
    today = datetime.now(UTC).date()
    reason = arguments.reason or f"known since the first run against {target}"
    if len(reason) < 10 or len(arguments.owner) < 2:
        raise SettingsError("--reason takes ten letters at least, --owner two")
    rows = {str(row["id"]): row for row in results["requirements"]}
    listed = [
        _entry(row, today, arguments.days, arguments.owner, reason)
        for _, row in sorted(rows.items())
        if row["verdict"] in WAIVABLE and row.get("blocked_by") not in rows
    ]
    if not listed:
        raise SettingsError(
            f"{arguments.results}: nothing fails there, so there is nothing to waive"
        )
    _write(path, target, listed)
    sys.stdout.write(f"{len(listed)} waivers written to {path}; say in each why it is tolerated\n")
    return 0


def _entry(row: dict[str, Any], today: date, days: int, owner: str, reason: str) -> dict[str, str]:
    return {
        "id": row["id"],
        "verdict": row["verdict"],
        "matches": fragment(row["message"]),
        "reason": reason,
        "owner": owner,
        "since": today.isoformat(),
        "expires": (today + timedelta(days=days)).isoformat(),
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except ValueError:
        raise SettingsError(f"{path}: no results.json of a run") from None
    if not isinstance(results, dict) or not {"target", "requirements"} <= results.keys():
        raise SettingsError(f"{path}: no results.json of a run")
    return results


def _write(path: Path, target: str, waivers: list[dict[str, str]]) -> None:
    text = yaml.safe_dump(
        {"target": target, "waivers": waivers}, sort_keys=False, allow_unicode=True, width=1000
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
