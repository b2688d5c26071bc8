"""The probes. Importing this package registers them all."""

from conformance.rules.probes import (  # noqa: F401
    compositions,
    creates,
    data,
    data_lists,
    data_sets,
    everywhere,
    filters,
    flow_terms,
    flow_updates,
    gateway,
    lists,
    look_around,
    queries,
    sandboxes,
    soak,
    soak_lists,
    soak_sequences,
    soak_services,
    updates,
)
