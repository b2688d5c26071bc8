from conformance.engine.catalogue import Requirement
from conformance.plugin import Settle

SERVICE = "schema-registry"


def test_requirement(requirement: Requirement, settle: Settle) -> None:
    settle(requirement)
