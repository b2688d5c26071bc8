"""The four kinds of flow-service entities, and faults that are the same for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from conformance.emulator import runs
from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request
from conformance.emulator.faults import register as register_change
from conformance.emulator.seams import Apply
from conformance.emulator.store import Document, Record

SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"
CONTRACT = "flow-service.answers.fit-the-contract"
READS = "flow-service.answers.lawful-reads-succeed"

Condition = Callable[[Request], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its name in paths, in operations and in requirement ids."""

    name: str
    operation: str
    slug: str

    def row(self, row: str) -> str:
        """The id of a requirement on this kind; an id with dots is taken as it is."""
        return row if "." in row else f"flow-service.{self.slug}s.{row}"

    @property
    def create(self) -> str:
        """The operation that creates one."""
        return f"create{self.operation}"

    @property
    def get(self) -> str:
        """The operation that reads one."""
        return f"get{self.operation}"

    @property
    def list(self) -> str:
        """The operation that lists them."""
        return f"list{self.operation}s"

    @property
    def update(self) -> str:
        """The operation that patches one."""
        return f"update{self.operation}"

    @property
    def delete(self) -> str:
        """The operation that deletes one."""
        return f"delete{self.operation}"

    @property
    def operations(self) -> frozenset[str]:
        """All that is done with one."""
        acts = {"actOnFlow"} if self.operation == "Flow" else set()
        return frozenset(acts | {self.create, self.get, self.list, self.update, self.delete})


CONNECTION = Kind("connections", "Connection", "connection")
SOURCE = Kind("sourceConnections", "SourceConnection", "source-connection")
TARGET = Kind("targetConnections", "TargetConnection", "target-connection")
FLOW = Kind("flows", "Flow", "flow")
KINDS = (CONNECTION, SOURCE, TARGET, FLOW)
SIDES = (CONNECTION, SOURCE, TARGET)

ApplyToKind = Callable[[Emulator, Kind], None]
KIND_OF: dict[str, Kind] = {}


def family(
    name: str,
    *rows: str,
    kinds: tuple[Kind, ...] = KINDS,
    also: Mapping[Kind, Sequence[str]] | None = None,
) -> Callable[[ApplyToKind], ApplyToKind]:
    """Register a fault for each kind; `{}` in the name stands for the kind.

    `also` holds rows that only some kinds have and that the same misbehaviour breaks.
    """
    extra = also or {}

    def register(apply: ApplyToKind) -> ApplyToKind:
        for kind in kinds:
            breaks = [kind.row(row) for row in (*rows, *extra.get(kind, ()))]
            called = name.format(kind.slug)
            register_change(called, breaks)(_bound(apply, kind))
            KIND_OF[called] = kind
        return apply

    return register


def _bound(apply: ApplyToKind, kind: Kind) -> Apply:
    def bound(emulator: Emulator) -> None:
        apply(emulator, kind)

    bound.__doc__ = f"{(apply.__doc__ or '').strip().removesuffix('.')} ({kind.name})."
    return bound


def leave_behind(emulator: Emulator, kind: Kind, member: str) -> None:
    """An update of a kind leaves a member as it was."""
    usual = emulator.policy.commit

    def commit(emulator: Emulator, request: Request, record: Record, document: Document) -> None:
        before = record.document[member]
        usual(emulator, request, record, document)
        if record.kind == kind.name:
            record.document[member] = before

    emulator.policy.commit = commit


def keep_deleted(emulator: Emulator, kind: Kind, shown: Condition) -> None:
    """Only hide deleted entities of a kind, and show them to the requests of a condition."""
    visible, remove = emulator.policy.visible, emulator.policy.remove

    def hide(emulator: Emulator, request: Request, record: Record) -> None:
        if record.kind == kind.name:
            record.extra["deletedAt"] = emulator.clock.now()
            emulator.inlets.pop(record.extra.get("inlet", ""), None)
            runs.forget(emulator, record)
        else:
            remove(emulator, request, record)

    def still_visible(emulator: Emulator, request: Request, record: Record) -> bool:
        usual = visible(emulator, request, record)
        return usual and ("deletedAt" not in record.extra or shown(request))

    emulator.policy.remove = hide
    emulator.policy.visible = still_visible
