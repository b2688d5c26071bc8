"""Two small clients as a team may have written them, with mistakes that can be planted one by one.

They share nothing with the suite: one is a pipeline over requests, the other an activation over httpx.
"""

import base64
import json
import time

import httpx
import requests

STRIPE = "cc2c31d6-7b8c-4581-b49f-5c8698aa3ab3"
REST_FLOW = "6499120c-0b15-42dc-936e-847ea3c24d72"
LAKE = "c604ff05-7f1a-43c0-8e18-33bf874cb11c"
STORE = "8a9c3494-9708-43d7-ae3f-cda01e5030e1"
KINESIS = "86043421-563b-46ec-8e6c-e23184711bf6"
ACTIVATION_FLOW = "71471eba-b620-49e4-90fd-23f1fa0174d8"
PROFILE = "https://ns.adobe.com/xdm/context/profile"
LOOKUP = "application/vnd.adobe.xed+json; version=1"

PIPELINE_MISTAKES = {
    "no-if-match": "client.updates.if-match-is-sent",
    "form-body": "client.headers.body-is-declared-as-json",
    "no-accept": "client.headers.registry-read-names-a-media-type",
    "milliseconds": "client.schedules.start-is-in-epoch-seconds",
    "too-often": "client.schedules.interval-is-within-bounds",
}
ACTIVATION_MISTAKES = {
    "no-api-key": "client.headers.api-key-is-sent",
    "stale-etag": "client.updates.if-match-is-the-etag-last-returned",
    "move": "client.updates.operations-are-add-replace-or-remove",
    "patch-object": "client.updates.body-is-a-json-patch",
    "state": "client.bodies.state-is-not-sent",
}


def headers_of(settings):
    return {
        "Authorization": f"Bearer {settings['access_token']}",
        "x-api-key": settings["api_key"],
        "x-gw-ims-org-id": settings["org_id"],
        "x-sandbox-name": settings["sandbox"],
    }


class Pipeline:
    """Brings Stripe payments in, changes the schedule, and cleans up."""

    def __init__(self, settings, session=None, mistakes=()):
        self.base = f"{settings['base_url']}/data/foundation"
        self.session = session or requests.Session()
        self.session.headers.update(headers_of(settings))
        self.mistakes = set(mistakes)

    def call(self, method, path, body=None, **headers):
        return self.session.request(
            method, self.base + path, json=body, headers=headers or None, timeout=10
        )

    def made(self, path, body):
        answer = self.call("POST", path, body)
        return answer.json()["id"]

    def run(self, name="payments"):
        account = self.account(name)
        schema = self.schema(name)
        source = self.source(name, account)
        target = self.target(name, schema)
        flow = self.flow(name, source, target, self.mapping(schema["$id"]))
        self.watch(flow)
        self.update(flow)
        made = {
            "flows": flow,
            "sourceConnections": source,
            "targetConnections": target,
            "connections": account,
        }
        for path, identifier in made.items():
            self.call("DELETE", f"/flowservice/{path}/{identifier}")
        self.call("GET", f"/flowservice/flows/{flow}")  # 404: the proof that it is gone

    def account(self, name):
        body = {
            "name": name,
            "connectionSpec": {"id": STRIPE, "version": "1.0"},
            "auth": {
                "specName": "OAuth2 Refresh Code",
                "params": {"accessToken": "sk-of-stripe-1"},
            },
        }
        if "form-body" in self.mistakes:
            url = f"{self.base}/flowservice/connections"
            text = json.dumps({**body, "name": f"{name} as text"})
            self.session.post(url, data=text, headers={"Content-Type": "text/plain"}, timeout=10)
        account = self.made("/flowservice/connections", body)
        asked = base64.b64encode(b'{"resourcePath":"charges"}').decode()
        query = {
            "objectType": "rest",
            "object": "json",
            "fileType": "json",
            "preview": "false",
            "sourceParams": asked,
        }
        url = f"{self.base}/flowservice/connections/{account}/explore"
        self.session.get(url, params=query, timeout=10)
        return account

    def schema(self, name):
        body = {
            "type": "object",
            "title": f"Schema of {name}",
            "description": "",
            "allOf": [{"$ref": PROFILE}],
        }
        made = self.call("POST", "/schemaregistry/tenant/schemas", body).json()
        place = f"/schemaregistry/tenant/schemas/{made['meta:altId']}"
        if "no-accept" in self.mistakes:
            self.call("GET", place)
        self.call("GET", place, Accept=LOOKUP)
        return made

    def source(self, name, account):
        body = {
            "name": f"{name} source",
            "baseConnectionId": account,
            "connectionSpec": {"id": STRIPE, "version": "1.0"},
            "data": {"format": "json"},
            "params": {"resourcePath": "charges"},
        }
        return self.made("/flowservice/sourceConnections", body)

    def target(self, name, schema):
        data = {
            "name": f"{name} data",
            "schemaRef": {
                "id": schema["$id"],
                "contentType": "application/vnd.adobe.xed+json;version=1",
            },
        }
        listed = self.call("POST", "/catalog/dataSets?requestDataSource=true", data).json()
        body = {
            "name": f"{name} target",
            "connectionSpec": {"id": LAKE, "version": "1.0"},
            "data": {"format": "parquet_xdm", "schema": {"id": schema["$id"]}},
            "params": {"dataSetId": listed[0].rpartition("/")[2]},
        }
        return self.made("/flowservice/targetConnections", body)

    def mapping(self, schema):
        item = {
            "destinationXdmPath": "_id",
            "sourceAttribute": "id",
            "identity": False,
            "version": 0,
        }
        body = {"version": 0, "xdmSchema": schema, "xdmVersion": "1.0", "mappings": [item]}
        return self.made("/conversion/mappingSets", body)

    def flow(self, name, source, target, mapping):
        start = int(time.time()) + 3600
        body = {
            "name": f"{name} flow",
            "flowSpec": {"id": REST_FLOW, "version": "1.0"},
            "sourceConnectionIds": [source],
            "targetConnectionIds": [target],
            "transformations": [
                {"name": "Mapping", "params": {"mappingId": mapping, "mappingVersion": 0}}
            ],
            "scheduleParams": {"startTime": start, "frequency": "minute", "interval": 15},
        }
        wrong = {"milliseconds": {"startTime": start * 1000}, "too-often": {"interval": 10}}
        for mistake, change in wrong.items():
            if mistake in self.mistakes:
                schedule = {**body["scheduleParams"], **change}
                self.call("POST", "/flowservice/flows", {**body, "scheduleParams": schedule})
        return self.made("/flowservice/flows", body)

    def watch(self, flow):
        for _ in range(100):
            self.item = self.call("GET", f"/flowservice/flows/{flow}").json()["items"][0]
            if self.item.get("state") == "enabled":
                return
            time.sleep(0.02)

    def update(self, flow):
        patch = [{"op": "replace", "path": "/scheduleParams/frequency", "value": "day"}]
        etag = self.item["etag"]
        if "no-if-match" in self.mistakes:
            self.call("PATCH", f"/flowservice/flows/{flow}", patch)
        self.call("PATCH", f"/flowservice/flows/{flow}", patch, **{"If-Match": etag})
        self.watch(flow)


