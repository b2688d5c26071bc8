"""Sends the printed requests of one document to an emulator, with live ids where they name entities."""

import copy
import re
import time
from typing import Any

import requests

from conformance.selftest.contract_files import CONTRACTS, read
from conformance.selftest.openapi_helper import operations

OWN = {
    "ACCESS_TOKEN": "access_token",
    "API_KEY": "api_key",
    "IMS_ORG": "org_id",
    "ORG_ID": "org_id",
    "SANDBOX_NAME": "sandbox",
}
MADE = {
    "createConnection": "connection",
    "createSourceConnection": "sourceConnection",
    "createTargetConnection": "targetConnection",
    "createFlow": "flow",
    "createSchema": "schema",
    "createDataSet": "dataSet",
    "createMappingSet": "mappingSet",
}
STATIC = ("connectionSpec", "flowSpec", "segment")


class Replay:
    """One emulator with the entities made so far; `answers` by the id of the printed request."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self.latest: dict[str, str] = {}
        self.answers: dict[str, requests.Response] = {}
        stats = self.send("getStats", {})
        self.tenant = stats.json()["tenantId"]

    def printed(self, example: dict[str, Any]) -> requests.Response:
        """The answer to a printed request."""
        body = self._bound(example)
        path = {
            k: self._entity(example, f"path.{k}") or v for k, v in example.get("path", {}).items()
        }
        headers = {k: self._text(v) for k, v in example.get("headers", {}).items()}
        if "If-Match" in headers:
            headers["If-Match"] = self._etag(path["id"])
        answer = self.send(example["operation"], path, headers, body, example.get("query"))
        self.answers[example["id"]] = answer
        self._remember(example["operation"], answer)
        return answer

    def send(self, operation_id, path, headers=None, body=None, query=None) -> requests.Response:
        """One request to an operation."""
        operation = operations()[operation_id]
        where = operation.path.format(**path) if path else operation.path
        base = operation.document["servers"][0]["url"]
        own = {
            "Authorization": f"Bearer {self.settings['access_token']}",
            "x-api-key": self.settings["api_key"],
            "x-gw-ims-org-id": self.settings["org_id"],
            "x-sandbox-name": self.settings["sandbox"],
        }
        method = operation.at.split(" ")[1].upper()
        url = self.settings["base_url"] + base + where
        return requests.request(
            method, url, headers=headers or own, json=body, params=query, timeout=10
        )

    def _text(self, text: str) -> str:
        text = re.sub(r"\{(\w+)\}", lambda m: self.settings.get(OWN.get(m[1], ""), m[0]), text)
        return text.replace("{TENANT_ID}", self.tenant)

    def _bound(self, example: dict[str, Any]) -> Any:
        if "body" not in example:
            return None
        values = example.get("values", {})
        body = self._filled(copy.deepcopy(example["body"]), values)
        for pointer, kind in example.get("references", {}).items():
            if pointer.startswith("/") and kind not in STATIC:
                _set(body, pointer, self._need(kind))
        return body

    def _filled(self, node: Any, values: dict[str, Any]) -> Any:
        if isinstance(node, dict):
            return {k: self._filled(v, values) for k, v in node.items()}
        if isinstance(node, list):
            return [self._filled(v, values) for v in node]
        if isinstance(node, str):
            return values[node] if node in values else node.replace("{TENANT_ID}", self.tenant)
        return node

    def _entity(self, example: dict[str, Any], place: str) -> str | None:
        kind = example.get("references", {}).get(place)
        return self._need(kind) if kind else None

    def _need(self, kind: str) -> str:
        if kind not in self.latest:
            file, position = PREREQUISITES[kind]
            example = copy.deepcopy(read(CONTRACTS / "examples" / file).data["examples"][position])
            if "title" in example["body"]:
                example["body"]["title"] += " (prerequisite)"
            self.printed({**example, "id": f"{kind} (prerequisite)"})
        return self.latest[kind]

    def _etag(self, flow: str) -> str:
        for _ in range(40):
            item = self.send("getFlow", {"id": flow}).json()["items"][0]
            if item["state"] == "enabled":
                return item["etag"]
            time.sleep(0.02)
        raise AssertionError(f"flow {flow} is never enabled")

    def _remember(self, operation: str, answer: requests.Response) -> None:
        kind = MADE.get(operation)
        if kind is None or not answer.ok:
            return
        body = answer.json()
        name = (
            body[0].rsplit("/", 1)[-1]
            if kind == "dataSet"
            else body["$id" if kind == "schema" else "id"]
        )
        self.latest[kind] = name


def _index_of(file: str, operation: str) -> int:
    listed = read(CONTRACTS / "examples" / file).data["examples"]
    return next(
        i for i, e in enumerate(listed) if e["operation"] == operation and e["kind"] == "request"
    )


PREREQUISITES = {
    "connection": ("stripe.yaml", _index_of("stripe.yaml", "createConnection")),
    "schema": ("payments.yaml", _index_of("payments.yaml", "createSchema")),
    "dataSet": ("payments.yaml", _index_of("payments.yaml", "createDataSet")),
}


def _set(document: Any, pointer: str, value: Any) -> None:
    *parents, last = pointer.split("/")[1:]
    for key in parents:
        document = document[int(key)] if isinstance(document, list) else document[key]
    document[int(last) if isinstance(document, list) else last] = value
