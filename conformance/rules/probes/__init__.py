"""The probes. Importing this package registers them all."""

from conformance.rules.probes import creates, data, gateway, lists, updates  # noqa: F401
