"""Everything the emulator remembers, in memory and bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MOST_RECORDS = 20_000

Document = dict[str, Any]


@dataclass(slots=True, eq=False)
class Record:
    """One stored resource: the document clients see, and what only the emulator knows."""

    kind: str
    id: str
    org_id: str
    sandbox: str
    document: Document
    updates: int = 0
    extra: Document = field(default_factory=dict)


class Store:
    """Records by kind and id, oldest first."""

    def __init__(self) -> None:
        self._kinds: dict[str, OrderedDict[str, Record]] = {}

    def add(self, record: Record) -> Record:
        """Keep a record; the oldest of its kind makes room when there are too many."""
        records = self._kinds.setdefault(record.kind, OrderedDict())
        if len(records) >= MOST_RECORDS:
            records.popitem(last=False)
        records[record.id] = record
        return record

    def get(self, kind: str, identifier: str) -> Record | None:
        """The record with that id, whoever owns it."""
        records = self._kinds.get(kind)
        return None if records is None else records.get(identifier)

    def holds(self, record: Record) -> bool:
        """True until the record is removed."""
        return self.get(record.kind, record.id) is record

    def remove(self, record: Record) -> None:
        """Forget a record."""
        self._kinds.get(record.kind, OrderedDict()).pop(record.id, None)

    def newest_first(self, kind: str) -> Iterator[Record]:
        """Every record of a kind, whoever owns it."""
        return reversed(self._kinds.get(kind, OrderedDict()).values())
