"""What no cassette can show: vcrpy loses requests that several threads send at once."""

from dataclasses import replace

from conformance.engine.kinds import FLOW_SERVICE_KINDS
from conformance.engine.verdict import NOT_APPLICABLE, Verdict

RACES = frozenset(
    kind.row(name)
    for kind in FLOW_SERVICE_KINDS
    for name in ("concurrent-updates-have-one-winner", "winning-update-is-stored")
)


def excused(verdict: Verdict) -> Verdict:
    """The verdict on a requirement; of a race, that it does not apply."""
    if verdict.requirement.id not in RACES:
        return verdict
    return not_applicable(verdict, "races are not recorded")


def not_applicable(verdict: Verdict, reason: str) -> Verdict:
    """The verdict on the same requirement that this run cannot show it."""
    return replace(verdict, verdict=NOT_APPLICABLE, message=reason, broken=[], blocked_by=None)
