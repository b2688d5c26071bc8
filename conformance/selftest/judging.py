"""Cassettes written by hand, and the command that judges them."""

import json

import jsonschema
import yaml

from conformance.selftest.command import run_command
from conformance.selftest.contract_files import CONTRACTS

SCHEMA = json.loads((CONTRACTS / "schemas" / "judgement.schema.json").read_text("utf-8"))
HOST = "https://platform.adobe.io"
FLOWS = f"{HOST}/data/foundation/flowservice/flows"


def interaction(method="GET", url=FLOWS, status=200, sent="", told='{"items": []}', **headers):
    answer = {"status": {"code": status, "message": "x"}, "body": {"string": told}}
    answer["headers"] = {"Content-Type": ["application/json"]}
    return {
        "request": {"method": method, "uri": url, "body": sent, "headers": headers},
        "response": answer,
    }


def cassette(path, *interactions):
    text = yaml.safe_dump({"version": 1, "interactions": list(interactions)})
    path.write_text(text, encoding="utf-8")
    return path


def judge(*words):
    return run_command("judge", *map(str, words))


def written(folder):
    judgement = json.loads((folder / "judgement.json").read_text("utf-8"))
    jsonschema.validate(judgement, SCHEMA)
    return judgement
