"""The embedded emulator: a faithful endpoint for all documented operations."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator as Emulator
    from conformance.emulator.server import make_emulator as make_emulator
    from conformance.emulator.server import running as running
    from conformance.emulator.server import serve as serve

__all__ = ["Emulator", "make_emulator", "running", "serve"]


def __getattr__(name: str) -> Any:
    """Import the web server only when it is wanted."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "app" if name == "Emulator" else "server"
    return getattr(import_module(f"conformance.emulator.{module}"), name)
