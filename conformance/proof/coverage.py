"""Which MUST rows no fault kills."""

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.emulator.faults import FAULTS
from conformance.engine.catalogue import Catalogue


def must_rows(catalogue: Catalogue) -> list[str]:
    """The MUST rows that a run can observe."""
    return [row.id for row in catalogue.testable() if row.level == "MUST"]


def unnamed(catalogue: Catalogue) -> list[str]:
    """The testable MUST rows that no fault names."""
    named = {name for seam in FAULTS.all().values() for name in seam.about}
    return [name for name in must_rows(catalogue) if name not in named]


def misnamed(catalogue: Catalogue) -> list[str]:
    """What faults name although the catalogue does not, or no run can observe it."""
    known = {row.id for row in catalogue.testable()}
    named = {name for seam in FAULTS.all().values() for name in seam.about}
    return sorted(named - known)


def unkilled(catalogue: Catalogue, faults: Iterable[Mapping[str, Any]]) -> list[str]:
    """The testable MUST rows that no fault of a proof turned red by naming them."""
    killed = {name for fault in faults for name in fault["named"] if name in fault["red"]}
    return [name for name in must_rows(catalogue) if name not in killed]
