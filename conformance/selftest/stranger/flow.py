import base64
import copy
import hashlib
import json
import random
import re
import threading
import time
import uuid
from urllib.parse import quote

from conformance.selftest.stranger.core import Refuse, Reply

LAKE, UPS = "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "8a9c3494-9708-43d7-ae3f-cda01e5030e1"
KIN, HUB = "86043421-563b-46ec-8e6c-e23184711bf6", "bf9f5905-92b7-48bf-bf20-455bc6b60a4e"
PAY, SSC, SNOW = (
    "221c7626-58f6-4eec-8ee2-042b0226f03b",
    "cb66ab34-8619-49cb-96d1-39b37ede86ea",
    "eb13cb25-47ab-407f-ba89-c0125281c563",
)
CIO, STR = "96479064-7b8a-4d69-b9ed-21c5683837ea", "cc2c31d6-7b8c-4581-b49f-5c8698aa3ab3"
CRM, HOOK = "14518937-270c-4525-bdec-c2ba7cce3860", "e77fde5a-22a8-11ed-861d-0242ac120002"
REST, DEST = "6499120c-0b15-42dc-936e-847ea3c24d72", "71471eba-b620-49e4-90fd-23f1fa0174d8"
BATCH, STREAM, DST = (
    "0ed90a81-07f4-4586-8190-b40eccef1c5a",
    "521eee4d-8cbe-4906-bb48-fb6bd4450033",
    "14e34fac-d307-11e9-bb65-2a2ae2dbcce4",
)
CHARGES = ["charges", "subscriptions", "refunds", "balance_transactions", "customers", "prices"]


def auth(name, *params):
    return {
        "name": name,
        "type": "BasicAuthentication",
        "spec": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {p: {"type": "string"} for p in params},
            "required": [p for p in params if p not in ("region", "connectionUrl")],
        },
    }


CSPECS = {
    LAKE: ("Data Lake", BATCH, []),
    UPS: ("Unified Profile Service", DST, []),
    KIN: (
        "Amazon Kinesis",
        DST,
        [
            auth(n, "accessKeyId", "secretKey", "region", "connectionUrl")
            for n in (
                "Aws Kinesis authentication credentials",
                "Amazon Kinesis authentication credentials",
            )
        ],
    ),
    HUB: (
        "Azure Event Hubs",
        DST,
        [
            auth(n, "sasKeyName", "sasKey", "namespace")
            for n in (
                "Azure EventHub authentication credentials",
                "Azure Event Hubs authentication credentials",
            )
        ],
    ),
    PAY: (
        "paypal",
        BATCH,
        [auth("Client-Id-Secret Based Authentication", "host", "clientId", "clientSecret")],
    ),
    SSC: (
        "Salesforce Service Cloud",
        BATCH,
        [auth("Basic Authentication", "username", "password", "securityToken")],
    ),
    SNOW: ("ServiceNow", BATCH, [auth("Basic Authentication", "endpoint", "username", "password")]),
    CIO: ("Customer.io", STREAM, []),
    STR: ("Stripe", BATCH, [auth("OAuth2 Refresh Code", "accessToken")]),
    "2acf109f-9b66-4d5e-bc18-ebb2adcff8d5": (
        "Square",
        BATCH,
        [auth("OAuth2 Refresh Code", "accessToken")],
    ),
}
FSPECS = {
    CRM: ("CRMToAEP", BATCH, [PAY, SSC, SNOW], [LAKE]),
    HOOK: ("Streaming SDK webhook", STREAM, [CIO], [LAKE]),
    REST: ("Generic REST to AEP", BATCH, [STR, "2acf109f-9b66-4d5e-bc18-ebb2adcff8d5"], [LAKE]),
    DEST: ("UPS to profile based destination", DST, [UPS], [KIN, HUB]),
}
PATHS = {
    "connections": "connections",
    "sourceConnections": "source",
    "targetConnections": "target",
    "flows": "flow",
}
KNOWN = set(
    [
        "id",
        "name",
        "description",
        "connectionSpec",
        "flowSpec",
        "state",
        "version",
        "etag",
        "createdAt",
        "updatedAt",
        "createdBy",
        "updatedBy",
        "createdClient",
        "updatedClient",
        "sandboxId",
        "sandboxName",
        "imsOrgId",
        "auth",
        "data",
        "params",
        "baseConnectionId",
        "providerId",
        "sourceConnectionIds",
        "targetConnectionIds",
        "transformations",
        "scheduleParams",
        "inheritedAttributes",
        "options",
        "runs",
        "providerRefId",
        "lastOperation",
        "flowId",
        "metrics",
        "activities",
        "attributes",
        "transformationSpecs",
        "scheduleSpec",
        "authSpec",
        "labels",
        "lastRunDetails",
        "sourceConnectionSpecIds",
        "targetConnectionSpecIds",
        "targetSpec",
        "typeInfo",
    ]
)


