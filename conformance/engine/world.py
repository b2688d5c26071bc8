"""What all journeys of a run share."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.engine.client import Client
from conformance.engine.contract import Contract
from conformance.engine.ledger import Ledger
from conformance.engine.redaction import Redactor
from conformance.engine.settings import Settings

REPEATS = 21  # what one call of twenty breaks cannot fall between so many in a row


@dataclass
class World:
    """What all journeys of a run share: the target, the contract and the run's prefix.

    A request that may be refused (`refusable`) is sent `repeats` times, to meet a fault that comes and goes.
    A target that is thrown away need not be tidied up (`tidies`).
    """

    settings: Settings
    contract: Contract
    redactor: Redactor
    client: Client
    token: str
    run: str
    connectors: Mapping[str, Any] = field(default_factory=dict)
    workflows: Mapping[str, Any] = field(default_factory=dict)
    wanted: frozenset[str] = frozenset()
    refusable: frozenset[str] = frozenset()
    repeats: int = 1
    looked_up: dict[str, str] = field(default_factory=dict)
    examples: int = 5
    generation_seed: int = 6902
    sleep: Callable[[float], None] = time.sleep
    ledger: Ledger | None = None
    tidies: bool = True
