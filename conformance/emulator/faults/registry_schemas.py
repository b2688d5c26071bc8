"""Faults of the members that only a schema has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.alterations import stored
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import drop, replace
from conformance.emulator.faults import fault
from conformance.emulator.seams import Apply

META = "/meta:registryMetadata"


def _seconds(metadata: Any) -> Any:
    return {name: _in_seconds(name, value) for name, value in metadata.items()}


def _in_seconds(name: str, value: Any) -> Any:
    return value // 1000 if name.endswith("Date") else value


def _later(metadata: Any) -> Any:
    return metadata | {"repo:lastModifiedDate": metadata["repo:lastModifiedDate"] + 1}


def _unordered(parts: list[Any]) -> list[Any]:
    return [parts[-1], *parts[:-1]] if len(parts) > 1 else parts


def _distinct(parts: list[Any]) -> list[Any]:
    return [part for index, part in enumerate(parts) if part not in parts[:index]]


def _last_bare(parts: list[Any]) -> list[Any]:
    return [*parts[:-1], {"$ref": parts[-1]["$ref"]}]


def _without_type(parts: list[Any]) -> list[Any]:
    return [{k: v for k, v in part.items() if k != "meta:xdmType"} for part in parts]


CONTRACT = "schema-registry.answers.fit-the-contract"
RETYPED = ("is-extensible-in-words", "version-is-a-number")
DESCRIPTION = "create-echoes-description"
VERSION = "first-version-is-one"
ORDER = "class-references-keep-their-order"
DECORATED = "class-references-are-decorated"
REFS = "references-are-distinct"
EXTENDS = "extends-contains-references"
CONCRETE = "is-neither-abstract-nor-extensible"
METADATA = "metadata-carries-dates-and-etag"
DATES = "metadata-dates-agree-on-create"
CLASS = "class-is-echoed"
CONTAINER = "container-is-tenant"
NAMESPACE = "namespace-derives-from-tenant"
ORGANIZATION = "organization-is-echoed"

MEMBERS: dict[str, tuple[str, Callable[[], After]]] = {
    "description-is-cut-at-ten": (DESCRIPTION, lambda: replace("/description", lambda d: d[:10])),
    "description-loses-foreign-letters": (
        DESCRIPTION,
        lambda: replace("/description", lambda d: d.encode("ascii", "replace").decode()),
    ),
    "version-is-a-number": (VERSION, lambda: replace("/version", 1.0)),
    "version-starts-at-zero": (VERSION, lambda: replace("/version", "0.0")),
    "references-are-rotated": (ORDER, lambda: replace("/allOf", _unordered)),
    "references-lose-repetitions": (ORDER, lambda: replace("/allOf", _distinct)),
    "last-reference-is-not-decorated": (DECORATED, lambda: replace("/allOf", _last_bare)),
    "refs-repeat-the-first": (REFS, lambda: replace("/refs", lambda refs: [refs[0], *refs])),
    "refs-lack-the-last": (REFS, lambda: replace("/refs", lambda refs: refs[:-1])),
    "extends-all-but-one": (EXTENDS, lambda: replace("/meta:extends", lambda old: old[1:])),
    "is-abstract": (CONCRETE, lambda: replace("/meta:abstract", True)),
    "is-extensible": (CONCRETE, lambda: replace("/meta:extensible", True)),
    "is-extensible-in-words": (CONCRETE, lambda: replace("/meta:extensible", "false")),
    "dates-are-in-seconds": (METADATA, lambda: replace(META, _seconds)),
    "dates-are-text": (METADATA, lambda: replace(f"{META}/repo:createdDate", str)),
    "metadata-lacks-etag": (METADATA, lambda: drop(f"{META}/eTag")),
    "is-modified-a-millisecond-after-creation": (DATES, lambda: replace(META, _later)),
    "class-is-its-parent": (
        CLASS,
        lambda: replace("/meta:class", "https://ns.adobe.com/xdm/data/record"),
    ),
    "container-is-global": (CONTAINER, lambda: replace("/meta:containerId", "global")),
    "namespace-has-two-underscores": (
        NAMESPACE,
        lambda: replace("/meta:tenantNamespace", lambda old: "_" + old),
    ),
    "namespace-is-another-tenants": (
        NAMESPACE,
        lambda: replace("/meta:tenantNamespace", "_conformancestage"),
    ),
    "organization-is-lower-case": (ORGANIZATION, lambda: replace("/imsOrg", str.lower)),
}


def _answering(make: Callable[[], After]) -> Apply:
    def apply(emulator: Emulator) -> None:
        emulator.after("createSchema", stored(make()))

    return apply


for _title, (_statement, _make) in MEMBERS.items():
    _apply = _answering(_make)
    _breaks = [f"schema-registry.schemas.{_statement}"]
    _breaks += [CONTRACT] if _title in RETYPED else []
    _apply.__doc__ = f"Of a created schema: {_title.replace('-', ' ')}."
    fault(f"schema-{_title}", breaks=_breaks)(_apply)
