"""Writes the faults that the report shows beside each requirement: `python -m conformance.selftest.fault_list`."""

import json
from typing import Any

from conformance.emulator.faults import FAULTS
from conformance.report.rows import LISTED


def known() -> dict[str, Any]:
    """Every fault by its name, with what it does and the requirements that it breaks."""
    return {
        name: {"summary": seam.summary, "breaks": list(seam.about)}
        for name, seam in FAULTS.all().items()
    }


if __name__ == "__main__":
    LISTED.write_text(json.dumps(known(), indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
