"""Judges traffic: what its client sends by the client's requirements, what its server answers by the others."""

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cached_property

import conformance.rules
import conformance.rules.client  # noqa: F401 - registers the rules
from conformance.engine.catalogue import Catalogue, Requirement, load_catalogue
from conformance.engine.data import contracts_root, load_checked
from conformance.engine.evidence import Evidence, Journey
from conformance.engine.exchange import Exchange
from conformance.engine.verdict import FAIL, Finding, Judge, Rule, Verdict
from conformance.recordings.judgement import CLIENT, SERVER, Judgement
from conformance.recordings.lawfulness import server_view
from conformance.recordings.masks import shown
from conformance.recordings.overheard import Overheard
from conformance.recordings.traffic import Traffic
from conformance.rules.client.bodies import contract
from conformance.rules.registry import CLIENT_RULES, check_complete, rule_for

# The client's requirements that are about what reaches the target's memory.
SHAPES = ("client.bodies.*", "client.schedules.*", "client.updates.body-*", "client.updates.oper*")
OF_HEADERS = ("client.headers.*", "client.updates.if-match-*")
OF_ONE_CLIENT = "client.updates.if-match-is-the-etag-last-returned"  # others may race for an entity
OfRun = Callable[[list[Journey], Catalogue], Callable[[Requirement], Evidence]]
UNREADABLE = (TypeError, AttributeError, KeyError, ValueError, IndexError)


class Bench:
    """Knows the contract and judges any number of recordings; `live` traffic was never in a file.

    `of_run` says which journeys of our own a run judges each requirement by.
    """

    def __init__(self, live: bool = False, of_run: OfRun | None = None) -> None:
        self._of_run = of_run
        root = contracts_root()
        self.contract = contract()
        self.server: Catalogue = load_catalogue(root)
        self.client: Catalogue = load_catalogue(root, CLIENT)
        check_complete(self.client, CLIENT_RULES)
        listed = load_checked(root / "foreign-traffic.yaml", "foreign-traffic")["left_out"]
        self._left_out = [
            (pattern, str(group["reason"]))
            for group in listed
            if group["when"] == "always" or not live
            for pattern in group["rows"]
        ]

    def left_out(self, row: Requirement) -> str | None:
        """Why the traffic of other clients cannot decide a server's requirement, or None."""
        return next((why for pattern, why in self._left_out if fnmatchcase(row.id, pattern)), None)

    def judge(self, traffics: Sequence[Traffic]) -> Judgement:
        """Every requirement that the traffic touches, judged on each recording by itself.

        Our own cassettes are judged together, as the run was that they are from.
        """
        found = Judgement(list(traffics))
        own = [traffic for traffic in traffics if traffic.is_own]
        for traffic in traffics:
            clients = self._verdicts(found, self.client, lambda _: Evidence([traffic.journey]))  # noqa: B023
            found.add(CLIENT, traffic.name, clients)
            if not traffic.is_own:
                seen = Overheard([self._server_view(traffic, clients)])
                verdicts = self._verdicts(found, self.server, lambda _: seen, self.left_out)  # noqa: B023
                found.add(SERVER, traffic.name, verdicts)
        if own and self._of_run:
            journeys = self._of_run([traffic.journey for traffic in own], self.server)
            found.add(SERVER, "", self._verdicts(found, self.server, journeys))
        return found

    def _server_view(self, traffic: Traffic, clients: Iterable[Verdict]) -> Journey:
        failed = [verdict for verdict in clients if verdict.verdict == FAIL]
        mistaken = {f.exchange.id for verdict in failed for f in verdict.broken}
        shapes = [v for v in failed if any(fnmatchcase(v.requirement.id, s) for s in SHAPES)]
        misshapen = {f.exchange.id for verdict in shapes for f in verdict.broken}
        return server_view(traffic.journey, self.contract, mistaken, misshapen)

    def _verdicts(
        self,
        found: Judgement,
        catalogue: Catalogue,
        evidence: Callable[[Requirement], Evidence],
        left_out: Callable[[Requirement], str | None] = lambda _: None,
    ) -> list[Verdict]:
        """The verdicts on what the evidence shows something about."""

        def careful(row: Requirement) -> Rule:
            rule = CLIENT_RULES[row.id] if row.side == CLIENT else rule_for(row, self.contract)
            return lambda seen: _findings(rule, seen, row, found)

        judge = Judge(catalogue, careful, evidence, left_out, narrowed=True)
        verdicts = [judge.verdict(row) for row in catalogue.testable()]
        return [verdict for verdict in verdicts if verdict.observed]

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all requirements that traffic can be judged by."""
        return frozenset({*self.client.rows, *self.server.rows})


def _findings(rule: Rule, seen: Evidence, row: Requirement, found: Judgement) -> list[Finding]:
    """What a rule finds; the bodies of others may have forms that no rule was written for."""
    try:
        parts = _by_client(seen) if row.id == OF_ONE_CLIENT else [seen]
        findings = [finding for part in parts for finding in rule(part)]
    except UNREADABLE:
        found.unreadable.append(row.id)
        return []
    return shown(findings) if any(fnmatchcase(row.id, one) for one in OF_HEADERS) else findings


def _by_client(seen: Evidence) -> list[Evidence]:
    """The evidence about each client of a recording, told apart by the names that they call themselves."""
    found: dict[str, list[Exchange]] = {}
    for exchange in seen.exchanges:
        found.setdefault(exchange.request.header("User-Agent") or "", []).append(exchange)
    return [Evidence([Journey(name, exchanges)]) for name, exchanges in found.items()]
