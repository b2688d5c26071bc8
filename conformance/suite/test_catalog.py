from conformance.engine.catalogue import Requirement
from conformance.plugin import Settle

SERVICE = "catalog"


def test_requirement(requirement: Requirement, settle: Settle) -> None:
    settle(requirement)
