"""Updates that store a patched text other than it was sent."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from conformance.emulator.app import Emulator
from conformance.emulator.faults.kinds import FLOW, SOURCE, Kind, family
from conformance.emulator.faults.updates_stored import LONG, STORES, at_commit
from conformance.emulator.store import Document


def at_patched_text(emulator: Emulator, kind: Kind, change: Callable[[str], str]) -> None:
    """Change a patched description just before it is stored."""

    def rewrite(before: Document, after: Document, paths: set[str]) -> None:
        if "/description" in paths and isinstance(after.get("description"), str):
            after["description"] = change(after["description"])

    at_commit(emulator, kind, rewrite)


LOWERED = {**LONG, FLOW: (*LONG[FLOW], "patch-replaces-a-value")}


@family("{}-update-lowers-the-description", STORES, also=LOWERED, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A patched description is stored in lower case."""
    at_patched_text(emulator, kind, str.lower)


@family("{}-update-trims-the-description", STORES, also=LONG, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A patched description loses the blanks at its ends."""
    at_patched_text(emulator, kind, str.strip)


@family("{}-update-cuts-long-text", STORES, also=LONG, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A patched description is cut after 255 characters."""
    at_patched_text(emulator, kind, lambda text: text[:255])


@family("{}-update-cuts-very-long-text", STORES, also=LONG, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A patched description is cut after 1023 characters."""
    at_patched_text(emulator, kind, lambda text: text[:1023])


@family("{}-update-loses-emoji", STORES, also=LONG, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """Characters above the basic plane become replacement characters."""
    at_patched_text(
        emulator,
        kind,
        lambda text: "".join("\ufffd" if ord(one) > 0xFFFF else one for one in text),
    )


@family("{}-update-composes-characters", STORES, also=LONG, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """A patched description is normalised to composed characters."""
    at_patched_text(emulator, kind, lambda text: unicodedata.normalize("NFC", text))


@family("{}-update-flattens-line-ends", STORES, also=LONG, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """Line ends in a patched description become blanks."""
    at_patched_text(emulator, kind, lambda text: " ".join(text.splitlines()))
