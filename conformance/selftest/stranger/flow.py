"""The stranger's Flow Service: its entities, its errors, and which call goes where."""

import base64
import hashlib
import json
import random
import re
import threading
import time
import uuid

from conformance.selftest.stranger.core import Refuse, Reply, bad_media
from conformance.selftest.stranger.flow_changes import Changes
from conformance.selftest.stranger.flow_creates import Creates
from conformance.selftest.stranger.flow_lists import Lists
from conformance.selftest.stranger.flow_runs import Runs
from conformance.selftest.stranger.flow_specs import (
    PATHS,
    Specs,
)


class Flow(Specs, Lists, Creates, Changes, Runs):
    def __init__(self, t, org, tenant, peers):
        self.t, self.org, self.tenant, self.peers = t, org, tenant, peers
        self.lock = threading.RLock()
        self.rows = {}  # (sandbox, kind) -> {id: entity}
        self.provider = str(uuid.uuid4())
        self.sandbox_ids = {}
        self.tokens = {}

    # -- small things
    def now(self):
        n = int(time.time() * 1000) + self.t.skew * 1000
        return n // 1000 * 1000 if self.t.coarse else n

    def new_id(self):
        if self.t.ids == "v1":
            return str(uuid.uuid1())
        if self.t.ids == "v7":
            n = (int(time.time() * 1000) << 80) | random.getrandbits(80)
            n = n & ~(0xF << 76) | (7 << 76)
            n = n & ~(3 << 62) | (2 << 62)
            return str(uuid.UUID(int=n))
        return str(uuid.uuid4())

    def new_etag(self):
        e, h = self.t.etag, "%08x" % random.getrandbits(32)
        v = {
            "azure": f"{h}-0000-0200-0000-{int(time.time()):x}0000",
            "azure-1a": f"{h}-0000-1a00-0000-{int(time.time()):x}0000",
            "uuid": str(uuid.uuid4()).upper(),
            "long": hashlib.sha512(uuid.uuid4().bytes).hexdigest() * 2,
            "hex": "0x" + uuid.uuid4().hex.upper(),
            "weird": "a,b\\c;='" + uuid.uuid4().hex + "~[%20]",
            "short": base64.urlsafe_b64encode(random.randbytes(6)).decode(),
        }[e]
        return f'"{v}"'

    def err(self, code, status, title, msg, eid=None, kind=None):
        s = self.t.flow_error
        if s == "message" and status not in (400, 422):
            s = "old-short"
        if s == "message":
            return Refuse(status, {"message": msg})
        if s == "old-short":
            return Refuse(status, {"errorMessage": msg})
        if s == "old":
            return Refuse(status, {"errorMessage": msg, "errorDetails": msg})
        rep = {"detailed-message": msg, "request-id": str(uuid.uuid4())}
        if eid:
            rep |= {"id": eid, "type": kind}
        return Refuse(
            status,
            {
                "type": f"https://ns.adobe.com/aep/errors/FLOW-{code}-{status}",
                "title": title,
                "status": status,
                "report": rep,
                "errorMessage": msg,
                "errorDetails": msg,
            },
        )

    def bad(self, code, title, msg):
        return self.err(code, self.t.bad_value, title, msg)

    def missing(self, kind, eid):
        return self.err(
            "1439", 404, "Resource not found", f"{kind} not found with id = [{eid}]", eid, kind
        )

    def table(self, box, kind):
        return self.rows.setdefault((box, kind), {})

    def get(self, box, kind, eid):
        e = self.table(box, kind).get(eid)
        if e and e.get("_gone") and time.time() >= e["_gone"]:
            del self.table(box, kind)[eid]
            e = None
        if not e and self.t.malformed_id == 400 and not re.fullmatch(r"[0-9a-f-]{36}", eid):
            raise self.err("1400", 400, "id", "the id is no UUID")
        if not e:
            raise self.missing(kind, eid)
        self.settle(e)
        return e

    def settle(self, e):
        if e.get("_gone") and time.time() >= e["_gone"]:
            return
        if e["_until"] and time.time() >= e["_until"]:
            e["_until"] = None
            e["state"] = e["_next"]
            if e["_bump"]:
                e["etag"] = self.new_etag()
                e["updatedAt"] = self.now()

    # -- routing
    def __call__(self, m, parts, query, headers, body, box):
        t = self.t
        with self.lock:
            kind = parts[0] if parts else ""
            if kind == "connectionSpecs":
                return self.specs(m, parts, query, self.cspec_list())
            if kind == "flowSpecs":
                return self.specs(m, parts, query, self.fspec_list())
            if kind == "runs":
                return self.runs(m, parts, query, headers, body, box)
            if kind not in PATHS:
                raise Refuse(404, {"errorMessage": "no such path"})
            if len(parts) == 1:
                for i in [
                    i
                    for i, e in self.table(box, kind).items()
                    if e.get("_gone") and time.time() >= e["_gone"]
                ]:
                    del self.table(box, kind)[i]
                if m == "GET":
                    return self.list(
                        kind,
                        box,
                        query,
                        [self.view(e) for e in self.table(box, kind).values()],
                        f"/{kind}",
                    )
                if m == "POST":
                    return self.create(kind, box, query, self.json(headers, body))
                raise Refuse(405, {"errorMessage": "method"}, [("Allow", "GET, POST")])
            eid = parts[1]
            if len(parts) == 2:
                if m == "GET":
                    v = self.view(self.get(box, kind, eid))
                    r = self.envelope([v])
                    if self.t.etag_header:
                        r.headers.append(("ETag", v["etag"]))
                    return r
                if m == "PATCH":
                    return self.patch(kind, box, eid, headers, body)
                if m == "DELETE":
                    return self.delete(kind, box, eid)
                raise Refuse(405, {"errorMessage": "method"}, [("Allow", "GET, PATCH, DELETE")])
            if len(parts) == 3 and kind == "connections" and parts[2] == "test" and m == "GET":
                self.get(box, kind, eid)
                return Reply(200, {"result": True})
            if len(parts) == 3 and kind == "connections" and parts[2] == "explore" and m == "GET":
                return self.explore(self.get(box, kind, eid), query)
            if len(parts) == 3 and parts[2] == "action" and m == "POST" and kind == "flows":
                return self.action(box, self.get(box, kind, eid), query, headers)
            raise Refuse(404, {"errorMessage": "no such path"})

    def json(self, headers, body):
        if "application/json" not in (headers.get("Content-Type") or "").lower().split(";")[0]:
            raise bad_media()
        if not body.strip():
            raise self.err("1405", 400, "Empty body", "Empty request body")
        try:
            return json.loads(body.decode("utf-8"))
        except (ValueError, UnicodeDecodeError, RecursionError):
            raise self.err("1406", 400, "Malformed", "the body is not JSON")
