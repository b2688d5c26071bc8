"""The checks in their order, a line for each."""

import argparse
import sys
import time
from collections.abc import Iterator
from typing import Any

from conformance.doctor.access import DOORS, doors
from conformance.doctor.finding import FAILED, SKIPPED, Finding, failed, ok
from conformance.doctor.network import addresses, clock, connections, names
from conformance.engine.authentication import Token, issue
from conformance.engine.client import Answer, Client
from conformance.engine.contract import load_contract
from conformance.engine.data import contracts_root
from conformance.engine.errors import ConformanceError, SettingsError
from conformance.engine.redaction import Redactor
from conformance.engine.session import Session
from conformance.engine.settings import Settings, resolve
from conformance.engine.world import World
from conformance.rules.journeys import load_connectors
from conformance.safety import check_command_line

CHECKS = ("settings", "DNS", "TLS", *DOORS, "clock")


def doctor(arguments: argparse.Namespace) -> int:
    """Print what each check found; returns 0, or the code of the first that failed: 2 ours, 3 the target's."""
    options = {k.removeprefix("aep_"): v for k, v in vars(arguments).items()}
    examination = Examination(options)
    found = []
    for finding in examination.findings():
        sys.stdout.write(examination.redactor.text(str(finding)) + "\n")
        found.append(finding)
    reached = {finding.check for finding in found}
    for check in CHECKS:
        if check not in reached:
            sys.stdout.write(f"{check:13}{SKIPPED}\n")
    wrong = [finding for finding in found if finding.outcome == FAILED]
    sys.stdout.write(f"not ready: {len(wrong)} failed\n" if wrong else "ready for a run\n")
    return wrong[0].code if wrong else 0


class Examination:
    """One look at a target; `redactor` knows every secret met so far."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.redactor = Redactor()

    def findings(self) -> Iterator[Finding]:
        """What each check found, until one makes the next ones pointless."""
        try:
            settings = resolve(self.options)
            check_command_line(self.options, settings)
            load_connectors(contracts_root(), settings.connectors)
            client = Client(settings)
        except SettingsError as error:
            yield failed("settings", str(error), "")
            return
        self.redactor = Redactor(settings.secrets())
        yield ok("settings", f"{settings.base_url}, sandbox {settings.sandbox}")
        yield from self._network(settings, client)

    def _network(self, settings: Settings, client: Client) -> Iterator[Finding]:
        urls = addresses(settings)
        resolved = list(names(urls))
        yield from resolved
        if any(finding.outcome == FAILED for finding in resolved):
            return
        reached = list(connections(client, urls))
        yield from (finding for finding, _ in reached)
        if all(answer.status for _, answer in reached):
            yield from self._access(settings, client)
            yield clock(_dated([answer for _, answer in reached]))

    def _access(self, settings: Settings, client: Client) -> Iterator[Finding]:
        try:
            token = Token(settings.access_token) if settings.access_token else issue(client)
        except ConformanceError as error:
            yield failed("token", str(error), "", error.exit_code)
            return
        self.redactor.learn("access_token", token.value)
        world = World(
            settings, load_contract(contracts_root()), self.redactor, client, token.value, "doctor"
        )
        yield from doors(Session(world, "doctor"), _from(token, settings))


def _from(token: Token, settings: Settings) -> str:
    if settings.access_token:
        return "given, sent as it is, and accepted"
    lasts = f" for {token.until - time.time():.0f} s" if token.until else ""
    return f"issued by {settings.base('ims')}{lasts}, and accepted"


def _dated(answers: list[Answer]) -> Answer | None:
    return next((a for a in answers if any(k.lower() == "date" for k in a.headers)), None)
