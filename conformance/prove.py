"""`python -m conformance.prove [NAME ...]`: the same as `aep-conformance prove`."""

import sys

from conformance.engine.errors import ConformanceError
from conformance.proof.command import main

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ConformanceError as error:
        sys.stderr.write(f"aep-conformance: {error}\n")
        sys.exit(error.exit_code)
