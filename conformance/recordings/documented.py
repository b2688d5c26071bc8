"""Cassettes of what the documents print: `python -m conformance.recordings.documented [FOLDER]` writes them.

An answer of which only a piece is printed, and a request without an answer, are left out: a cassette
would claim more than the document says.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from vcr.persisters.filesystem import FilesystemPersister
from vcr.request import Request
from vcr.serializers import yamlserializer

from conformance.engine.contract import Contract, load_contract
from conformance.engine.data import contracts_root, load_folder
from conformance.engine.settings import PRODUCTION, Settings
from conformance.recordings.choice import shipped_root
from conformance.recordings.index import DOCUMENTED, Entry, Index
from conformance.recordings.recorded import METADATA

JSON_TYPE = "application/json"


def build(folder: Path) -> None:
    """Write a cassette for each file of contracts/examples into a folder, and their index."""
    contract = load_contract(contracts_root())
    entries = []
    for path, document in load_folder("examples", "example"):
        pairs = list(printed_pairs(document["examples"]))
        metadata = {
            "journey": document["sequence"],
            "provenance": DOCUMENTED,
            "interactions": [_about(question, answer) for question, answer in pairs],
        }
        cassette = {
            "requests": [_request(question, contract) for question, _ in pairs],
            "responses": [_response(answer) for _, answer in pairs],
            "metadata": {METADATA: metadata},
        }
        FilesystemPersister.save_cassette(folder / path.name, cassette, yamlserializer)
        entries.append(Entry(document["sequence"], path.name, len(pairs)))
    Index(DOCUMENTED, tuple(entries)).write(folder)


def printed_pairs(
    examples: list[dict[str, Any]],
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each printed request with the whole answer printed for it."""
    whole = (e for e in examples if e["kind"] == "response" and "fragment" not in e)
    answers = {answer["for"]: answer for answer in whole}
    for example in examples:
        if example["kind"] == "request" and example["id"] in answers:
            yield example, answers[example["id"]]


def _request(example: Mapping[str, Any], contract: Contract) -> Request:
    operation = contract[example["operation"]]
    base = Settings(f"https://{PRODUCTION}", "", "", "").base(operation.service)
    query = urlencode(example.get("query", {}), quote_via=quote)
    url = base + operation.path(example.get("path", {})) + (f"?{query}" if query else "")
    return Request(operation.method, url, _text(example) or None, dict(example["headers"]))


def _response(example: Mapping[str, Any]) -> dict[str, Any]:
    text = _text(example)
    return {
        "status": {"code": example["status"], "message": ""},
        "headers": {"Content-Type": [JSON_TYPE]} if text else {},
        "body": {"string": text},
    }


def _text(example: Mapping[str, Any]) -> str:
    return json.dumps(example["body"], ensure_ascii=False) if "body" in example else ""


def _about(question: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    notes = {
        "source": f"{question['document']}:{question['line']}",
        "answer": f"{answer['document']}:{answer['line']}",
        "statusPrinted": answer["statusPrinted"],
        "rebuilt": "digest" in (question.get("provenance"), answer.get("provenance")),
    }
    known = {
        "step": question["id"].partition(".")[2],
        "operation": question["operation"],
        "path": dict(question.get("path", {})),
        "notes": notes,
    }
    return {name: value for name, value in known.items() if value}


if __name__ == "__main__":
    build(Path(sys.argv[1]) if sys.argv[1:] else shipped_root() / DOCUMENTED)
