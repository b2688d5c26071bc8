"""What one journey made and has to delete again, in memory and in the ledger of the run."""

import threading
from dataclasses import dataclass

from conformance.engine.errors import ConformanceError
from conformance.engine.kinds import (
    CLASS,
    CONNECTION,
    DATA_SET,
    FLOW,
    MAPPING_SET,
    SCHEMA,
    SOURCE,
    TARGET,
)
from conformance.engine.ledger import Ledger

ORDER = tuple(
    kind.name for kind in (FLOW, TARGET, SOURCE, CONNECTION, MAPPING_SET, DATA_SET, SCHEMA, CLASS)
)


@dataclass
class Created:
    """One entity to tidy up."""

    resource: str
    id: str
    sandbox: str
    deleted: bool = False


def in_order(entities: list[Created]) -> list[Created]:
    """As they can be deleted: what refers to others first, the newest first among equals."""
    newest_first = entities[::-1]
    return sorted(newest_first, key=lambda entity: ORDER.index(entity.resource))


class Belongings:
    """Keeps account of creates and deletes; `ledger` is None for a run that leaves nothing behind."""

    def __init__(self, ledger: Ledger | None, sandbox: str) -> None:
        self.ledger, self._sandbox = ledger, sandbox
        self.all: list[Created] = []
        self._lock = threading.Lock()

    @property
    def left(self) -> list[Created]:
        """What was not deleted yet, in the order in which it can be."""
        return in_order([one for one in self.all if not one.deleted])

    def made(self, resource: str, identifier: str, sandbox: str | None = None) -> None:
        """Remember an entity."""
        entity = Created(resource, identifier, sandbox or self._sandbox)
        with self._lock:
            if all((c.resource, c.id) != (resource, identifier) for c in self.all):
                self.all.append(entity)

    def gone(self, identifier: str, resource: str | None = None) -> None:
        """Forget an entity that was deleted."""
        for created in self.all:
            same = created.id == identifier and resource in (None, created.resource)
            if same and not created.deleted:
                created.deleted = True
                self._note_gone(created)

    def _note_gone(self, created: Created) -> None:
        if self.ledger is None:
            return
        try:
            self.ledger.gone(created.resource, created.id)
        except ConformanceError:
            return  # a sweep will look for it in vain, which does no harm
