"""Several writers with one etag: one wins, and its change is the one that is kept."""

from collections import defaultdict
from collections.abc import Iterator

from conformance.engine.evidence import Evidence
from conformance.engine.exchange import Exchange, at
from conformance.engine.kinds import FLOW_SERVICE_KINDS, Kind
from conformance.engine.verdict import Finding, check
from conformance.rules.registry import rule_of_kinds


def _races(evidence: Evidence, kind: Kind) -> dict[str, list[Exchange]]:
    """The rounds whose writers all got an answer: one that did not may have won."""
    rounds: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in evidence.exchanges:
        if "race" in exchange.notes and exchange.operation == kind.update():
            rounds[exchange.journey + exchange.notes["race"]].append(exchange)
    return {name: several for name, several in rounds.items() if all(e.response for e in several)}


@rule_of_kinds("concurrent-updates-have-one-winner", *FLOW_SERVICE_KINDS)
def concurrent_updates_have_one_winner(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    for writers in _races(evidence, kind).values():
        winners = [e for e in writers if e.status < 300]
        yield check(
            writers[-1],
            len(winners) == 1,
            f"one success among {len(writers)} writers",
            f"{len(winners)} successes",
        )


@rule_of_kinds("winning-update-is-stored", *FLOW_SERVICE_KINDS)
def winning_update_is_stored(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    reads = {
        e.journey + e.notes["after-race"]: e
        for e in evidence.successes(kind.get())
        if "after-race" in e.notes
    }
    for name, writers in _races(evidence, kind).items():
        winners = [at(e.sent, "/0/value") for e in writers if e.status < 300]
        if name in reads and len(winners) == 1:
            stored = reads[name].at("/items/0/description")
            yield check(
                reads[name], stored == winners[0], str(winners[0]), stored, "/items/0/description"
            )
