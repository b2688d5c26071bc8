"""What comes along: cassettes of the emulator and of the printed examples."""

import json
from pathlib import Path

import pytest

from conformance.engine.catalogue import load_catalogue
from conformance.engine.contract import load_contract
from conformance.engine.data import contracts_root, load_checked
from conformance.recordings import documented
from conformance.recordings.choice import shipped_root
from conformance.recordings.races import RACES
from conformance.recordings.recorded import read_cassette
from conformance.rules.journeys import load_connectors

FOLDERS = sorted(path.parent for path in shipped_root().glob("*/index.yaml"))
CASSETTES = sorted(p for p in shipped_root().glob("*/*.yaml") if p.name != "index.yaml")
SEQUENCES = {c["sequence"] for c in load_connectors(contracts_root()).values() if "sequence" in c}


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_index_counts_what_is_there(folder):
    index = load_checked(folder / "index.yaml", "recording")
    listed = {e["file"]: e["interactions"] for e in index["cassettes"]}
    files = {p.name for p in folder.iterdir()} - {"index.yaml"}
    assert listed == {name: len(read_cassette(folder / name).interactions) for name in files}
    assert index["provenance"] == ("documented" if folder.name == "documented" else "recorded")


def test_every_sequence_and_every_requirement_of_core_is_recorded():
    index = load_checked(shipped_root() / "emulator" / "index.yaml", "recording")
    assert {entry["journey"] for entry in index["cassettes"]} >= SEQUENCES
    assert (index["profile"], index["sequences"]) == ("core", [])
    core = {row.id for row in load_catalogue(contracts_root()).select("core")}
    assert core - RACES <= set(index["requirements"])


@pytest.mark.parametrize("path", CASSETTES, ids=name_of)
def test_cassette_is_short_and_calls_documented_operations(path):
    contract = load_contract(contracts_root())
    recording = read_cassette(path)
    assert 0 < len(recording.interactions) <= 60
    for interaction in recording.interactions:
        operation = contract[interaction.about["operation"]]
        assert operation.method == interaction.method


def test_all_of_them_are_small():
    assert sum(path.stat().st_size for path in CASSETTES) < 3_000_000


def test_documented_cassettes_are_those_of_the_examples(tmp_path):
    documented.build(tmp_path)
    shipped = shipped_root() / "documented"
    built = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert {path.name: path.read_text(encoding="utf-8") for path in shipped.iterdir()} == built


def test_documented_interaction_is_the_printed_one():
    recording = read_cassette(shipped_root() / "documented" / "stripe.yaml")
    first = recording.interactions[0]
    assert recording.metadata["provenance"] == "documented"
    assert first.about["notes"]["source"] == "S4:20-40"
    assert first.url == "https://platform.adobe.io/data/foundation/flowservice/connections"
    assert first.headers["x-gw-ims-org-id"] == "{ORG_ID}"
    assert json.loads(first.text)["name"] == "Stripe base connection"
    assert json.loads(first.answer_text)["id"] == "a9950001-a386-4642-a0cd-5eaac6db5556"
    assert first.status == 201


def test_half_printed_answers_are_left_out():
    examples = [
        {"kind": "request", "id": "a"},
        {"kind": "request", "id": "b"},
        {"kind": "request", "id": "c"},
        {"kind": "response", "for": "b", "fragment": "/x"},
        {"kind": "response", "for": "c"},
    ]
    assert [(q["id"], a["for"]) for q, a in documented.printed_pairs(examples)] == [("c", "c")]