class Activation:
    """Sends profiles to Kinesis, adds a segment, and cleans up."""

    def __init__(self, settings, client=None, mistakes=()):
        self.headers = headers_of(settings)
        self.client = client or httpx.Client(timeout=10)
        self.base = f"{settings['base_url']}/data/foundation/flowservice"
        self.mistakes = set(mistakes)

    def call(self, method, path, body=None, **headers):
        sent = {**self.headers, **headers}
        return self.client.request(method, self.base + path, json=body, headers=sent)

    def made(self, path, **body):
        return self.call("POST", path, body).json()["id"]

    def run(self, name="activation"):
        self.call("GET", "/connectionSpecs")
        if "no-api-key" in self.mistakes:
            key = self.headers.pop("x-api-key")
            self.call("GET", "/flows")
            self.headers["x-api-key"] = key
        store, kinesis = {"id": STORE, "version": "1.0"}, {"id": KINESIS, "version": "1.0"}
        params = {"accessKeyId": "AKIA", "secretKey": "kinesis-secret-1", "region": "eu-west-1"}
        auth = {"specName": "Amazon Kinesis authentication credentials", "params": params}
        base = self.made("/connections", name=name, connectionSpec=store)
        data = {"format": "json"}
        source = self.made(
            "/sourceConnections",
            name=name,
            baseConnectionId=base,
            connectionSpec=store,
            data=data,
            params={},
        )
        account = self.made("/connections", name=f"{name} out", connectionSpec=kinesis, auth=auth)
        target = self.made(
            "/targetConnections",
            name=name,
            baseConnectionId=account,
            connectionSpec=kinesis,
            data=data,
            params={"stream": "s", "region": "eu-west-1"},
        )
        flow = self.flow(name, source, target)
        self.activate(flow)
        self.call("DELETE", f"/flows/{flow}")

    def flow(self, name, source, target):
        selectors = {"selectors": []}
        params = {"segmentSelectors": selectors, "profileSelectors": selectors}
        body = {
            "name": name,
            "flowSpec": {"id": ACTIVATION_FLOW, "version": "1.0"},
            "sourceConnectionIds": [source],
            "targetConnectionIds": [target],
            "transformations": [{"name": "GeneralTransform", "params": params}],
        }
        if "state" in self.mistakes:
            self.call("POST", "/flows", {**body, "state": "enabled"})
        return self.made("/flows", **body)

    def enabled(self, flow):
        for _ in range(100):
            item = self.call("GET", f"/flows/{flow}").json()["items"][0]
            if item.get("state") == "enabled":
                return item["etag"]
            time.sleep(0.02)
        raise AssertionError("never enabled")

    def activate(self, flow):
        place = "/transformations/0/params/segmentSelectors/selectors/-"
        segment = {"type": "PLATFORM_SEGMENT", "value": {"name": "Buyers", "id": "25768be6"}}
        add = {"op": "add", "path": place, "value": segment}
        first = self.enabled(flow)
        if "move" in self.mistakes:
            moved = {"op": "move", "from": "/name", "path": "/description"}
            self.call("PATCH", f"/flows/{flow}", [moved], **{"If-Match": first})
        if "patch-object" in self.mistakes:
            self.call("PATCH", f"/flows/{flow}", add, **{"If-Match": first})
        second = {"type": "PLATFORM_SEGMENT", "value": {"name": "Sellers", "id": "f4e1ad22"}}
        both = [add, {**add, "value": second}]
        self.call("PATCH", f"/flows/{flow}", both, **{"If-Match": first})
        self.enabled(flow)
        if "stale-etag" in self.mistakes:
            self.call("PATCH", f"/flows/{flow}", [add], **{"If-Match": first})
