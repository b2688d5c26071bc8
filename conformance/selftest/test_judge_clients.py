"""Clients that are not ours: their mistakes are found, their servers' too, and nobody is accused without a document."""

import pytest

from conformance.emulator.variants import VARIANTS
from conformance.engine.evidence import Evidence
from conformance.recordings import judge as judging
from conformance.recordings.loading import load
from conformance.selftest.foreign_clients import (
    ACTIVATION_MISTAKES,
    PIPELINE_MISTAKES,
    Activation,
    Pipeline,
)
from conformance.selftest.heard import cassette_of, har_of, heard_from, judged, red
from conformance.selftest.wandering_client import Wanderer

MISTAKES = {Pipeline: PIPELINE_MISTAKES, Activation: ACTIVATION_MISTAKES}
BOTH = pytest.mark.parametrize("client", MISTAKES, ids=lambda client: client.__name__)


def judged_file(path):
    return judged(load(path).interactions)


@BOTH
@pytest.mark.parametrize("planted", [False, True], ids=["no mistake", "five mistakes"])
def test_a_cassette_and_a_har_of_a_client_show_its_planted_mistakes_and_no_other(
    client, planted, tmp_path
):
    mistakes = MISTAKES[client] if planted else {}
    path = cassette_of(client, tmp_path / "client.yaml", mistakes)
    expected = set(mistakes.values())
    assert red(judged_file(path)) == expected
    interactions = load(path).interactions
    for way in ({}, {"in_base64": True}, {"reverse": True}):
        assert red(judged_file(har_of(interactions, tmp_path / "client.har", **way))) == expected


@pytest.mark.parametrize(
    ("client", "mistake"), [(c, m) for c, known in MISTAKES.items() for m in known]
)
def test_each_mistake_is_found_where_it_was_made(client, mistake, tmp_path):
    path = cassette_of(client, tmp_path / "client.yaml", [mistake])
    judgement = judged_file(path)
    assert red(judgement) == {MISTAKES[client][mistake]}
    [one] = judgement.red()
    assert (one.side, len(one.verdict.broken)) == ("client", 1)


def test_a_fault_that_no_request_meets_shows_nothing():
    assert red(judged(heard_from(Pipeline, faults=["patch-remove-does-nothing"]))) == set()


@pytest.mark.parametrize(
    ("client", "fault", "broken"),
    [
        (
            Activation,
            "patch-add-at-the-end-goes-to-the-front",
            {"flow-service.flows.update-stores-the-change"},
        ),
        (Activation, "patch-is-applied-backwards", {"flow-service.flows.update-stores-the-change"}),
        (Pipeline, "flow-update-disables-it", {"flow-service.flows.update-leaves-the-rest-alone"}),
        (Pipeline, "flow-update-answers-204", {"flow-service.flows.update-answers-success"}),
        (
            Pipeline,
            "flow-version-stays-after-an-update",
            {"flow-service.flows.version-equals-etag"},
        ),
        (
            Pipeline,
            "target-connection-create-etag-is-weak",
            {"flow-service.target-connections.create-etag-is-quoted"},
        ),
        (
            Pipeline,
            "missing-entities-answer-a-page",
            {"gateway.media-type.answers-are-json", "gateway.errors.refusals-explain-themselves"},
        ),
        (
            Pipeline,
            "schema-title-is-lower-case",
            {
                "schema-registry.schemas.create-echoes-title",
                "schema-registry.schemas.created-schema-is-readable",
            },
        ),
    ],
)
def test_a_server_that_breaks_the_contract_is_found_by_its_client(client, fault, broken):
    judgement = judged(heard_from(client, faults=[fault]))
    assert red(judgement) == broken
    assert {one.side for one in judgement.red()} == {"server"}


@pytest.mark.parametrize("variant", VARIANTS.all())
def test_no_documented_behaviour_of_a_server_is_held_against_it_or_its_client(variant):
    for client in (Pipeline, Activation):
        assert red(judged(heard_from(client, variants=[variant]))) == set()


@pytest.fixture(scope="module")
def wandering():
    return heard_from(Wanderer)


@pytest.mark.parametrize("live", [True, False])
def test_what_no_document_forbids_is_held_against_nobody(wandering, live):
    judgement = judged(wandering, live=live)
    assert judgement.requests > 60
    assert (red(judgement), judgement.unreadable) == (set(), [])


def test_without_gaps_in_its_timelines_an_unseen_writer_would_be_the_servers_fault(
    wandering, monkeypatch
):
    monkeypatch.setattr(judging, "Overheard", Evidence)
    blamed = {name.rpartition(".")[2] for name in red(judged(wandering))}
    assert blamed >= {"etag-is-stable-on-reads", "create-stores-what-was-sent"}
