"""Small HAR files of lawful exchanges, to be written otherwise or damaged."""

import copy
import json

HOST = "https://platform.adobe.io"
FLOWS = "/data/foundation/flowservice/flows"
CONNECTIONS = "/data/foundation/flowservice/connections"
RUNS = "/data/foundation/flowservice/runs"
NAME = "0a1b2c3d-0000-4000-8000-000000000001"
OTHER = "0a1b2c3d-0000-4000-8000-000000000002"
HEADERS = {
    "Authorization": "Bearer abcdefghijkl",
    "x-api-key": "key",
    "x-gw-ims-org-id": "ABC@AdobeOrg",
    "x-sandbox-name": "prod",
}


def entry(path, method="GET", status=200, told=None, sent=None, base=HOST, **headers):
    """An entry as a browser writes it."""
    asked = {**HEADERS, **{k.replace("_", "-"): v for k, v in headers.items()}}
    request = {"method": method, "url": base + path, "headers": []}
    if sent is not None:
        asked.setdefault("Content-Type", "application/json")
        request["postData"] = {"mimeType": asked["Content-Type"], "text": json.dumps(sent)}
    request["headers"] = [{"name": k, "value": v} for k, v in asked.items()]
    text = json.dumps(told if told is not None else {"items": []})
    content = {"size": len(text), "mimeType": "application/json", "text": text}
    answer = [{"name": "content-type", "value": "application/json"}]
    response = {"status": status, "headers": answer, "content": content}
    return {"time": 5, "request": request, "response": response}


def connection(name=NAME, etag='"1"', **more):
    """A base connection as a read shows it."""
    spec = {"id": "cc2c31d6-7b8c-4581-b49f-5c8698aa3ab3", "version": "1.0"}
    auth = {"specName": "OAuth2 Refresh Code", "params": {"accessToken": "x"}}
    dates = {"createdAt": 1597973312000, "updatedAt": 1597973312000}
    return {"id": name, "name": "mine", "connectionSpec": spec, "auth": auth, "version": etag,
            "etag": etag, "state": "enabled", **dates, **more}  # fmt: skip


def har(path, *entries, creator="selftest", dated=True):
    """Write a HAR file; each entry is dated a second after the one before."""
    listed = copy.deepcopy(list(entries))
    for number, one in enumerate(listed):
        if dated and isinstance(one, dict):
            one.setdefault("startedDateTime", f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z")
    log = {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": listed}
    path.write_text(json.dumps({"log": log}), encoding="utf-8")
    return path
