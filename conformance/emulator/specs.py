"""Connection specs and flow specs, read from the connector contracts."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from conformance.emulator.errors import bad_value
from conformance.emulator.store import Document, Record

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

# the C loader reads all contracts in a tenth of the time
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ContractsMissingError(Exception):
    """The contracts folder has no connector definitions."""


@dataclass(slots=True)
class Specs:
    """Every spec on offer, as records that belong to no organisation."""

    connection_specs: dict[str, Record] = field(default_factory=dict)
    flow_specs: dict[str, Record] = field(default_factory=dict)
    connectors: dict[str, Document] = field(default_factory=dict)

    def connection_spec(self, identifier: str) -> Document:
        """The connection spec with that id, or nothing in it."""
        record = self.connection_specs.get(identifier)
        return record.document if record else {}

    def flow_spec(self, identifier: str) -> Document:
        """The flow spec with that id, or nothing in it."""
        record = self.flow_specs.get(identifier)
        return record.document if record else {}

    def role(self, identifier: str) -> str:
        """`source`, `destination` or `store` for a connection spec id."""
        return str(self.connectors.get(identifier, {}).get("role", ""))


def default_contracts_root() -> Path:
    """The contracts beside the package, else the copy inside an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    beside = package.parent / "contracts"
    return beside if (beside / "connectors").is_dir() else package / "_contracts"


def load(contracts_root: Path) -> Specs:
    """Read `connectors/*.yaml` and `connectors/flow-specs/*.yaml`."""
    folder = contracts_root / "connectors"
    specs = Specs()
    for connector in _documents(folder):
        spec = connector["connectionSpec"]
        specs.connection_specs[spec["id"]] = Record("connectionSpecs", spec["id"], "", "", spec)
        specs.connectors[spec["id"]] = connector
    for document in _documents(folder / "flow-specs"):
        spec = document["flowSpec"]
        specs.flow_specs[spec["id"]] = Record("flowSpecs", spec["id"], "", "", spec)
    if not specs.connection_specs or not specs.flow_specs:
        raise ContractsMissingError(f"no connector contracts under {folder}")
    return specs


def _documents(folder: Path) -> list[Document]:
    texts = tuple(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml")))
    return copy.deepcopy(_parsed(texts))


@cache  # a proof makes hundreds of emulators
def _parsed(texts: tuple[str, ...]) -> list[Document]:
    return [yaml.load(text, Loader=_Loader) for text in texts]  # noqa: S506


def secrets(spec: Document, spec_name: str) -> set[str]:
    """The names of the parameters of an auth spec that hold secrets."""
    for auth in spec.get("authSpec", []):
        if auth["name"] == spec_name:
            properties = auth["spec"].get("properties", {})
            return {name for name, rule in properties.items() if rule.get("format") == "password"}
    return set()


def check_spec(emulator: Emulator, reference: Any) -> Document:
    """A `connectionSpec` must name a known spec and its version (facts:139, facts:103)."""
    if not isinstance(reference, dict) or not isinstance(reference.get("id"), str):
        raise bad_value("Please provide a valid spec id", "1413-400")
    spec = emulator.specs.connection_spec(reference["id"])
    if not spec:
        raise bad_value("Please provide a valid spec id", "1413-400")
    emulator.policy.check_spec_version(emulator, spec, reference)
    return spec


def check_spec_version(emulator: Emulator, spec: Document, reference: Document) -> None:
    """The version of a connection spec is required and must exist (facts:139)."""
    if not _same_version(reference.get("version"), spec["version"]):
        raise bad_value("Please provide a valid spec version", "1413-400")


def _same_version(given: Any, version: str) -> bool:
    """Clients and one page send 1 for 1.0 (truth:16)."""
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return bool(str(float(given)) == version if is_number else given == version)


def check_flow_spec(emulator: Emulator, reference: Any) -> Document:
    """A `flowSpec` must name a known spec; its version defaults to the latest (facts:216)."""
    if not isinstance(reference, dict) or not isinstance(reference.get("id"), str):
        raise bad_value("Please provide a valid flow spec id", "1413-400")
    spec = emulator.specs.flow_spec(reference["id"])
    if not spec or reference.get("version", spec["version"]) != spec["version"]:
        raise bad_value("Please provide a valid flow spec id", "1413-400")
    return spec
