from conformance.engine.catalogue import Requirement
from conformance.plugin import Settle

SERVICE = "data-collection"


def test_requirement(requirement: Requirement, settle: Settle) -> None:
    settle(requirement)
