"""What the documents say about a place in an answer: named, printed, allowed, or judged by a requirement."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema_rs import is_valid

import conformance.rules  # noqa: F401 - registers the rules
from conformance.engine.catalogue import Catalogue, Requirement, load_catalogue
from conformance.engine.contract import Contract
from conformance.engine.data import load_folder
from conformance.engine.evidence import Evidence, Journey
from conformance.engine.exchange import ABSENT, Exchange, token
from conformance.engine.sequence import Workflows, load_workflows
from conformance.engine.verdict import Finding
from conformance.recordings.drift.printed import Example, lookup
from conformance.rules.registry import RULES, rule_for

UNREADABLE = (TypeError, AttributeError, KeyError, ValueError, IndexError)

Broken = dict[str, list[tuple[Requirement, Finding]]]


@dataclass
class Documents:
    """The contract, the catalogue, the printed answers and the sequences."""

    contract: Contract
    catalogue: Catalogue
    examples: dict[tuple[str, int], list[Example]]
    workflows: Workflows

    def broken(self, journeys: Iterable[list[Exchange]]) -> Broken:
        """By exchange id: the requirements that it breaks, and how."""
        evidence = Evidence(Journey(e[0].journey if e else "", e) for e in journeys)
        found: Broken = defaultdict(list)
        for row in self.catalogue.testable():
            if row.check == "rule" and row.id not in RULES:
                continue  # a rule of generated requests: no recording holds them
            for finding in self._findings(row, evidence):
                if not finding.holds:
                    found[finding.exchange.id].append((row, finding))
        return found

    def _findings(self, row: Requirement, evidence: Evidence) -> list[Finding]:
        """What a rule finds; one that cannot read an answer at all leaves it to the comparison."""
        try:
            return list(rule_for(row, self.contract)(evidence))
        except UNREADABLE:
            return []

    def statuses(self, exchange: Exchange) -> set[int]:
        """The documented statuses of the answer to a request."""
        if exchange.case in self.catalogue.rows:
            return set(self.catalogue[exchange.case].statuses)
        if exchange.operation not in self.contract.operations:
            return set()
        return {int(s) for s in self.contract[exchange.operation].responses if s.isdigit()}

    def media_types(self, exchange: Exchange) -> set[str]:
        """The documented media types of an answer."""
        if exchange.operation not in self.contract.operations:
            return set()
        responses = self.contract[exchange.operation].responses
        return set(responses.get(str(exchange.status), {}).get("content", {}))

    def nodes(self, exchange: Exchange, pointer: str) -> list[dict[str, Any]]:
        """The schemas that name a place in the body of an answer; none where it is undocumented."""
        if exchange.operation not in self.contract.operations:
            return []
        schema = self.contract[exchange.operation].schemas.get(str(exchange.status))
        found = [schema.schema] if schema else []
        for part in pointer.split("/")[1:]:
            found = [inner for node in found for inner in _below(node, part)]
        return found

    def forbids(self, exchange: Exchange, pointer: str, old: Any, new: Any) -> bool:
        """Whether the schemas that fit the old value at a place refuse the new one."""
        fitting = [node for node in self.nodes(exchange, pointer) if is_valid(node, old)]
        refusing = [node for node in fitting if not is_valid(node, new)]
        return bool(refusing) and not any("type" in n for n in fitting if n not in refusing)

    def printed(self, exchange: Exchange, pointer: str) -> list[tuple[str, Any]]:
        """Where the documents print such an answer, and what stands at the place (ABSENT for nothing)."""
        found = self.examples.get((exchange.operation, exchange.status), [])
        seen = ((example.source, lookup(example, pointer)) for example in found)
        return [(source, value[0]) for source, value in seen if value]


def _below(schema: Any, part: str) -> Iterator[dict[str, Any]]:
    if not isinstance(schema, dict):
        return
    for branch in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(branch, ()):
            yield from _below(inner, part)
    for branch in ("then", "else"):
        yield from _below(schema.get(branch), part)
    named = {token(k): v for k, v in schema.get("properties", {}).items()}
    inner = schema.get("items") if part.isdigit() else None
    inner = inner or named.get(part, schema.get("additionalProperties"))
    if isinstance(inner, dict):
        yield inner


def load_documents(root: Path, contract: Contract) -> Documents:
    """The documents under a contracts folder."""
    examples: dict[tuple[str, int], list[Example]] = defaultdict(list)
    for _, document in load_folder("examples", "example", root):
        for entry in document["examples"]:
            if entry["kind"] == "response" and entry.get("body", ABSENT) is not ABSENT:
                key = entry["operation"], entry["status"]
                examples[key].append(_example(entry))
    return Documents(contract, load_catalogue(root), examples, load_workflows(root))


def _example(entry: dict[str, Any]) -> Example:
    source = entry.get("source", [f"{entry['document']}:{entry['line']}"])[0]
    whole = "fragment" not in entry and "repairs" not in entry
    return Example(source, entry["body"], entry.get("fragment", ""), whole)
