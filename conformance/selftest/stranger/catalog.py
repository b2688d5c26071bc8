"""The stranger's Catalog."""

import copy
import random
import re
import threading
import time

from conformance.selftest.stranger.core import Refuse, Reply, body_json, nd


class Catalog:
    def __init__(self, t, org):
        self.t, self.org, self.lock, self.rows, self.n = (
            t,
            org,
            threading.RLock(),
            {},
            random.getrandbits(24),
        )

    def __call__(self, m, parts, query, headers, body, box):
        t, rows = self.t, self.rows.setdefault(box, {})
        with self.lock:
            if not parts or parts[0].lower() != "datasets" or len(parts) > 2:
                raise nd(t, 404)
            if len(parts) == 1 and m == "GET":
                return self.list(dict(query), rows)
            if len(parts) == 1 and m == "POST":
                b = body_json(t, headers, body, lambda s: nd(t, s))
                if not isinstance(b, dict):
                    raise nd(t, 400)
                if t.nd_strict and (not isinstance(b.get("name"), str) or not b["name"]):
                    raise nd(t, 400)
                ref = b.get("schemaRef")
                if ref is not None and (
                    not isinstance(ref, dict)
                    or not isinstance(ref.get("id"), str)
                    or (t.nd_strict and not isinstance(ref.get("contentType"), str))
                ):
                    raise nd(t, 400)
                if (
                    ("name" in b and not isinstance(b["name"], str))
                    or not isinstance(b.get("description", ""), str)
                    or not isinstance(b.get("tags", {}), dict)
                ):
                    raise nd(t, 400)
                self.n += 1
                i = "%08x%010x%06x" % (int(time.time()), random.getrandbits(40), self.n & 0xFFFFFF)
                now = int(time.time() * 1000)
                rows[i] = {
                    **{
                        k: v
                        for k, v in b.items()
                        if k
                        in (
                            "name",
                            "description",
                            "schemaRef",
                            "tags",
                            "fileDescription",
                            "enableErrorDiagnostics",
                            "observableSchema",
                        )
                    },
                    "created": now,
                    "updated": now,
                    "version": "1.0.0",
                    "imsOrg": self.org,
                    "createdUser": "u@AdobeID",
                    "createdClient": "c",
                    "updatedUser": "u@AdobeID",
                }
                loc = {
                    "none": [],
                    "relative": [("Location", f"/data/foundation/catalog/dataSets/{i}")],
                    "absolute": [
                        (
                            "Location",
                            f"https://platform.adobe.io/data/foundation/catalog/dataSets/{i}",
                        )
                    ],
                }[t.location]
                return Reply(201, [f"@/{t.dataset_word}/{i}"], loc)
            if len(parts) == 1:
                raise Refuse(405, b"", [("Allow", "GET, POST")])
            i = parts[1]
            if m == "GET":
                if i not in rows:
                    raise nd(t, 404)
                return Reply(200, {i: self.cut(rows[i], dict(query))})
            if m == "DELETE":
                if i not in rows:
                    raise nd(t, t.catalog_delete_missing)
                del rows[i]
                return Reply(200, [f"@/{t.dataset_word}/{i}"])
            raise Refuse(405, b"", [("Allow", "GET, DELETE")])

    def cut(self, r, q):
        if q.get("properties"):
            return {k: copy.deepcopy(v) for k, v in r.items() if k in q["properties"].split(",")}
        return copy.deepcopy(r)

    def list(self, q, rows):
        lim, start = q.get("limit", "20"), q.get("start", "0")
        if self.t.clamp and re.fullmatch(r"\d{1,6}", lim) and int(lim) > 100:
            lim = "100"
        if (
            not re.fullmatch(r"\d{1,6}", lim)
            or not 1 <= int(lim) <= 100
            or not re.fullmatch(r"\d{1,9}", start)
        ):
            raise nd(self.t, 400)
        items = list(rows.items())
        for k in ("name", "description", "version", "createdClient"):
            if k in q:
                items = [(i, r) for i, r in items if r.get(k) == q[k]]
        if q.get("property"):
            mm = re.match(r"^([^=~]+)(==|=~|~)(.*)$", q["property"])
            if mm:
                try:
                    items = [
                        (i, r)
                        for i, r in items
                        if (
                            str(r.get(mm[1])) == mm[3]
                            if mm[2] == "=="
                            else re.search(mm[3], str(r.get(mm[1], "")))
                        )
                    ]
                except re.error:
                    raise nd(self.t, 400)
        o = q.get("orderBy")
        if o:
            d, _, f = o.partition(":")
            if d in ("asc", "desc") and f:
                for x in reversed(f.split(",")):
                    items.sort(
                        key=lambda p: (
                            isinstance(p[1].get(x), (int, float)),
                            p[1].get(x) if isinstance(p[1].get(x), (int, float)) else 0,
                            str(p[1].get(x)),
                        ),
                        reverse=d == "desc",
                    )
        elif self.t.order == "newest":
            items.reverse()
        items = items[int(start) : int(start) + int(lim)]
        return Reply(200, {i: self.cut(r, q) for i, r in items})
