"""Faults of what a create answers, one for classes and one for schemas."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator.alterations import stored
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import drop, every, replace, status
from conformance.emulator.faults import fault
from conformance.emulator.faults.registry_tools import (
    KINDS,
    find_renamed,
    rename,
    rename_alternate,
    retitle,
)
from conformance.emulator.seams import Apply

Make = Callable[[], After]
CREATED = "create-answers-created"
IDENTIFIER = "create-returns-identifier"
TENANT = "identifier-belongs-to-tenant"
ALTERNATE = "alternate-id-derives-from-identifier"
TITLE = "create-echoes-title"
RESOURCE_TYPE = "resource-type-names-container"


def _capitals(old: str) -> str:
    return old[:-48] + old[-48:].upper()


def _without_tenant(old: str) -> str:
    return "https://ns.adobe.com/" + "/".join(old.split("/")[4:])


def _other_digits(old: str) -> str:
    return old[:-8] + old[-7:] + ("0" if old[-8] != "0" else "1")


def _other_container(old: str) -> str:
    return old.replace(".classes.", ".mixins.").replace(".schemas.", ".mixins.")


def _other_tenant(old: str) -> str:
    return old.replace("conformancedev", "conformancestage")


ANSWERS: dict[str, tuple[str, Make]] = {
    "create-answers-200": (CREATED, lambda: status(200)),
    "create-answers-200-every-third-time": (CREATED, lambda: every(3, status(200))),
    "identifier-is-plain-http": (IDENTIFIER, lambda: rename(lambda old: "http" + old[5:])),
    "identifier-ends-in-capitals": (ALTERNATE, lambda: rename(_capitals)),
    "identifier-is-left-out": (IDENTIFIER, lambda: drop("/$id")),
    "alternate-id-lacks-underscore": (ALTERNATE, lambda: rename_alternate(lambda old: old[1:])),
    "alternate-id-ends-in-other-digits": (ALTERNATE, lambda: rename_alternate(_other_digits)),
    "title-is-lower-case": (TITLE, lambda: retitle(str.lower)),
    "title-has-a-space-every-second-time": (
        TITLE,
        lambda: every(2, retitle(lambda old: old + " ")),
    ),
    "title-is-left-out": (TITLE, lambda: drop("/title")),
    "resource-type-is-singular": (
        RESOURCE_TYPE,
        lambda: stored(replace("/meta:resourceType", lambda old: old[:-1])),
    ),
}


def _answering(operation: str, make: Make) -> Apply:
    def apply(emulator: Emulator) -> None:
        find_renamed(emulator)
        emulator.after(operation, make())

    return apply


# the contract types $id and meta:altId with a pattern too
UNFIT = ("identifier-is-plain-http", "alternate-id-lacks-underscore")


def _register(kind: str, name: str, title: str, statement: str, make: Make) -> None:
    breaks = [f"schema-registry.{kind}.{statement}"]
    breaks += ["schema-registry.answers.fit-the-contract"] if title in UNFIT else []
    if title == "title-is-lower-case":
        breaks.append(f"schema-registry.{kind}.created-{name.lower()}-is-readable")
    apply = _answering(f"create{name}", make)
    apply.__doc__ = f"Of a created {name.lower()}: {title.replace('-', ' ')}."
    fault(f"{name.lower()}-{title}", breaks=breaks)(apply)


for _kind, _name in KINDS.items():
    for _title, (_statement, _make) in ANSWERS.items():
        _register(_kind, _name, _title, _statement, _make)


def _rename_to_other_tenant(operation: str) -> Apply:
    def apply(emulator: Emulator) -> None:
        """Identifiers belong to a tenant that the stats do not name."""
        move, alternate = rename(_other_tenant), rename_alternate(_other_tenant)
        find_renamed(emulator)
        emulator.after(operation, move)
        emulator.after(operation, alternate)

    return apply


for _kind, _name in KINDS.items():
    fault(
        f"{_name.lower()}-identifier-names-other-tenant",
        breaks=[f"schema-registry.{_kind}.{TENANT}"],
    )(_rename_to_other_tenant(f"create{_name}"))
