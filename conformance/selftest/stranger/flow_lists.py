"""How the stranger's Flow Service lists, pages and shows entities."""

import base64
import copy
import json
import random
import re
import uuid
from urllib.parse import quote

from conformance.selftest.stranger.core import Reply
from conformance.selftest.stranger.flow_specs import (
    KNOWN,
)


class Lists:
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
