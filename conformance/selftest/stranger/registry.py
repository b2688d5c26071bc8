"""The stranger's Schema Registry."""

import base64
import copy
import hashlib
import random
import re
import secrets
import threading
import time
import uuid
from urllib.parse import quote

from conformance.selftest.stranger.core import Refuse, Reply, body_json

PROFILE = "https://ns.adobe.com/xdm/context/profile"


class Registry:
    def __init__(self, t, org, tenant):
        self.t, self.org, self.tenant, self.lock, self.rows = t, org, tenant, threading.RLock(), {}

    def err(self, code, status, title, msg):
        if self.t.registry_error == "new":
            return Refuse(
                status,
                {
                    "type": f"http://ns.adobe.com/aep/errors/XDM-{code}-{status}",
                    "title": title,
                    "status": status,
                    "report": {
                        "registryRequestId": str(uuid.uuid4()),
                        "timestamp": "11-25-2020 07:56:25",
                        "detailed-message": msg,
                        "sub-errors": [],
                    },
                    "detail": msg,
                },
            )
        return Refuse(
            status,
            {"type": "/placeholder/type/uri", "status": status, "title": title, "detail": msg},
        )

    def __call__(self, m, parts, query, headers, body, box):
        with self.lock:
            if parts == ["stats"] and m == "GET":
                mine = {k: v for (b, k), v in self.rows.items() if b == box}
                brief = [
                    {
                        "$id": r["$id"],
                        "meta:altId": r["meta:altId"],
                        "version": r["version"],
                        "title": r["title"],
                    }
                    for k in mine.values()
                    for r in k.values()
                ]
                return Reply(
                    200,
                    {
                        "imsOrg": self.org,
                        "tenantId": self.tenant,
                        "counts": {
                            "schemas": len(mine.get("schemas", {})),
                            "mixins": 1,
                            "datatypes": 2,
                            "classes": len(mine.get("classes", {})),
                            "unions": 0,
                        },
                        "recentlyCreatedResources": brief,
                        "recentlyUpdatedResources": brief,
                        "classUsage": [] if self.t.optional == "lean" else {PROFILE: []},
                    },
                )
            if (
                len(parts) < 2
                or parts[0] not in ("tenant", "global")
                or parts[1] not in ("schemas", "classes")
            ):
                raise self.err("1012", 404, "Not found", "no such path")
            kind, rows = parts[1], self.rows.setdefault((box, parts[1]), {})
            if parts[0] == "global":
                rows = {}
            if len(parts) == 2:
                if m == "GET":
                    return self.list(query, headers, rows, kind)
                if m == "POST" and parts[0] == "tenant":
                    return self.create(
                        kind,
                        rows,
                        body_json(
                            self.t,
                            headers,
                            body,
                            lambda s: self.err("1001", s, "BadRequestError", "not JSON"),
                        ),
                        box,
                    )
                raise Refuse(405, {"title": "method"}, [("Allow", "GET, POST")])
            rid = "/".join(parts[2:])
            row = rows.get(rid) or next((r for r in rows.values() if r["$id"] == rid), None)
            if len(parts) > 3 and not row:
                raise self.err("1012", 404, "Not found", "no such path")
            if m == "GET":
                form = self.accept(headers, True)
                if not row:
                    raise self.err("1012", 404, "Resource not found", f"{rid} not found")
                return Reply(
                    200,
                    self.shape(row, form[0]),
                    ctype=headers.get("Accept")
                    if self.t.ctype == "vendor" and "," not in headers.get("Accept")
                    else None,
                )
            if m == "DELETE":
                if not row:
                    raise self.err("1012", 404, "Resource not found", f"{rid} not found")
                del rows[row["meta:altId"]]
                return Reply(204)
            raise Refuse(405, {"title": "method"}, [("Allow", "GET, DELETE")])

    def accept(self, headers, lookup):
        a = headers.get("Accept") or ""
        for one in a.split(","):
            mm = re.fullmatch(
                r"\s*application/vnd\.adobe\.(xed(?:-id|-full|-notext|-full-notext|-full-desc)?)\+json(?:\s*;\s*version=(\d+)(?:\.\d+)?)?\s*",
                one,
            )
            if not mm:
                continue
            if lookup and not mm[2]:
                raise self.err(
                    "1007",
                    400,
                    "Accept header invalid",
                    f"The supplied Accept header is not valid: {a} (Version should be specified)",
                )
            if lookup and mm[2] != "1":
                raise self.err("1008", 406, "NotAcceptableError", "no such version")
            return mm[1], mm[2]
        raise self.err(
            "1006",
            self.t.accept_error,
            "Accept header invalid",
            f"The supplied Accept header is not valid: {a}",
        )

    def shape(self, row, form):
        r = copy.deepcopy(row)
        if "full" in form:
            props = {"_id": {"type": "string", "title": "Id", "meta:xdmType": "string"}}
            for a in r.pop("allOf"):
                props |= a.get("properties", {})
            r["properties"] = props
            r["meta:xdmVersion"] = "1"
        if "notext" in form:
            r.pop("title", None)
            r.pop("description", None)
        return r

    def list(self, query, headers, rows, kind):
        form, _ = self.accept(headers, False)
        q = dict(query)
        order = q.get("orderby")
        if (("limit" in q) or ("start" in q)) and not order and self.t.nd_strict:
            raise self.err("1013", 400, "BadRequest", "limit and start need orderby")
        items = list(rows.values())
        for k, v in query:
            mm = re.match(r"^([^=]+)==(.*)$", v) if k == "property" else None
            if mm:
                items = [i for i in items if str(i.get(mm[1])) == mm[2].strip('"')]
        names = [f for f in (order or "title").split(",")]
        for f in reversed(names):
            items.sort(key=lambda i: str(i.get(f.lstrip("+- "), "")), reverse=f.startswith("-"))
        key, rev = names[0].lstrip("+- "), names[0].startswith("-")
        if order and q.get("start"):
            items = [
                i
                for i in items
                if (str(i.get(key, "")) < q["start"] if rev else str(i.get(key, "")) > q["start"])
            ]
        lim = q.get("limit", "300")
        if not re.fullmatch(r"\d{1,4}", lim):
            raise self.err("1013", 400, "BadRequest", "limit")
        n = min(int(lim) or 300, 300) if order else 300
        if order and self.t.page_cap:
            n = min(n, self.t.page_cap)
        head, more = items[:n], items[n:]
        brief = (
            (lambda r: {k: r[k] for k in ("$id", "meta:altId", "version", "title")})
            if form == "xed-id"
            else copy.deepcopy
        )
        nxt = (
            f"https://platform.adobe.io/data/foundation/schemaregistry/tenant/{kind}?orderby={quote(order or 'title', safe='')}&limit={n}&start={quote(str(head[-1].get(key, '')), safe='')}"
            if more
            else None
        )
        return Reply(
            200,
            {
                "results": [brief(r) for r in head],
                "_page": {"orderby": order or "title", "next": nxt, "count": len(head)},
                "_links": {
                    "next": {"href": nxt} if nxt else None,
                    f"global_{kind}": {
                        "href": f"https://platform.adobe.io/data/foundation/schemaregistry/global/{kind}"
                    },
                },
            },
        )

    def create(self, kind, rows, b, box):
        if not isinstance(b, dict):
            raise self.err("1001", 400, "BadRequestError", "an object is needed")
        for k, ty in (("title", str), ("type", str), ("allOf", list)):
            if not isinstance(b.get(k), ty) or not b[k]:
                raise self.err("1001", 400, "BadRequestError", f"{k} is needed")
        if self.t.nd_strict and not isinstance(b.get("description"), str):
            raise self.err("1001", 400, "BadRequestError", "description is needed")
        if b["type"] != "object":
            raise self.err("1001", 400, "BadRequestError", "type must be object")
        if any(not isinstance(a, dict) for a in b["allOf"]):
            raise self.err("1001", 400, "BadRequestError", "allOf")
        refs = [a["$ref"] for a in b["allOf"] if isinstance(a.get("$ref"), str)]
        refs = [r for r in refs if not r.startswith("#/")]
        if any(not r.startswith("https://ns.adobe.com/") for r in refs):
            raise self.err("1022", 400, "BadRequestError", "unknown reference")
        if not refs:
            raise self.err("1001", 400, "BadRequestError", "allOf needs a $ref")
        if any(
            r["title"] == b["title"]
            for (x, _), t in self.rows.items()
            if x == box
            for r in t.values()
        ):
            raise self.err("1521", 400, "BadRequestError", "Title must be unique")
        for r in refs:
            if f"/{self.tenant}/" in r and not any(
                x["$id"] == r for (bx, _), t in self.rows.items() if bx == box for x in t.values()
            ):
                raise self.err("1022", 400, "BadRequestError", f"unknown reference {r}")
        hx = secrets.token_hex(self.t.hex // 2)
        now = int(time.time() * 1000)
        if self.t.coarse:
            now = now // 1000 * 1000
        et = (
            hashlib.sha256(hx.encode()).hexdigest()
            if self.t.registry_etag == "hex"
            else base64.b64encode(secrets.token_bytes(20)).decode()
        )
        allof = copy.deepcopy(b["allOf"])
        for a in allof:
            a.setdefault("type", "object")
            a.setdefault("meta:xdmType", "object")
        cls = next((r for r in refs if "/classes/" in r), refs[0])
        known = {x["$id"]: x for (bx, k), t in self.rows.items() if bx == box for x in t.values()}
        ad = None
        if "https://ns.adobe.com/xdm/data/adhoc" in refs:
            ad = "_" + secrets.token_hex(16)
            for a in allof:
                if isinstance(a.get("properties"), dict) and "_adhoc" in a["properties"]:
                    a["properties"][ad] = a["properties"].pop("_adhoc")
        elif cls in known:
            ad = known[cls].get("meta:datasetNamespace")
        r = {
            "$id": f"https://ns.adobe.com/{self.tenant}/{kind}/{hx}",
            "meta:altId": f"_{self.tenant}.{kind}.{hx}",
            "meta:resourceType": kind,
            "version": "1.0",
            "title": b["title"],
            "type": "object",
        }
        if "description" in b:
            r["description"] = b["description"]
        uniq = list(dict.fromkeys(refs))
        random.shuffle(uniq)
        ext = list(
            dict.fromkeys(
                uniq
                + (
                    [
                        "https://ns.adobe.com/xdm/common/auditable",
                        "https://ns.adobe.com/xdm/data/record",
                    ]
                    if not ad
                    else []
                )
            )
        )
        random.shuffle(ext)
        r |= {
            "allOf": allof,
            "refs": uniq,
            "imsOrg": self.org,
            "meta:extensible": kind == "classes",
            "meta:abstract": kind == "classes",
            "meta:extends": ext,
            "meta:xdmType": "object",
            "meta:registryMetadata": {
                "repo:createdDate": now,
                "repo:lastModifiedDate": now,
                "xdm:createdClientId": "c",
                "xdm:lastModifiedClientId": "c",
                "xdm:createdUserId": "u@AdobeID",
                "xdm:lastModifiedUserId": "u@AdobeID",
                self.t.registry_etag_name: et,
            },
            "meta:containerId": "tenant",
            "meta:tenantNamespace": f"_{self.tenant}",
        }
        if kind == "schemas":
            r["meta:class"] = cls
        if ad:
            r["meta:datasetNamespace"] = ad
        if self.t.optional == "rich":
            r |= {"meta:sandboxId": str(uuid.uuid4()), "meta:sandboxType": "development"}
            r["meta:registryMetadata"]["meta:globalLibVersion"] = "1.10.4.2"
        rows[r["meta:altId"]] = r
        return Reply(
            201,
            copy.deepcopy(r),
            ctype="application/vnd.adobe.xed+json;version=1" if self.t.ctype == "vendor" else None,
        )
