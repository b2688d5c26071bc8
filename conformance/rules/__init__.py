"""The rules: pure functions from exchanges to findings. Importing this package registers them all."""

from conformance.rules import (  # noqa: F401
    connections,
    data_lists,
    data_services,
    entities,
    etags,
    flows,
    gateway,
    lists,
    patches,
    races,
    registry_reads,
    registry_resources,
    specs,
    updates,
)
