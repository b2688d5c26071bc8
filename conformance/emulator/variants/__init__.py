"""Variants: other behaviours that the documents allow just as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.emulator.seams import Apply, Registry

VARIANTS = Registry(__name__, "variant")


def variant(name: str, *, documents: Sequence[str]) -> Callable[[Apply], Apply]:
    """Register a variant; `documents` cites where the behaviour is documented."""
    return VARIANTS.add(name, documents)
