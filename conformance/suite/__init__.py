"""The conformance tests: each requirement is one test, named by its id."""
