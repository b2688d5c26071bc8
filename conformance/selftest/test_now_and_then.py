"""What is broken only now and then, or only at first: when such a fault shows, and how a run meets it."""

from dataclasses import replace
from itertools import pairwise
from math import gcd
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest

from conformance.emulator import occasions
from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import FAULTS
from conformance.engine.evidence import Journey
from conformance.engine.world import REPEATS
from conformance.proof.emulators import emulator
from conformance.proof.intermittent import RATE, try_now_and_then
from conformance.proof.material import Effort, LocalRun, material, take_safely
from conformance.proof.responses import red_among
from conformance.rules.probes.registry import PROBES
from conformance.rules.probes.soak import OUT_OF_STEP
from conformance.rules.probes.soak_sequences import WORKFLOWS

GIVEN = {
    **dict.fromkeys(("org_id", "sandbox", "api_key", "access_token"), "x" * 20),
    **dict.fromkeys(("other_sandbox", "client_secret", "client_id"), "y" * 20),
    "base_url": "http://127.0.0.1:9",
}
PATIENT = Effort(profile="full", sequences="full", repeats=3)


@pytest.fixture
def clock(monkeypatch):
    found = SimpleNamespace(now=100.0)
    monkeypatch.setattr(occasions.time, "monotonic", lambda: found.now)
    return found


def call(operation):
    return SimpleNamespace(operation=operation)


def test_a_fault_without_an_occasion_always_shows():
    assert occasions.parse("lost-update") == ("lost-update", None)


def test_one_in_three_is_counted_for_each_operation():
    name, shows = occasions.parse("lost-update@3")
    seen = [shows(call(operation)) for operation in "aababba"]
    assert name == "lost-update"
    assert seen == [False, False, False, True, False, True, False]


def test_the_first_seconds_begin_with_the_first_call(clock):
    name, shows = occasions.parse("lost-update@5s")
    clock.now = 200.0
    seen = [shows(call("a"))]
    for clock.now in (204.9, 205.1, 300.0):
        seen.append(shows(call("b")))
    assert name == "lost-update"
    assert seen == [True, True, False, False]


def test_what_a_fault_remembers_it_sees_also_where_it_does_not_show():
    emulator, seen = Emulator(), []

    def fault(emulator):
        usual = emulator.policy.render_error
        emulator.watch("render_error", lambda *given: seen.append("refusal") or usual(*given))
        emulator.note("*", lambda *given: seen.append("answer"), when="always")
        emulator.after("*", lambda *given: Response(299), when="always")

    showing = iter([False, True])
    emulator.now_and_then(fault, lambda request: next(showing))
    told = [emulator.handle(Request(method="GET", path="/nowhere")).status for _ in range(2)]
    assert told == [403, 299]
    assert seen == ["refusal", "answer"] * 2


class Noted(LocalRun):
    """Takes no journey, but keeps in what order they were asked for."""

    def obtain(self, name, wait=True):
        self._journeys.setdefault(name, Journey(name))


def order_of(row):
    stock = material(PATIENT)
    with TemporaryDirectory() as name:
        folder = Path(name)
        world = stock.world(GIVEN, folder)
        run = Noted(world, stock.catalogue, stock.itinerary(world.settings), folder)
        run.evidence_for(stock.catalogue[row])
        return list(run._journeys), run.itinerary


def test_everything_is_seen_once_before_anything_is_asked_many_times():
    taken, itinerary = order_of("catalog.data-sets.create-answers-created")
    first = [n for n in (*itinerary.chosen, *itinerary.probes) if n not in late(itinerary)]
    assert taken[: len(first)] == first
    assert set(taken[len(first) :]) <= late(itinerary)
    assert "data-sets-again" in taken


def late(itinerary):
    return {name for name, probe in itinerary.probes.items() if probe.late}


def test_a_core_run_asks_nothing_again(tmp_path):
    stock = material(Effort())
    world = stock.world(GIVEN, tmp_path)
    assert not [n for n in stock.itinerary(world.settings).probes if PROBES[n].repeats]


def test_every_sequence_is_asked_again():
    connectors = material(Effort()).connectors.values()
    assert set(WORKFLOWS) == {one["workflow"] for one in connectors if "sequence" in one}


def test_what_one_read_in_twenty_shows_is_found_and_its_rate_told():
    fault = "connection-spec-read-shows-two"
    trial = try_now_and_then(
        f"{fault}@20", FAULTS.all()[fault].about, Effort("full", "full", REPEATS)
    )
    assert set(trial.red) <= set(trial.named)
    assert any(RATE in message for message in trial.messages.values())
    assert trial.requests < 500, "it went on although it had found the fault"


def soaked(shown, effort, wanted=None):
    """The rows that patches asked many times show to be broken, and how many updates each round sent."""
    stock = material(effort)
    with emulator(shown) as given, TemporaryDirectory() as name:
        world = stock.world(given, Path(name))
        world.wanted = wanted or world.wanted
        itinerary = stock.itinerary(world.settings)
        journey = take_safely(Journey("soak-patches"), world, itinerary)
        red = red_among(stock.rows, {"soak-patches": journey}, stock, itinerary)
    texts = [e.request.text for e in journey.exchanges if e.operation == "updateFlow"]
    rounds = [number for number, text in enumerate(texts) if '"Last of ' in text]
    return {verdict.requirement.id for verdict in red}, {
        after - before for before, after in pairwise(rounds)
    }


def test_what_a_run_wants_does_not_bring_a_soak_in_step_with_a_fault_that_counts():
    narrow = frozenset({"flow-service.flows.update-stores-the-change"})
    assert [soaked([], PATIENT, few) for few in (None, narrow)] == [(set(), {OUT_OF_STEP})] * 2
    assert gcd(OUT_OF_STEP, 10) == 1


def test_a_patch_refused_since_an_earlier_one_was_lost_is_not_the_fault():
    fault = "activation-forgets-the-second-segment"
    red, _ = soaked([f"{fault}@7"], replace(PATIENT, repeats=7))
    assert red
    assert red <= set(FAULTS.all()[fault].about)
