"""Operations in orders that nobody chose: what breaks the model is found and told as a short sequence."""

import pytest

from conformance.engine.verdict import FAIL, PASS
from conformance.report import text
from conformance.rules.generated.rules import ANY_ORDER
from conformance.selftest.builders import exchange, journey
from conformance.selftest.exploring import emulator, judge, take


def loses_the_second_operation(emulator):
    apply = emulator.policy.apply_patch
    emulator.policy.apply_patch = lambda given, document, ops: apply(given, document, ops[:1])


def reuses_the_first_etag(emulator):
    fresh, first = emulator.policy.new_etag, {}

    def new_etag(given, record):
        etag = fresh(given, record)
        if record is None:
            return etag
        known = first.setdefault(record.id, record.document["etag"])
        return known if record.updates >= 2 else etag

    emulator.policy.new_etag = new_etag


def takes_stale_etags_of_disabled_flows(emulator):
    checked = emulator.policy.check_precondition

    def check(given, request, record):
        if record.document["state"] != "disabled":
            checked(given, request, record)

    emulator.policy.check_precondition = check


def describes_the_neighbour_too(emulator):
    commit = emulator.policy.commit

    def both(given, request, record, document):
        commit(given, request, record, document)
        others = [r for r in given.store.newest_first(record.kind) if r is not record]
        if len(others) > 1:
            others[0].document["description"] = document.get("description")

    emulator.policy.commit = both


def forgets_one_of_two_in_lists(emulator):
    chosen = emulator.policy.filter_records

    def filtered(given, records, filters):
        found = chosen(given, records, filters)
        return found[:-1] if filters and len(found) == 2 else found

    emulator.policy.filter_records = filtered


@pytest.mark.parametrize(
    ("fault", "longest"),
    [
        (loses_the_second_operation, 7),
        (reuses_the_first_etag, 9),
        (takes_stale_etags_of_disabled_flows, 9),
        (describes_the_neighbour_too, 9),
        (forgets_one_of_two_in_lists, 7),
    ],
)
def test_broken_order_is_told_as_a_short_sequence(fault, longest):
    with emulator(fault, examples=5) as world:
        verdict = judge(ANY_ORDER, take(world, "generated-order"))
    assert verdict.verdict == FAIL
    first = verdict.broken[0].exchange
    steps = first.notes["sequence"].split(" → ")
    assert f"after {steps[0]} → {steps[1]}" in verdict.message
    assert len(steps) <= longest
    told = text.failure(verdict, "rerun")
    assert told.count("curl -X POST") >= 2
    assert "sequence that shows it" in told
    assert steps[-1] == first.operation


@pytest.mark.parametrize("name", ["order", "generated-order"])
def test_clean_emulator_fits_the_model_in_every_order(name):
    with emulator(examples=5) as world:
        taken = take(world, name)
    verdict = judge(ANY_ORDER, taken)
    assert verdict.verdict == PASS, verdict.message
    assert {e.operation for e in taken.exchanges} >= {"actOnFlow", "updateFlow", "deleteFlow"}


def test_a_tour_takes_a_step_of_each_kind_beside_every_neighbour():
    with emulator() as world:
        steps = [e.operation for e in take(world, "order").exchanges]
    deleted = steps.index("deleteFlow")
    assert {"getConnection", "getSourceConnection", "getTargetConnection"} <= set(
        steps[deleted : deleted + 6]
    )
    assert steps.count("actOnFlow") >= 3


def test_a_long_sequence_is_told_by_its_end():
    last = exchange("getConnection", status=404, notes={"model": {"status": [200]}})
    last.notes["sequence"] = " → ".join(f"step{n}" for n in range(30))
    last.notes["curl_sequence"] = [f"curl {n}" for n in range(50)]
    verdict = judge(ANY_ORDER, journey(last))
    assert "after … → step25" in verdict.message
    assert "step29" in verdict.message
    told = text.failure(verdict, "rerun")
    assert "… 20 before these\n  curl 20\n" in told
    assert "  curl 49" in told
