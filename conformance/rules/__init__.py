"""The rules: pure functions from exchanges to findings. Importing this package registers them all."""

from conformance.rules import data_services, entities, flows, gateway, registry_resources, specs  # noqa: F401
