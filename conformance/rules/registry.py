"""Which rule judges which requirement; what the catalogue states in full needs no code of its own."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from conformance.engine.catalogue import Catalogue, Requirement
from conformance.engine.contract import Contract
from conformance.engine.errors import ContractDataError
from conformance.engine.kinds import Kind
from conformance.engine.verdict import Finding, Rule
from conformance.rules import generic

KindRule = Callable[..., Iterable[Finding]]
RULES: dict[str, Rule] = {}
CLIENT_RULES: dict[str, Rule] = {}


def rule(*requirement_ids: str) -> Callable[[Rule], Rule]:
    """Register a function as the rule of one or more requirements."""

    def register(function: Rule) -> Rule:
        for requirement_id in requirement_ids:
            _add(requirement_id, function)
        return function

    return register


def client_rule(requirement_id: str) -> Callable[[Rule], Rule]:
    """Register a function as the rule of something that the documents ask of a client."""

    def register(function: Rule) -> Rule:
        _add(requirement_id, function, CLIENT_RULES)
        return function

    return register


def rule_of_kinds(statement: str, *kinds: Kind) -> Callable[[KindRule], KindRule]:
    """Register a function as the rule of the same statement on several kinds of entity."""

    def register(function: KindRule) -> KindRule:
        for kind in kinds:
            _add(kind.row(statement), partial(function, kind=kind))
        return function

    return register


def _add(requirement_id: str, function: Rule, rules: dict[str, Rule] = RULES) -> None:
    if requirement_id in rules:
        raise ContractDataError(f"two rules judge {requirement_id}")
    rules[requirement_id] = function


def rule_for(row: Requirement, contract: Contract) -> Rule:
    """The rule of a requirement."""
    match row.check:
        case "answer":
            return lambda evidence: generic.answers(evidence, row)
        case "status":
            return lambda evidence: generic.statuses(evidence, row)
        case "schema":
            return lambda evidence: generic.schema(evidence, row, contract)
        case "contract":
            return lambda evidence: generic.contract(evidence, row, contract)
        case "reads":
            return lambda evidence: generic.reads(evidence, row, contract)
        case _:
            return RULES[row.id]


def check_complete(catalogue: Catalogue, rules: Mapping[str, Rule] = RULES) -> None:
    """Every row of the catalogue that needs a rule has one, and every rule has a row.

    Raises ContractDataError naming the first that does not.
    """
    wanted = {row.id for row in catalogue.testable() if row.check == "rule"}
    for requirement_id in sorted(wanted - set(rules)):
        raise ContractDataError(
            f"{catalogue[requirement_id].file}: no rule judges {requirement_id}"
        )
    for requirement_id in sorted(set(rules) - wanted):
        raise ContractDataError(
            f"a rule judges {requirement_id}, which is no row with `check: rule`"
        )
