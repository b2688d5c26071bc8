"""The limits that the options of a run set: rate, requests at once, and the budgets of requests and time."""

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.engine.errors import SettingsError
from conformance.engine.manners import Limits

LEDGER = "ledger.jsonl"


def limits_of(options: Mapping[str, Any]) -> Limits:
    """The limits in the options, the time counted from now.

    Raises SettingsError for one that is no number above zero.
    """
    seconds = _number(options, "max_time")
    return Limits(
        _number(options, "max_rate"),
        _whole(options, "concurrency"),
        _whole(options, "max_requests"),
        seconds,
        time.time() + seconds if seconds else None,
    )


def ledger_of(options: Mapping[str, Any]) -> Path:
    """Where the ledger is: beside the results unless it is given a place."""
    return Path(options["ledger"] or Path(options["report_dir"]) / LEDGER)


def _number(options: Mapping[str, Any], name: str) -> float | None:
    given = options.get(name)
    if given is None:
        return None
    try:
        number = float(given)
    except ValueError:
        number = 0.0
    if not 0 < number < math.inf:
        raise SettingsError(f"--{name.replace('_', '-')} {given}: give a number above 0")
    return number


def _whole(options: Mapping[str, Any], name: str) -> int | None:
    number = _number(options, name)
    if number is not None and number != int(number):
        raise SettingsError(f"--{name.replace('_', '-')} {options[name]}: give a whole number")
    return None if number is None else int(number)
