"""Runs the command as a user does: in a process of its own, with a clean environment."""

import os
import subprocess
import sys
from pathlib import Path


def run_command(
    *words: str, cwd: Path | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """The ended process of `aep-conformance WORDS...`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AEP_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "conformance.cli", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=240,
        env={**kept, **environ},
        check=False,
    )
