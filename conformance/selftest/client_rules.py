"""What the tests of the client rules share."""

import conformance.rules.client  # noqa: F401 - registers the rules
from conformance.engine.evidence import Evidence
from conformance.rules.registry import CLIENT_RULES
from conformance.selftest.builders import journey

FLOW, OTHER = "0a1b2c3d-0000-0000-0000-000000000001", "0a1b2c3d-0000-0000-0000-000000000002"
SPEC = {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}
WHOLE_FLOW = {
    "name": "f",
    "flowSpec": {"id": "6499120c-0b15-42dc-936e-847ea3c24d72"},
    "sourceConnectionIds": [FLOW],
    "targetConnectionIds": [OTHER],
}


def judged(statement, *exchanges):
    """Whether each finding of a rule holds, in order."""
    found = CLIENT_RULES[f"client.{statement}"](Evidence([journey(*exchanges)]))
    return [finding.holds for finding in found]
