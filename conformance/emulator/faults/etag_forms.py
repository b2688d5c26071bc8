"""If-Match that is compared loosely: in any letter case, or with a weak mark."""

from __future__ import annotations

from conformance.emulator.app import Emulator
from conformance.emulator.faults.kinds import Kind, family
from conformance.emulator.faults.preconditions import lenient


@family("{}-update-takes-its-etag-in-any-case", "update-with-altered-etag-is-refused")
def _(emulator: Emulator, kind: Kind) -> None:
    """If-Match is compared without regard to letter case."""
    lenient(
        emulator,
        kind,
        lambda emulator, record, etag: etag.lower() == record.document["etag"].lower(),
    )


@family("{}-update-takes-its-weak-etag", "update-with-weak-etag-is-refused")
def _(emulator: Emulator, kind: Kind) -> None:
    """If-Match with the current etag is compared weakly."""
    lenient(emulator, kind, lambda emulator, record, etag: etag == f"W/{record.document['etag']}")
