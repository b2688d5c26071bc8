"""The comparison of two recordings: journeys, then steps, then answers, then the class of each change."""

from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.engine.exchange import ABSENT, Exchange
from conformance.recordings.drift.alignment import Pair, Turn, align
from conformance.recordings.drift.answers import answer_changes, learn_request, request_changes
from conformance.recordings.drift.comparison import Difference
from conformance.recordings.drift.consumers import uses
from conformance.recordings.drift.content import is_content
from conformance.recordings.drift.documents import Broken, Documents
from conformance.recordings.drift.opinion import ADDITIVE, BREAKING, COSMETIC, Opinion
from conformance.recordings.drift.references import References
from conformance.recordings.drift.review import Drift, Flip, review
from conformance.recordings.drift.settling import Settling
from conformance.recordings.drift.sides import Side

MOVES = ("value", "identity")
HOUSEKEEPING = "tidy-up"

Found = list[tuple[Exchange, Exchange, list[Difference]]]


@dataclass
class Outcome:
    """What came of it: the drifts in the order of the journeys, and how much was compared."""

    drifts: list[Drift] = field(default_factory=list)
    journeys: int = 0
    steps: int = 0


def compare(old: Side, new: Side, load: Callable[[], Documents]) -> Outcome:
    """The drifts between two recordings; the documents are loaded only when something changed."""
    references, result = References(), Outcome()
    pairs = {j: align(old.journeys[j], new.journeys[j]) for j in old.journeys if j in new.journeys}
    for before, after in (both for found in pairs.values() for both in _counterparts(found)):
        learn_request(references, before, after)
    changed = {j: _changes(old, new, j, pairs[j], references) for j in pairs}
    if any(differences for found in changed.values() for *_, differences in found):
        result.drifts = _reviewed(old, new, pairs, changed, load())
    for found in pairs.values():
        result.drifts += _lone(found)
    result.drifts += _lone_journeys(old, new)
    result.journeys, result.steps = len(pairs), sum(map(len, pairs.values()))
    return result


def _counterparts(pairs: list[Pair]) -> list[tuple[Exchange, Exchange]]:
    """The exchanges to compare: of a poll the last, of other repeats each."""
    found: list[tuple[Exchange, Exchange]] = []
    for pair in pairs:
        if pair.old and pair.new:
            single = pair.old.last.request.method == "GET"
            olds = pair.old.exchanges[-1:] if single else pair.old.exchanges
            news = pair.new.exchanges[-1:] if single else pair.new.exchanges
            found += zip(olds, news, strict=False)
    return found


def _changes(
    old: Side, new: Side, journey: str, pairs: list[Pair], references: References
) -> Found:
    settling = Settling(old.journeys[journey]), Settling(new.journeys[journey])
    known = old.named | new.named
    found: Found = []
    for before, after in _counterparts(pairs):
        asked = request_changes(references, before, after)
        answered = list(answer_changes(references, before, after, before.step))
        early = settling[0].is_early(before) or settling[1].is_early(after)
        moving = settling[0].places(before) | settling[1].places(after) if early else set()
        told = [d for d in answered if not is_content(before, d, known)]
        kept = [d for d in told if d.kind not in MOVES or not {d.pointer, d.seen} & moving]
        found.append((before, after, asked + kept))
    return found


def _reviewed(
    old: Side,
    new: Side,
    pairs: dict[str, list[Pair]],
    changed: dict[str, Found],
    documents: Documents,
) -> list[Drift]:
    before, after = (documents.broken(side.journeys.values()) for side in (old, new))
    drifts: list[Drift] = []
    for journey, found in changed.items():
        flips = _flips(pairs[journey], before, after)
        used = uses(old.journeys[journey], documents.workflows)
        mine = [
            review(
                documents, one, other, differences, flips.get(other.id, []), used.get(one.id, {})
            )
            for one, other, differences in found
        ]
        drifts += _causes([drift for one in mine for drift in one])
    return drifts


def _causes(drifts: list[Drift]) -> list[Drift]:
    """The drifts of a journey without the requirements that fail because of a breaking change elsewhere in it."""
    causes = [drift for drift in drifts if drift.difference.kind != "requirement"]
    broken = any(drift.opinion.name == BREAKING for drift in causes)
    return causes if broken else drifts


def _flips(pairs: list[Pair], before: Broken, after: Broken) -> dict[str, list[Flip]]:
    """By the exchange that is compared: the requirements that its step kept and breaks now."""
    found: dict[str, list[Flip]] = {}
    for pair in pairs:
        if pair.old and pair.new:
            already = {row.id for e in pair.old.exchanges for row, _ in before.get(e.id, ())}
            for exchange in pair.new.exchanges:
                flips = [f for f in after.get(exchange.id, ()) if f[0].id not in already]
                compared = pair.new.last if exchange.request.method == "GET" else exchange
                found.setdefault(compared.id, []).extend(flips)
    return found


def _lone(pairs: list[Pair]) -> list[Drift]:
    """A drift for each step that only one recording has."""
    return [_missing(pair.old, pair.ends) for pair in pairs if pair.old and not pair.new] + [
        _extra(pair.new) for pair in pairs if pair.new and not pair.old
    ]


def _missing(turn: Turn, ends: bool) -> Drift:
    exchange = turn.last
    difference = Difference("step missing", "", "", exchange.status, ABSENT)
    if exchange.step == HOUSEKEEPING:
        return Drift(difference, exchange, Opinion(COSMETIC, "tidying up, not a step"))
    why = "the new journey ends before it" if ends else "the new recording leaves it out"
    reason = f"{why}: nothing shows that the consumer still gets an answer"
    return Drift(difference, exchange, Opinion(BREAKING, reason))


def _extra(turn: Turn) -> Drift:
    exchange = turn.last
    difference = Difference("step added", "", "", ABSENT, exchange.status)
    name = COSMETIC if exchange.step == HOUSEKEEPING else ADDITIVE
    return Drift(difference, exchange, Opinion(name, "only the new recording has it"))


def _lone_journeys(old: Side, new: Side) -> list[Drift]:
    found = []
    for journey in old.journeys.keys() ^ new.journeys.keys():
        gone = journey in old.journeys
        exchange = (old if gone else new).journeys[journey][0]
        count = len((old if gone else new).journeys[journey])
        values = (count, ABSENT) if gone else (ABSENT, count)
        kind = "journey missing" if gone else "journey added"
        reason = f"only the {'old' if gone else 'new'} recording has the journey"
        found.append(
            Drift(
                Difference(kind, "", "", *values),
                exchange,
                Opinion(BREAKING if gone else ADDITIVE, reason),
            )
        )
    return sorted(found, key=lambda drift: drift.exchange.journey)
