import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMS = "contracts/requirements/ims.yaml"


@pytest.fixture
def copy(tmp_path):
    for name in ("contracts", "conformance"):
        ignored = shutil.ignore_patterns("__pycache__", "selftest")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    return tmp_path


def run(folder):
    command = [sys.executable, "-m", "conformance.cli", "run", "--profile", "smoke"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (IMS, "level: MUST", "level: [MUST", "ims.yaml:6: not valid YAML"),
        (IMS, "level: MUST", "level: PERHAPS", "ims.yaml:5: requirements/0/level"),
        (
            IMS,
            '"S0:39"',
            '"S0:9999"',
            "ims.yaml:7: ims.token.credentials-return-a-token cites S0:9999",
        ),
        (IMS, '"S0:39"', '"S9:39"', "ims.yaml:7: ims.token.credentials-return-a-token cites S9"),
        (
            IMS,
            "needs: [ims.answers.lawful-reads-succeed]",
            "needs: [ims.token.no-such-row]",
            "needs ims.token.no-such-row",
        ),
        (
            IMS,
            "- id: ims.token.earlier-token-stays-valid",
            "- id: ims.token.no-such-rule",
            "no rule judges",
        ),
        ("contracts/connectors/stripe.yaml", "role: source", "role: sink", "stripe.yaml:3: role"),
        ("contracts/openapi/ims.yaml", "openapi: 3.1.0", "openapi: [", "ims.yaml:"),
        (
            "contracts/sequences/appendix.arazzo.yaml",
            "arazzo: 1.0.1",
            "arazzo: nine",
            "yaml:1: arazzo",
        ),
    ],
)
def test_bad_contract_data_names_file_and_line_and_ends_in_two(copy, file, old, new, said):
    path = copy / file
    path.write_text(path.read_text().replace(old, new, 1))
    ended = run(copy)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
