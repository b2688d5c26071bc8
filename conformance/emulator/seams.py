"""Registries of the named changes that can be applied to an emulator."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from conformance.emulator.occasions import parse

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

Apply = Callable[["Emulator"], None]


class UnknownNameError(Exception):
    """A fault or variant that nobody registered."""


@dataclass(frozen=True, slots=True)
class Seam:
    """One named change: what it does, and the requirements or documents it is about."""

    name: str
    apply: Apply
    about: tuple[str, ...]
    summary: str


@dataclass(slots=True)
class Registry:
    """The seams of one package, found by importing all its modules."""

    package: str
    noun: str
    seams: dict[str, Seam] = field(default_factory=dict)

    def add(self, name: str, about: Sequence[str]) -> Callable[[Apply], Apply]:
        """The decorator behind `@fault` and `@variant`."""

        def keep(apply: Apply) -> Apply:
            if name in self.seams:
                raise ValueError(f"two {self.noun}s are called {name}")
            self.seams[name] = Seam(name, apply, tuple(about), (apply.__doc__ or "").strip())
            return apply

        return keep

    def all(self) -> dict[str, Seam]:
        """Every seam by name."""
        package = import_module(self.package)
        for module in pkgutil.iter_modules(package.__path__):
            import_module(f"{self.package}.{module.name}")
        return dict(sorted(self.seams.items()))

    def apply(self, emulator: Emulator, names: Sequence[str]) -> None:
        """Apply the named seams in order; `NAME@20` shows in one call of twenty, `NAME@5s` for five seconds."""
        for given in names:
            name, shows = parse(given)
            apply = self.find(name).apply
            if shows is None:
                apply(emulator)
            else:
                emulator.now_and_then(apply, shows)

    def find(self, name: str) -> Seam:
        """The seam with that name."""
        seam = self.all().get(name)
        if seam is None:
            raise UnknownNameError(f"no such {self.noun}: {name}")
        return seam
