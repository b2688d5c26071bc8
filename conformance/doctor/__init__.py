"""`aep-conformance doctor`: looks at everything a run needs, one by one, before a run does."""
