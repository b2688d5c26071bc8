"""An emulator in a process of its own, the command against it, and what remains there afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from conformance.embedded import Embedded
from conformance.selftest.command import run_command
from conformance.selftest.rough_network import RoughNetwork

FLOW_SERVICE = "/data/foundation/flowservice"
LISTS = {
    **{
        kind: (f"{FLOW_SERVICE}/{kind}?limit=100", "items", "name")
        for kind in ("flows", "sourceConnections", "targetConnections", "connections")
    },
    **{
        kind: (f"/data/foundation/schemaregistry/tenant/{kind}", "results", "title")
        for kind in ("schemas", "classes")
    },
    "dataSets": ("/data/foundation/catalog/dataSets?limit=100", None, "name"),
}


@dataclass
class Place:
    """Where a run works: the emulator's settings and the network before it."""

    settings: dict[str, str]
    network: RoughNetwork

    @property
    def environ(self) -> dict[str, str]:
        names = ("access_token", "api_key", "org_id", "sandbox", "client_id", "client_secret")
        given = {f"AEP_{name.upper()}": self.settings[name] for name in names}
        return {**given, "AEP_BASE_URL": self.network.url}

    def command(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """The ended command."""
        return run_command(*words, **{**self.environ, **environ})

    def start(self, *words: str, **given: Any) -> subprocess.Popen[str]:
        """The command, on its way."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AEP_", "PYTEST_"))}
        return subprocess.Popen(
            [sys.executable, "-m", "conformance.cli", *words],
            stdout=given.pop("stdout", subprocess.PIPE),
            stderr=subprocess.STDOUT,
            text=True,
            env={**kept, **self.environ},
            **given,
        )

    def headers(self, sandbox: str) -> dict[str, str]:
        settings = self.settings
        return {
            "Authorization": f"Bearer {settings['access_token']}",
            "x-api-key": settings["api_key"],
            "x-gw-ims-org-id": settings["org_id"],
            "x-sandbox-name": sandbox,
            "Accept": "application/vnd.adobe.xed-id+json",
        }

    def names(self) -> list[str]:
        """The names of all that anybody made here and that is still there, the emulator asked directly."""
        return [n for s in ("conformance", "other") for k in LISTS for n in self._names(k, s)]

    def _names(self, kind: str, sandbox: str) -> Iterator[str]:
        path, member, label = LISTS[kind]
        answer = requests.get(
            self.settings["base_url"] + path, headers=self.headers(sandbox), timeout=10
        )
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert len(found) < 100
        for item in found[member] if member else found.values():
            yield f"{kind}: {item[label]}"

    def make(self, name: str) -> str:
        """A base connection that somebody else made; returns its id."""
        spec = {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}
        answer = requests.post(
            f"{self.settings['base_url']}{FLOW_SERVICE}/connections",
            json={"name": name, "connectionSpec": spec},
            headers=self.headers("conformance"),
            timeout=10,
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@contextmanager
def place(
    choose: Callable[[str, str], str | None] = lambda *_: None, **emulator: Any
) -> Iterator[Place]:
    """An emulator behind a network that breaks what `choose` says."""
    embedded = Embedded(**emulator)
    try:
        with RoughNetwork(embedded.settings["base_url"], choose) as network:
            yield Place(embedded.settings, network)
    finally:
        embedded.stop()


def results(folder: Path) -> dict[str, Any]:
    """What a run wrote."""
    found: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return found
