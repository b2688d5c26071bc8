"""Faults: each makes the emulator break documented facts, and names the requirements it breaks.

What no document decides is a leniency: its name stands in leniencies.yaml, and it is a variant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from conformance.emulator.seams import Apply, Registry
from conformance.emulator.variants import VARIANTS

FAULTS = Registry(__name__, "fault")


def fault(name: str, *, breaks: Sequence[str]) -> Callable[[Apply], Apply]:
    """Register a fault; `breaks` holds the ids of the requirements it breaks."""
    return register(name, breaks)


def register(name: str, breaks: Sequence[str]) -> Callable[[Apply], Apply]:
    """Register a fault, or the variant of that name where the documents leave open what it does."""
    documents = leniencies().get(name)
    return FAULTS.add(name, breaks) if documents is None else VARIANTS.add(name, documents)


@cache
def leniencies() -> dict[str, tuple[str, ...]]:
    """The documents behind each leniency, by its name."""
    listed: Any = yaml.safe_load(Path(__file__).with_name("leniencies.yaml").read_text("utf-8"))
    return {one["name"]: tuple(one["documents"]) for one in listed["leniencies"]}
