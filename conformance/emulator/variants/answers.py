"""Variants that only alter an answer, read from answers.yaml."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from conformance.emulator.alterations import refuse
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import body, drop, members, only_if, rename, replace, retype
from conformance.emulator.exchange import Request, Response
from conformance.emulator.variants import VARIANTS


def _date_time(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="milliseconds")


CHANGES: dict[str, Callable[[Any], After]] = {
    "drop": drop,
    "rename": lambda given: rename(given["at"], given["to"]),
    "replace": lambda given: replace(given["at"], given["with"]),
    "retype": lambda given: retype(given["at"], given["as"]),
    "unquote": lambda pointer: replace(pointer, lambda text: text.strip('"')),
    "date": lambda pointer: replace(pointer, _date_time),
    "refuse": refuse,
    "answer": body,
}


def _apply(row: dict[str, Any], emulator: Emulator) -> None:
    only = row.get("only", {})

    def chosen(request: Request, response: Response, emulator: Emulator) -> bool:
        wanted = only.get("members", {})
        told = {pointer: members(response.payload, pointer) for pointer in wanted}
        fits = all(told[pointer] == [value] for pointer, value in wanted.items())
        return response.status == only.get("status", response.status) and fits

    for operation in row["operations"]:
        for change in row["changes"]:
            (name, given), *_ = change.items()
            when = "error" if "status" in only else "success"
            emulator.after(operation, only_if(chosen, CHANGES[name](given)), when=when)


def _register() -> None:
    listed = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    for row in listed["variants"]:
        apply = partial(_apply, row)
        apply.__doc__ = row["summary"]
        VARIANTS.add(row["name"], row["documents"])(apply)


_register()
