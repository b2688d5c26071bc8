"""The probes. Importing this package registers them all."""

from conformance.rules.probes import (  # noqa: F401
    creates,
    data,
    flow_updates,
    gateway,
    lists,
    soak,
    soak_services,
    updates,
)
