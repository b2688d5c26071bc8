"""The corpus of printed and recorded exchanges: no accusation but those listed beside the example."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conformance.engine.redaction import Redactor
from conformance.recordings.judge import Bench
from conformance.recordings.loading import load
from conformance.recordings.traffic import Listener

CONTRACTS = Path(__file__).parents[2] / "contracts"
FILES = sorted((CONTRACTS / "examples").rglob("*.har"))


def accusations(bench, path):
    traffic = Listener(bench.contract, Redactor()).recording(load(path))
    if not traffic.journey.exchanges:
        return set()
    judgement = bench.judge([traffic])
    assert not judgement.unreadable
    return {
        (one.verdict.requirement.id, int(broken.exchange.id.rpartition("#")[2]))
        for one in judgement.red()
        for broken in one.verdict.broken
    }


@pytest.fixture(scope="module")
def bench():
    return Bench()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_names_its_source(path):
    schema = json.loads((CONTRACTS / "schemas" / "corpus.schema.json").read_text())
    Draft202012Validator(schema).validate(json.loads(path.read_text()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_what_is_listed_beside_the_example_is_accused(bench, path):
    listed = json.loads(path.read_text())["log"].get("_accused", [])
    assert accusations(bench, path) == {(one["row"], one["exchange"]) for one in listed}