class Flow:
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
            raise Refuse(
                400,
                {
                    "type": "/placeholder/type/uri",
                    "status": 400,
                    "title": "BadRequestError",
                    "detail": "A valid content-type must be specified",
                },
            )
        if not body.strip():
            raise self.err("1405", 400, "Empty body", "Empty request body")
        try:
            return json.loads(body.decode("utf-8"))
        except (ValueError, UnicodeDecodeError, RecursionError):
            raise self.err("1406", 400, "Malformed", "the body is not JSON")

    # -- specs
    def cspec_list(self):
        out = []
        for i, (name, prov, auths) in CSPECS.items():
            s = {"id": i, "name": name, "providerId": prov, "version": "1.0"}
            if auths:
                s["authSpec"] = copy.deepcopy(auths)
            for x in s.get("authSpec", []):
                if not self.t.auth_required:
                    del x["spec"]["required"]
            if i == LAKE:
                s["targetSpec"] = {
                    "name": "Data set",
                    "type": "DataSet",
                    "spec": {
                        "$schema": "http://json-schema.org/draft-07/schema#",
                        "type": "object",
                        "properties": {"dataSetId": {"type": "string"}},
                        "required": ["dataSetId"],
                    },
                }
            if self.t.optional == "rich":
                s |= {
                    "attributes": {"category": {"name": "x"}},
                    "permissionsInfo": {"view": [{"@type": "lowLevel", "name": "a"}], "manage": []},
                    "encryptionSpecs": [],
                }
            if self.t.optional == "null":
                s |= {"unknownMember": None}
            out.append(s)
        if self.t.order != "insertion":
            random.shuffle(out)
        return out

    def fspec_list(self):
        later = self.t.spec == "later"
        out = []
        for i, (name, prov, src, tgt) in FSPECS.items():
            mapping = {
                "name": "Mapping",
                "spec": {
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "type": "object",
                    "description": "x",
                    "properties": {
                        "mappingId": {"type": "string"},
                        "mappingVersion": {"type": "string"},
                    },
                },
            }
            cp = {
                "name": "Copy",
                "spec": {
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "type": "object",
                    "properties": {
                        "deltaColumn": {
                            "type": "object",
                            "properties": {
                                k: {"type": "string"} for k in ("name", "dateFormat", "timezone")
                            },
                            "required": ["name"],
                        }
                    },
                    "required": ["deltaColumn"],
                },
            }
            s = {
                "id": i,
                "name": name,
                "providerId": prov,
                "version": "1.0",
                "transformationSpecs": [cp, mapping]
                if i == CRM
                else [mapping]
                if i != DEST
                else [{"name": "GeneralTransform", "spec": {"type": "object"}}],
            }
            if i in (CRM, REST):
                p = {
                    "startTime": {"description": "epoch time", "type": "integer"},
                    "interval": {"type": "integer"},
                    "frequency": {"type": "string", "enum": ["minute", "hour", "day", "week"]},
                    "backfill": {"type": "boolean", "default": True},
                }
                spec = {
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "type": "object",
                    "properties": p,
                    "required": ["startTime", "frequency", "interval"],
                    "if": {"properties": {"frequency": {"const": "minute"}}},
                    "then": {"properties": {"interval": {"minimum": 15}}},
                    "else": {
                        "properties": {
                            "interval": {"minimum": 15 if self.t.floor15 and later else 1}
                        }
                    },
                }
                if later:
                    p["frequency"]["enum"].insert(0, "once")
                    spec = {
                        "$schema": spec["$schema"],
                        "type": "object",
                        "properties": p,
                        "required": ["startTime", "frequency"],
                        "if": {"properties": {"frequency": {"const": "once"}}},
                        "then": {
                            "allOf": [
                                {"not": {"required": ["interval"]}},
                                {"not": {"required": ["backfill"]}},
                            ]
                        },
                        "else": {
                            "required": ["interval"],
                            "if": {"properties": {"frequency": {"const": "minute"}}},
                            "then": spec["then"],
                            "else": spec["else"],
                        },
                    }
                else:
                    p["endTime"] = {"description": "epoch time", "type": "integer"}
                s["scheduleSpec"] = {"name": "PeriodicSchedule", "type": "Periodic", "spec": spec}
            if later:
                s |= {
                    "sourceConnectionSpecIds": src,
                    "targetConnectionSpecIds": tgt,
                    "attributes": {"isSourceFlow": i != DEST},
                    "permissionsInfo": {"view": [], "manage": []},
                }
            out.append(s)
        if self.t.order != "insertion":
            random.shuffle(out)
        return out

    def specs(self, m, parts, query, items):
        kind = parts[0]
        if m != "GET":
            raise Refuse(405, {"errorMessage": "method"}, [("Allow", "GET")])
        if len(parts) == 2:
            found = [s for s in items if s["id"] == parts[1]]
            if not found:
                raise self.missing(kind, parts[1])
            return self.envelope(found)
        if len(parts) > 2:
            raise Refuse(404, {"errorMessage": "no such path"})
        for k, _ in query:
            if (
                k not in ("property", "limit", "orderby", "count", "continuationToken")
                and self.t.unknown_param == "400"
            ):
                raise self.err("1451", 400, "Unknown", f"unknown query parameter {k}")
        return Reply(200, {"items": self.filter(items, query, kind)})

    # -- lists
    def envelope(self, items, more=None, paged=False):
        body = {"items": items}
        if more:
            body["_links"] = {"next": {"href": more}}
        elif self.t.links == "empty":
            body["_links"] = {}
        elif self.t.links == "null-next":
            body["_links"] = {"next": None} if paged else {}
        if self.t.listed_count:
            body["count"] = len(items)
        return Reply(200, body)

    def filter(self, items, query, kind):
        for k, v in query:
            if k != "property":
                continue
            if "~" in v:
                raise self.err("1440", 400, "Unsupported", "~ is not supported")
            mm = re.match(r"^([^=<>!]+?)(==|>=|<=|>|<|=)(.*)$", v, re.S)
            if not mm:
                raise self.err("1450", 400, "Operator", f"bad operator in {v}")
            path, op, val = mm.groups()
            if not val:
                raise self.err("1453", 400, "Value", "the value is empty")
            if path.split(".")[0].replace("[]", "") not in KNOWN:
                raise self.err("1449", 400, "Field", f"unknown field {path}")
            if op == "=" and not path.startswith("attributes."):
                raise self.err("1450", 400, "Operator", "bad operator =")
            if path == "state" and val.strip('"') not in ("enabled", "disabled", "initializing"):
                raise self.err(
                    "1456", 400, "State", "state must be enabled, disabled, initializing"
                )
            wanted = [x.strip('"') for x in (val.split(",") if not val.startswith('"') else [val])]
            if len(wanted) > 1 and op != "==":
                raise self.err("1443", 400, "Comma", "only with ==")
            items = [i for i in items if self.match(i, path, op, wanted)]
        return items

    def match(self, item, path, op, wanted):
        vals = [item]
        for step in path.split("."):
            arr = step.endswith("[]")
            step = step[:-2] if arr else step
            vals = [v.get(step) for v in vals if isinstance(v, dict)]
            if arr:
                vals = [x for v in vals if isinstance(v, list) for x in v]
        for v in vals:
            if v is None:
                continue
            s = json.dumps(v) if isinstance(v, (bool, int, float)) else str(v)
            if op in ("==", "="):
                if s in wanted or s.strip('"') in wanted:
                    return True
            else:
                try:
                    a, b = float(v), float(wanted[0])
                except (TypeError, ValueError):
                    a, b = s, wanted[0]
                if {">": a > b, "<": a < b, ">=": a >= b, "<=": a <= b}[op]:
                    return True
        return False

    def list(self, kind, box, query, items, path):
        q = dict(query)
        for k, _ in query:
            if (
                k not in ("property", "limit", "orderby", "count", "continuationToken")
                and self.t.unknown_param == "400"
            ):
                raise self.err("1451", 400, "Unknown", f"unknown query parameter {k}")
        cont = q.get("continuationToken")
        if cont is not None:
            if cont not in self.tokens:
                raise self.err("1452", 400, "Token", "unknown continuation token")
            ids, n, k2 = self.tokens[cont]
            byid = {i["id"]: i for i in items}
            rows = [byid[i] for i in ids if i in byid]
            return self.page(kind, rows, n, path)
        limit = q.get("limit")
        if limit is not None:
            if q.get("count", "").lower() == "true":
                raise self.err(
                    "1401", 400, "limit+count", "limit and count cannot be used together"
                )
            if self.t.clamp and limit.isdigit() and int(limit) > 100:
                limit = "100"
            if not limit.isdigit() or int(limit) < 1 or int(limit) > 100:
                raise self.err("1402", 400, "limit", "limit must be between 1 and 100")
        items = self.filter(items, query, kind)
        order = q.get("orderby")
        if order is not None:
            for f in reversed(order.split(",")):
                name = f.lstrip("+- ")
                if name not in KNOWN:
                    raise self.err("1432", 400, "orderby", f"bad orderby {f}")
                items = sorted(
                    items,
                    key=lambda i: (
                        i.get(name) is not None,
                        i.get(name) if isinstance(i.get(name), (int, float)) else 0,
                        str(i.get(name)),
                    ),
                    reverse=f.startswith("-"),
                )
        elif kind == "flows" or self.t.order == "newest":
            items = items[::-1]
        elif self.t.order == "shuffled":
            random.shuffle(items)
        if q.get("count", "").lower() == "true":
            return Reply(200, {"count": len(items)})
        if q.get("count", "false").lower() not in ("false", ""):
            raise self.err("1403", 400, "count", "count is boolean")
        n = int(limit) if limit else 100
        if limit and self.t.page_cap:
            n = min(n, self.t.page_cap)
        return self.page(kind, items, n, path)

    def page(self, kind, items, n, path):
        head, rest = items[:n], items[n:]
        more = None
        if rest:
            raw = uuid.uuid4().hex
            tok = {
                "plain": raw,
                "base64": base64.b64encode(raw.encode() + b"?>\xff").decode(),
                "jsonish": json.dumps(
                    [
                        {
                            "compositeToken": {
                                "token": "+RID:~" + raw + "==#RT:1",
                                "range": {"min": "", "max": "FF"},
                            }
                        }
                    ]
                ),
                "long": raw * 20,
            }[self.t.token]
            self.tokens[tok] = ([i["id"] for i in rest], n, kind)
            more = f"{path}?continuationToken={quote(tok, safe='')}"
        return self.envelope(head, more, True)

    # -- read
    def view(self, e):
        self.settle(e)
        out = {k: copy.deepcopy(v) for k, v in e.items() if not k.startswith("_")}
        out["version"] = out["etag"]
        self.echo(out)
        o = self.t.optional
        if o == "lean":
            for k in (
                "createdClient",
                "updatedClient",
                "sandboxId",
                "providerRefId",
                "lastOperation",
            ):
                out.pop(k, None)
        if o == "null":
            out |= {"unknownMember": None, "another": []}
        if out.get("auth"):
            p = out["auth"].get("params")
            if isinstance(p, dict):
                if self.t.secrets == "mask":
                    out["auth"]["params"] = {
                        k: "******" if re.search("(?i)secret|key$|password|token", k) else v
                        for k, v in p.items()
                    }
                if self.t.secrets == "drop":
                    out["auth"]["params"] = {
                        k: v
                        for k, v in p.items()
                        if not re.search("(?i)secret|key$|password|token", k)
                    }
        return out

    def echo(self, out):
        t = self.t
        sp = out.get("scheduleParams")
        if isinstance(sp, dict):
            for k in ("startTime", "interval"):
                if str(sp.get(k)).lstrip("-").isdigit():
                    sp[k] = (
                        int(sp[k])
                        if t.schedule_echo == "numbers"
                        else str(sp[k])
                        if t.schedule_echo == "strings"
                        else sp[k]
                    )
            if "backfill" in sp and t.schedule_echo == "numbers":
                sp["backfill"] = str(sp["backfill"]).lower() == "true"
            if t.backfill == "default" and sp.get("frequency") != "once":
                sp.setdefault("backfill", True)
        for x in out.get("transformations") or []:
            p = x.get("params") or {}
            if x.get("name") == "Mapping" and "mappingVersion" in p and t.map_version != "asis":
                p["mappingVersion"] = (
                    str(p["mappingVersion"]) if t.map_version == "str" else int(p["mappingVersion"])
                )
            if t.enrich and x.get("name") == "GeneralTransform":
                for side in ("profileSelectors", "segmentSelectors"):
                    for s in (p.get(side) or {}).get("selectors") or []:
                        if isinstance(s, dict) and isinstance(s.get("value"), dict):
                            s["value"].setdefault("createTime", "1658344069")
        if t.description == "empty":
            out.setdefault("description", "")

    # -- create
    def spec_ref(self, b, table, field):
        r = b.get(field)
        if not isinstance(r, dict) or not isinstance(r.get("id"), str):
            raise self.bad("1413", "Spec", f"Please provide a valid spec id ({field}.id)")
        if r["id"] not in table:
            raise self.bad("1413", "Spec", "Please provide a valid spec id")
        if r.get("version") is None:
            if self.t.no_version != "default":
                raise self.err(
                    "1411",
                    self.t.no_version,
                    "version",
                    f"{field}.version 'version' is required for spec info",
                )
            r["version"] = "1.0"
        elif r["version"] != "1.0":
            raise self.bad("1413", "Spec", "no such version")
        return r["id"]

    def need_ref(self, box, kind, eid):
        if (
            not isinstance(eid, str)
            or eid not in self.table(box, kind)
            or self.table(box, kind)[eid].get("_gone")
        ):
            raise self.err(
                "1101", self.t.missing_ref, "Not found", f"{kind} not found with id = [{eid}]"
            )
        return self.table(box, kind)[eid]

    def create(self, kind, box, query, b):
        if not isinstance(b, dict):
            raise self.err("1400", 400, "Body", "an object is needed")
        if not b:
            raise self.err("1405", 400, "Empty body", "Empty request body")
        for k in ("name", "description"):
            if k in b and b[k] is not None and not isinstance(b[k], str):
                raise self.bad("1400", k, f"{k} is a string")
        must_name = kind in ("sourceConnections", "flows") or self.t.nameless == "refuse"
        if not b.get("name") and must_name:
            raise self.bad("1455", "name", "Missing field name")
        for k in ("data", "params", "auth"):
            if b.get(k) is not None and not isinstance(b[k], dict):
                raise self.bad("1400", k, f"{k} is an object")
        if "state" in b:
            raise self.err("1410", 400, "state", "state must not be given")
        getattr(self, "check_" + PATHS[kind])(box, b)
        now, who = self.now(), "0A1B2C3D4E5F60718293A4B5@AdobeID"
        etag = self.new_etag()
        e = {
            "id": self.new_id(),
            "createdAt": now,
            "updatedAt": now,
            "createdBy": who,
            "updatedBy": who,
            "createdClient": "client",
            "updatedClient": "client",
            "sandboxId": self.sandbox_ids.setdefault(box, str(uuid.uuid4())),
            "sandboxName": box,
            "imsOrgId": self.org,
        }
        e |= {
            k: v for k, v in copy.deepcopy(b).items() if k not in e and k not in ("etag", "version")
        }
        e |= {"state": "enabled", "etag": etag, "_until": None, "_next": "enabled", "_bump": False}
        if kind == "flows":
            self.finish_flow(box, e)
        if self.t.settle and kind != "connections":
            tr = (
                self.t.transition
                if kind == "flows"
                else {"initializing": "inProgress", "pending": "updating"}.get(
                    self.t.transition, self.t.transition
                )
            )
            e |= {
                "state": tr,
                "_until": time.time() + self.t.settle * (1 if kind == "flows" else 0.3),
                "_bump": kind == "flows",
            }
        self.table(box, kind)[e["id"]] = e
        reply = {"id": e["id"], "etag": etag}
        if self.t.create_etag == "as-printed":
            spec = (e.get("connectionSpec") or {}).get("id")
            if spec in (UPS, KIN, HUB) or (e.get("flowSpec") or {}).get("id") == CRM:
                del reply["etag"]
        if self.t.extra:
            reply |= {"requestId": uuid.uuid4().hex, "ütf": "ñ\u2028"}
        loc = {
            "none": [],
            "relative": [("Location", f"/data/foundation/flowservice/{kind}/{e['id']}")],
            "absolute": [
                (
                    "Location",
                    f"https://platform.adobe.io/data/foundation/flowservice/{kind}/{e['id']}",
                )
            ],
        }[self.t.location]
        return Reply(201, reply, loc)

    def check_connections(self, box, b):
        spec = self.spec_ref(b, CSPECS, "connectionSpec")
        a, specs = b.get("auth"), {x["name"]: x for x in CSPECS[spec][2]}
        if a:
            if not isinstance(a.get("specName"), str) or a["specName"] not in specs:
                raise self.bad("1415", "auth", "auth.specName is not in the connection spec")
            if not isinstance(a.get("params"), dict):
                raise self.bad("1415", "auth", "auth.params missing")
            lost = (
                []
                if not self.t.auth_required
                else [
                    p
                    for p in specs[a["specName"]]["spec"]["required"]
                    if not isinstance(a["params"].get(p), str)
                ]
            )
            if lost:
                raise self.bad("1455", "auth", f"Missing field auth.params.{lost[0]}")

    def base(self, box, b, spec):
        if b.get("baseConnectionId") is not None:
            base = self.need_ref(box, "connections", b["baseConnectionId"])

    def check_source(self, box, b):
        spec = self.spec_ref(b, CSPECS, "connectionSpec")
        self.base(box, b, spec)
        f = (b.get("data") or {}).get("format")
        if spec in (CIO, STR) and f != "json":
            raise self.bad("1460", "format", "only json is supported")
        if spec not in (UPS,) and not f:
            raise self.bad("1455", "data", "Missing field data.format")

    def check_target(self, box, b):
        spec = self.spec_ref(b, CSPECS, "connectionSpec")
        self.base(box, b, spec)
        if spec == LAKE and not isinstance((b.get("params") or {}).get("dataSetId"), str):
            raise self.bad("1455", "params", "Missing field params.dataSetId")

    def check_flow(self, box, b):
        spec = self.spec_ref(b, FSPECS, "flowSpec")
        _, _, src, tgt = FSPECS[spec]
        for k, kind, allowed in (
            ("sourceConnectionIds", "sourceConnections", src),
            ("targetConnectionIds", "targetConnections", tgt),
        ):
            ids = b.get(k)
            if not isinstance(ids, list) or len(ids) != 1:
                raise self.bad("1455", k, f"Missing field {k}")
            if self.need_ref(box, kind, ids[0])["connectionSpec"]["id"] not in allowed:
                raise self.bad("1461", k, "the connection does not fit the flow spec")
        self.check_transformations(box, b, spec)
        self.check_schedule(b.get("scheduleParams"), spec)

    def check_transformations(self, box, b, spec):
        tr = b.get("transformations")
        if tr is None:
            tr = []
        if not isinstance(tr, list) or any(
            not isinstance(x, dict)
            or not isinstance(x.get("name"), str)
            or not isinstance(x.get("params", {}), dict)
            for x in tr
        ):
            raise self.bad("1455", "transformations", "transformations need name and params")
        for x in tr:
            if x["name"] == "Mapping":
                p = x.get("params") or {}
                mid, ver = p.get("mappingId"), p.get("mappingVersion", 0)
                if isinstance(ver, bool) or not re.fullmatch(r"\d{1,9}", str(ver)):
                    raise self.bad("1412", "mappingVersion", "bad mapping version")
                ms = self.peers["prep"].sets.get((box, mid)) if isinstance(mid, str) else None
                if ms is None:
                    raise self.bad("1419", "mapping", "mapping validation failed")
                if int(ver) != ms["version"]:
                    raise self.bad("1412", "mappingVersion", "bad mapping version")
                self.same_schema(box, b, ms)
            if x["name"] == "Copy" and spec == CRM:
                d = (x.get("params") or {}).get("deltaColumn")
                if not isinstance(d, dict) or not isinstance(d.get("name"), str):
                    raise self.bad("1455", "deltaColumn", "Missing field deltaColumn.name")

    def same_schema(self, box, b, ms):
        """1425: the mapping set is for the schema of the dataset."""
        target = self.table(box, "targetConnections").get(
            (b.get("targetConnectionIds") or [None])[0]
        )
        found = ((target or {}).get("params") or {}).get("dataSetId")
        row = self.peers["catalog"].rows.get(box, {}).get(found) if isinstance(found, str) else None
        wanted = ((row or {}).get("schemaRef") or {}).get("id")
        meant = ((ms.get("outputSchema") or {}).get("schemaRef") or {}).get("id")
        if wanted and meant and wanted != meant:
            raise self.err("1425", 400, "schema", "the mapping set is for another schema")

    def check_schedule(self, s, spec):
        if spec not in (CRM, REST):
            return
        if s is None:
            raise self.bad("1455", "scheduleParams", "Missing field scheduleParams")
        if not isinstance(s, dict):
            raise self.bad("1455", "scheduleParams", "an object")

        def whole(v):
            return not isinstance(v, bool) and (
                isinstance(v, int)
                or (isinstance(v, float) and v.is_integer())
                or (isinstance(v, str) and re.fullmatch(r"-?\d{1,15}", v))
            )

        f = s.get("frequency")
        if not isinstance(f, str) or f not in ("once", "minute", "hour", "day", "week"):
            raise self.bad("1462", "frequency", "frequency is one of once, minute, hour, day, week")
        if "startTime" not in s or not whole(s["startTime"]):
            raise self.bad("1462", "startTime", "startTime in seconds is needed")
        if s.get("backfill") is not None and not (
            isinstance(s["backfill"], bool) or s["backfill"] in ("true", "false")
        ):
            raise self.bad("1462", "backfill", "boolean")
        if f == "once" and self.t.once == "refuse" and self.t.spec == "printed":
            raise self.bad("1462", "frequency", "frequency is one of minute, hour, day, week")
        if f == "once":
            if self.t.once_extra == "refuse" and ("interval" in s or "backfill" in s):
                raise self.bad("1462", "once", "interval and backfill are unavailable")
            return
        if not whole(s.get("interval")):
            raise self.bad("1462", "interval", "interval is a non-zero integer")
        if int(s["interval"]) < (15 if f == "minute" or self.t.floor15 else 1):
            raise self.bad("1462", "interval", "interval is too small")

    def finish_flow(self, box, e):
        spec = e["flowSpec"]["id"]
        if spec == DEST and not e.get("transformations"):
            e["transformations"] = [
                {
                    "name": "GeneralTransform",
                    "params": {
                        "profileSelectors": {"selectors": []},
                        "segmentSelectors": {"selectors": []},
                    },
                }
            ]
        inh = {
            "properties": {"isDestinationFlow": True} if spec == DEST else {"isSourceFlow": True}
        }
        for k, kind in (("source", "sourceConnections"), ("target", "targetConnections")):
            c = self.table(box, kind)[e[k + "ConnectionIds"][0]]
            inh[k + "Connections"] = [
                {"id": c["id"], "connectionSpec": copy.deepcopy(c["connectionSpec"])}
            ]
        e["inheritedAttributes"] = inh
        if spec == HOOK:
            e["options"] = {
                "inletUrl": "https://dcs.adobedc.net/collection/"
                + self.peers["inlet"].new(box, e["id"])
            }
        e["runs"] = (
            f"/runs?property=flowId=={e['id']}"
            if self.t.runs_link == "query"
            else f"/flows/{e['id']}/runs"
        )
        e["providerRefId"] = str(uuid.uuid4())
        e["lastOperation"] = {
            "started": 0,
            "updated": 0,
            "operation": "create" if self.t.settle else "enable",
        }
        e["_runs"] = []
        if spec in (CRM, REST) and e["scheduleParams"]["frequency"] != "once":
            for _ in range(self.t.runs):
                e["_runs"].append(self.new_run(e))

    # -- update
    def guard(self, e, headers):
        m = headers.get("If-Match")
        if m is None:
            raise self.err("1403", 400, "Header is missing", "If-Match header is missing")
        if m != e["etag"]:
            raise self.err(
                "1404",
                412,
                "Version not matching",
                f"Supplied version=[{json.dumps(m)}] does not match the current version on entity=[{json.dumps(e['etag'])}]",
            )

    def patch(self, kind, box, eid, headers, body):
        e = self.get(box, kind, eid)
        ops = self.json(headers, body)
        self.guard(e, headers)
        if self.t.strict_transitions and e["state"] not in ("enabled", "disabled"):
            raise self.err(
                "1421", 400, "state", f"a transitional state {e['state']} cannot be patched"
            )
        if not isinstance(ops, list) or not ops:
            raise self.err("1405", 400, "Empty body", "a JSON Patch array is needed")
        draft = {
            k: copy.deepcopy(v)
            for k, v in e.items()
            if k
            in (
                "name",
                "description",
                "scheduleParams",
                "transformations",
                "auth",
                "params",
                "data",
                "labels",
                "connectionSpec",
            )
        }
        for op in ops:
            self.apply(draft, op)
        if draft.get("connectionSpec") != e.get("connectionSpec"):
            raise self.err("1414", 400, "connectionSpec", "connectionSpec is immutable")
        for k in ("name", "description"):
            if draft.get(k) is not None and not isinstance(draft[k], str):
                raise self.bad("1400", k, f"{k} is a string")
        if kind == "flows":
            if not draft.get("name"):
                raise self.bad("1455", "name", "Missing field name")
            whole = {**draft, "targetConnectionIds": e["targetConnectionIds"]}
            self.check_transformations(box, whole, e["flowSpec"]["id"])
            old, new = (x.get("scheduleParams") for x in (e, draft))
            starts = [str(s.get("startTime")) for s in (old, new) if isinstance(s, dict)]
            if len(set(starts)) == 2 and starts[0].isdigit() and int(starts[0]) < time.time():
                raise self.bad("1462", "startTime", "a startTime that has passed stays")
            self.check_schedule(draft.get("scheduleParams"), e["flowSpec"]["id"])
        if kind == "connections":
            self.check_connections(
                box, {"connectionSpec": e["connectionSpec"], "auth": draft.get("auth")}
            )
        for k in list(e):
            if k in (
                "name",
                "description",
                "scheduleParams",
                "transformations",
                "auth",
                "params",
                "data",
                "labels",
            ):
                del e[k]
        e |= draft
        e["etag"], e["updatedAt"] = self.new_etag(), max(self.now(), e["updatedAt"])
        e["lastOperation"] = (
            {"started": 0, "updated": 0, "operation": "update"}
            if kind == "flows"
            else e.get("lastOperation")
        )
        if e["lastOperation"] is None:
            del e["lastOperation"]
        if kind == "flows" and self.t.patch_updating:
            e |= {
                "_until": time.time() + 0.5,
                "_next": e["state"],
                "_bump": False,
                "state": "updating",
            }
        how = self.t.patch_reply if self.t.patch_reply != "mixed" else random.choice(["200", "202"])
        if how == "202" and kind == "flows":
            return Reply(202)
        if kind in ("sourceConnections", "targetConnections") and self.t.patch_conn_reply == "list":
            return self.envelope([self.view(e)])
        return Reply(200, {"id": e["id"], "etag": e["etag"]})

    def apply(self, doc, op):
        if not isinstance(op, dict):
            raise self.err("1434", 400, "op", "an operation is an object")
        name, path = op.get("op"), op.get("path")
        if isinstance(name, str) and self.t.op_case == "any":
            name = name.lower()
        if name not in ("add", "replace", "remove") and not (name == "test" and self.t.patch_test):
            raise self.err("1434", 400, "op", f"unsupported op {name!r}")
        if not isinstance(path, str) or not path.startswith("/"):
            raise self.err("1455", 400, "path", f"Missing field {path}")
        if name != "remove" and "value" not in op:
            raise self.err("1455", 400, "value", "Missing field value")
        steps = [s.replace("~1", "/").replace("~0", "~") for s in path[1:].split("/")]
        if steps[0] not in (
            "name",
            "description",
            "scheduleParams",
            "transformations",
            "auth",
            "params",
            "data",
            "labels",
            "connectionSpec",
        ):
            raise self.err("1455", 400, "path", f"Missing field {path}")
        at = doc
        for s in steps[:-1]:
            at = (
                at[self.index(at, s, path)]
                if isinstance(at, list)
                else at.get(s)
                if isinstance(at, dict)
                else None
            )
            if at is None:
                raise self.err("1455", 400, "path", f"Missing field {path}")
        last, v = steps[-1], copy.deepcopy(op.get("value"))
        if isinstance(at, list):
            if name == "add":
                at.insert(len(at) if last == "-" else self.index(at, last, path, 1), v)
            else:
                i = self.index(at, last, path)
                if name == "remove":
                    del at[i]
                elif name == "replace":
                    at[i] = v
                elif at[i] != v:
                    raise self.err("1463", 400, "test", "test failed")
        elif isinstance(at, dict):
            if name != "add" and last not in at:
                raise self.err("1455", 400, "path", f"Missing field {path}")
            if name == "remove":
                del at[last]
            elif name == "test":
                if at[last] != v:
                    raise self.err("1463", 400, "test", "test failed")
            else:
                at[last] = v
        else:
            raise self.err("1455", 400, "path", f"Missing field {path}")

    def index(self, at, s, path, more=0):
        if not re.fullmatch(r"0|[1-9]\d{0,8}", s) or int(s) >= len(at) + more:
            raise self.err("1455", 400, "path", f"Missing field {path}")
        return int(s)

    def delete(self, kind, box, eid):
        e = self.get(box, kind, eid)
        flows = [f for f in self.table(box, "flows").values() if not f.get("_gone")]
        if kind == "connections":
            users = [
                c
                for k in ("sourceConnections", "targetConnections")
                for c in self.table(box, k).values()
                if c.get("baseConnectionId") == eid
            ]
            ids = {c["id"] for c in users}
            if any(set(f["sourceConnectionIds"] + f["targetConnectionIds"]) & ids for f in flows):
                raise self.err("1418", 400, "in use", "base connection is still used by flows")
        if kind in ("sourceConnections", "targetConnections") and self.t.in_use:
            if any(eid in f["sourceConnectionIds"] + f["targetConnectionIds"] for f in flows):
                raise self.err("1447", 400, "in use", "active flows reference the entity")
        if (
            kind == "flows"
            and self.t.strict_transitions
            and e["state"] not in ("enabled", "disabled", "initializing")
        ):
            raise self.err(
                "1416", 400, "state", "deleted only when enabled, disabled or initializing"
            )
        if e.get("_gone"):
            pass
        elif self.t.slow_delete:
            e |= {
                "_gone": time.time() + self.t.slow_delete,
                "state": "delete-finalizing",
                "_until": None,
            }
        else:
            del self.table(box, kind)[eid]
        s = self.t.delete_status if self.t.delete_status != "mixed" else random.choice([202, 204])
        return Reply(s)

    def action(self, box, e, query, headers):
        op = dict(query).get("op") or ""
        if headers.get("If-Match") is not None:
            self.guard(e, headers)
        if op.lower() not in ("enable", "disable", "publish"):
            raise self.err("1402", 400, "op", "unknown action")
        if op.lower() == "publish":
            raise self.err("1422", 400, "op", "action not applicable to state")
        want = op.lower() + "d"
        if e["state"] == want:
            raise self.err("1422", 400, "op", f"action not applicable to state {e['state']}")
        if e["state"] not in ("enabled", "disabled"):
            raise self.err("1422", 400, "op", f"action not applicable to state {e['state']}")
        e["etag"], e["updatedAt"], e["state"] = (
            self.new_etag(),
            max(self.now(), e["updatedAt"]),
            want,
        )
        if self.t.settle:
            e |= {
                "state": {"enabled": "enabling", "disabled": "disabling"}[want],
                "_until": time.time() + self.t.settle,
                "_next": want,
                "_bump": False,
            }
        return Reply(200, {"id": e["id"], "etag": e["etag"]})

    # -- runs
    def new_run(self, f):
        n = self.now()
        st = random.choice(["success", "failed", "scheduled"])
        return {
            "id": self.new_id(),
            "createdAt": n,
            "updatedAt": n,
            "flowId": f["id"],
            "flowSpec": f["flowSpec"],
            "sandboxName": f["sandboxName"],
            "imsOrgId": self.org,
            "etag": self.new_etag(),
            "metrics": {
                "durationSummary": {"startedAtUTC": n, "completedAtUTC": n},
                "sizeSummary": {"inputBytes": 0, "outputBytes": 0},
                "recordSummary": {
                    "inputRecordCount": 0,
                    "outputRecordCount": 0,
                    "failedRecordCount": 0,
                },
                "fileSummary": {"inputFileCount": 0, "outputFileCount": 0},
                "statusSummary": {"status": st},
            },
            "activities": [],
        }

    def runs(self, m, parts, query, headers, body, box):
        all_runs = [r for f in self.table(box, "flows").values() for r in f["_runs"]]
        if len(parts) == 2 and m == "GET":
            found = [r for r in all_runs if r["id"] == parts[1]]
            if not found:
                raise self.missing("runs", parts[1])
            return self.envelope(found)
        if len(parts) == 1 and m == "GET":
            for k, v in query:
                mm = re.match('^flowId=="?([^"]+)"?$', v) if k == "property" else None
                if mm and mm[1] not in self.table(box, "flows") and self.t.nd_strict:
                    raise self.err("1430", 400, "flow not found", f"flow not found {mm[1]}")
            return self.list("runs", box, query, [copy.deepcopy(r) for r in all_runs], "/runs")
        if len(parts) == 1 and m == "POST":
            b = self.json(headers, body)
            if not isinstance(b, dict) or not isinstance(b.get("flowId"), str):
                raise self.bad("1455", "flowId", "Missing field flowId")
            f = self.table(box, "flows").get(b["flowId"])
            if not f:
                raise self.err("1430", 400, "flow not found", "flow not found")
            self.settle(f)
            if (f.get("scheduleParams") or {}).get("frequency") != "once":
                raise self.err("1464", 400, "once", "the flow must be scheduled once")
            if f["state"] not in ("enabled",) and self.t.strict_transitions:
                raise self.err("1444", 400, "state", "flow not in expected state")
            r = self.new_run(f)
            f["_runs"].append(r)
            pair = {"id": r["id"], "etag": r["etag"]}
            return Reply(201, pair if self.t.run_reply == "pair" else {"items": [pair]})
        raise Refuse(
            405 if len(parts) < 3 else 404, {"errorMessage": "method"}, [("Allow", "GET, POST")]
        )

    # -- explore
    def explore(self, e, query):
        q, spec = dict(query), e["connectionSpec"]["id"]
        kind = (q.get("objectType") or "").lower()
        if spec == STR:
            if (
                kind != "rest"
                or q.get("object") != "json"
                or q.get("fileType") != "json"
                or q.get("preview") not in ("true", "false")
                or not q.get("sourceParams")
            ):
                raise self.bad(
                    "1465",
                    "explore",
                    "objectType=rest, object=json, fileType=json, preview and sourceParams are needed",
                )
            try:
                path = json.loads(base64.b64decode(q["sourceParams"], validate=True))[
                    "resourcePath"
                ]
            except Exception:
                raise self.bad(
                    "1465", "sourceParams", "sourceParams is not base64 of a resource path"
                )
            if path not in CHARGES:
                raise self.bad("1465", "sourceParams", "unknown resource path")
            big = 9007199254740991
            data = {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "amount": {"type": "integer", "minimum": -big, "maximum": big},
                    "captured": {"type": "boolean"},
                    "metadata": {},
                },
            }
            out = {
                "format": "hierarchical",
                "schema": {"type": "object", "properties": {"data": data}},
            }
            if q["preview"] == "true":
                out["data"] = [
                    {"data": {"id": "ch_1", "amount": 3, "captured": True, "metadata": {}}}
                ]
            return Reply(200, out)
        if kind in ("root", "folder"):
            return Reply(
                200,
                [
                    {
                        "type": "table",
                        "name": "Account",
                        "path": "Account",
                        "canPreview": True,
                        "canFetchSchema": True,
                    }
                ],
            )
        if kind == "table" and q.get("object"):
            return Reply(
                200,
                {
                    "format": "flat",
                    "schema": {
                        "columns": [{"name": "Id", "type": "string", "xdm": {"type": "string"}}]
                    },
                },
            )
        raise self.bad("1465", "explore", "objectType and object are needed")
