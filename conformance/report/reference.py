"""What the contract data adds to results: documents, operations, sequences, errata, rows that no run can judge."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.engine.catalogue import Requirement, load_catalogue
from conformance.engine.contract import Operation, load_contract
from conformance.engine.data import contracts_root, fingerprint, load_checked, load_folder
from conformance.engine.sequence import load_workflows
from conformance.report.chains import Link, chain

Data = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """The contracts that lie at hand; `version` tells whether the run was held against the same."""

    version: str
    rows: dict[str, Requirement]
    operations: dict[str, Operation]
    documents: dict[str, str]
    errata: dict[str, str]
    chains: dict[str, list[Link]]


def load_reference(root: Path | None = None) -> Reference:
    """The contracts under a folder. Raises ContractDataError for a file that cannot be used."""
    place = root or contracts_root()
    workflows = load_workflows(place)
    connectors = [document for _, document in load_folder("connectors", "connector", place)]
    return Reference(
        fingerprint(place),
        load_catalogue(place).rows,
        load_contract(place).operations,
        _documents(place),
        _errata(place),
        {c["sequence"]: chain(workflows, c["workflow"]) for c in connectors if "sequence" in c},
    )


def _documents(root: Path) -> dict[str, str]:
    listed = load_checked(root / "documents.yaml", "documents")["documents"]
    return {document["id"]: document["title"] for document in listed}


def _errata(root: Path) -> dict[str, str]:
    files = load_folder("errata", "erratum", root)
    return {e["id"]: f"{e['title']}. {e['decision']}" for _, file in files for e in file["errata"]}
