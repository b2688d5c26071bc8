"""`python -m conformance.selftest.stranger SEED PORT ['{"trait": value}']`: prints its traits and serves."""

import json
import sys

from conformance.selftest.stranger.app import server

seed, port, *more = sys.argv[1:]
found, traits = server(int(seed), int(port), **(json.loads(more[0]) if more else {}))
print(json.dumps(traits), flush=True)
found.serve_forever()
