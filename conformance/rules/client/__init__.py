"""What the documents ask of clients. Importing this package registers the rules; only `judge` and the fixtures do."""

from conformance.rules.client import addresses, bodies, headers, schedules, updates  # noqa: F401
