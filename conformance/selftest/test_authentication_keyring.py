"""Secrets from a keyring, with a backend of our own that a subprocess loads."""

import pytest

from conformance.selftest.command import run_command
from conformance.selftest.remote import everything, remote

BACKEND = """
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

class Ring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        if service == "locked":
            raise KeyringLocked("planted-reason")
        return open(__file__ + ".secret").read() if (service, username) == ("aep", "nightly") else None

    def set_password(self, service, username, password):
        raise NotImplementedError
"""


@pytest.fixture
def ring(tmp_path):
    """Environment variables with which `keyring` uses our backend."""
    folder = tmp_path / "ring"
    folder.mkdir()
    (folder / "own_ring.py").write_text(BACKEND)
    return folder, {"PYTHONPATH": str(folder), "PYTHON_KEYRING_BACKEND": "own_ring.Ring"}


def test_secret_comes_from_the_keyring_and_is_not_shown(ring, tmp_path):
    folder, environ = ring
    reports = tmp_path / "reports"
    with remote() as there:
        (folder / "own_ring.py.secret").write_text(there.settings["client_secret"])
        ended = run_command(
            *("run", "--profile", "read-only", "--report-dir", str(reports)),
            *("--client-secret", "keyring:aep/nightly"),
            **{**there.variables("base_url", "org_id", "sandbox", "client_id"), **environ},
        )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert there.settings["client_secret"] not in everything(reports, ended)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("keyring:aep/other", "keyring set aep other"),
        ("keyring:locked/x", "the keyring cannot be read: KeyringLocked"),
        ("keyring:aep", "write keyring:SERVICE/NAME"),
    ],
)
def test_keyring_that_gives_nothing_is_one_clear_line(ring, tmp_path, reference, said):
    ended = ask(reference, tmp_path, ring[1])
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "planted-reason" not in ended.stderr


def test_missing_library_is_one_clear_line(tmp_path):
    (tmp_path / "keyring.py").write_text("raise ImportError")
    ended = ask("keyring:aep/nightly", tmp_path, {"PYTHONPATH": str(tmp_path)})
    assert ended.returncode == 2
    assert "pip install 'aep-conformance[keyring]'" in ended.stderr


def ask(reference, tmp_path, environ):
    here = ("--base-url", "http://127.0.0.1:9", "--org-id", "o", "--sandbox", "s")
    given = {"AEP_CLIENT_ID": "client", "AEP_CLIENT_SECRET": reference, **environ}
    return run_command("run", *here, "--report-dir", str(tmp_path / "r"), **given)
