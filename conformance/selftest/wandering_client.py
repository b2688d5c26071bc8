"""A client that does what no document forbids and no tutorial shows; nothing of it may be held against anybody."""

import requests

from conformance.selftest.foreign_clients import LOOKUP, Pipeline, headers_of

NAME = "/schemaregistry/tenant/schemas"
NO_TEXT = "application/vnd.adobe.xed-notext+json; version=1"


class Wanderer(Pipeline):
    """Shares its entities with a second writer, whom nobody listens to."""

    def __init__(self, settings, session=None):
        super().__init__(settings, session)
        self.other = requests.Session()
        self.other.headers.update(headers_of(settings))

    def run(self, name="wandering"):
        account = self.account(name)
        schema = self.schema(name)
        source = self.source(name, account)
        target = self.target(name, schema)
        flow = self.flow(name, source, target, self.mapping(schema["$id"]))
        self.watch(flow)
        self.unseen_writers(f"/flowservice/flows/{flow}")
        self.unseen_writers(f"/flowservice/connections/{account}")
        self.upper_case(f"/flowservice/sourceConnections/{source}")
        self.upper_case(f"/flowservice/targetConnections/{target}")
        self.filters(flow, name)
        self.partial_reads(schema)
        self.more_than_documented(name)
        self.actions(flow)
        self.after_the_end(flow, account, schema)

    def etag(self, path):
        return self.call("GET", path).json()["items"][0]["etag"]

    def rename(self, session, path, name, etag):
        patch = [{"op": "replace", "path": "/name", "value": name}]
        headers = {"If-Match": etag}
        return session.patch(self.base + path, json=patch, headers=headers, timeout=10)

    def unseen_writers(self, path):
        stale = self.etag(path)
        self.rename(self.other, path, "theirs", stale)
        self.rename(self.session, path, "ours", stale)  # 412: they were first
        fresh = self.etag(path)
        self.rename(self.other, path, "theirs again", fresh)
        self.etag(path)
        fresh = self.other.get(self.base + path, timeout=10).json()["items"][0]["etag"]
        self.rename(self.session, path, "ours", fresh)  # an etag that was learned elsewhere
        answered = self.etag(path)
        self.rename(self.session, path, "ours too", answered)
        self.rename(self.other, path, "and theirs", self.etag(path))
        self.etag(path)

    def upper_case(self, path):
        patch = [{"op": "REPLACE", "path": "/description", "value": "described"}]
        self.call("PATCH", path, patch, **{"If-Match": self.etag(path)})
        self.call("GET", path)

    def filters(self, flow, name):
        for query in (
            f"runs?property=flowId=={flow}",
            f'runs?property=flowId=="{flow}"',
            f"runs?property=flowId=={flow}&limit=5",
            f"runs?limit=5&property=flowId=={flow}",
            "runs",
            "flows?limit=2",
            "flows?count=true",
            f'flows?property=name=="{name} flow"',
            "flows?orderby=-name",
            "flowSpecs?property=name==CRMToAEP",
            'flowSpecs?property=name=="CRMToAEP"&orderby=name',
            "connectionSpecs?property=name==Stripe",
            "connections?property=nothing==1",
            "connections?limit=1",
        ):
            self.call("GET", f"/flowservice/{query}")
        self.call("GET", "/catalog/dataSets?limit=3")

    def partial_reads(self, schema):
        place = f"{NAME}/{schema['meta:altId']}"
        self.call("GET", place, Accept=NO_TEXT)
        self.call("GET", place, Accept=f"text/html, {LOOKUP}")
        listed = self.call("GET", "/catalog/dataSets").json()
        for identifier in list(listed)[:2]:
            self.call("GET", f"/catalog/dataSets/{identifier}?properties=schemaRef")
            self.call("PATCH", f"/catalog/dataSets/{identifier}", {"name": "renamed"})
            self.call("GET", f"/catalog/dataSets/{identifier}")
        self.call("PUT", place, {"title": "another"})
        self.call("GET", place, Accept=LOOKUP)

    def more_than_documented(self, name):
        spec = {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}
        body = {"name": f"{name} more", "connectionSpec": spec, "x-note": {"by": "us"}}
        made = self.call("POST", "/flowservice/connections", body)
        if made.ok:
            self.call("GET", f"/flowservice/connections/{made.json()['id']}")
        self.call("POST", "/flowservice/connections?mode=draft", {"name": "a draft"})

    def actions(self, flow):
        self.call("POST", f"/flowservice/flows/{flow}/action?op=disable")
        self.call("GET", f"/flowservice/flows/{flow}")
        self.call("POST", f"/flowservice/flows/{flow}/action?op=publish")
        self.call("GET", f"/flowservice/flows/{flow}")

    def after_the_end(self, flow, account, schema):
        self.call("DELETE", f"/flowservice/connections/{account}")  # refused: in use
        for path in (f"/flowservice/flows/{flow}", f"{NAME}/{schema['meta:altId']}"):
            self.call("DELETE", path)
            self.call("DELETE", path)
            self.call("GET", path, Accept=LOOKUP)
        self.call("POST", "/flowservice/flows/search", {"limit": 10})
        self.call("GET", "/flowservice/flows/00000000-0000-0000-0000-000000000000")
        self.session.get(f"{self.base}/../../elsewhere", timeout=10)
