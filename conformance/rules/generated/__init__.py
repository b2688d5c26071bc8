"""Property-based journeys: requests that nobody chose. Importing this package registers them and their rules.

Schemathesis and Hypothesis are imported only when such a journey runs.
"""

from conformance.rules.generated import journeys, rules  # noqa: F401
