"""The stranger's Data Prep."""

import copy
import threading
import time
import uuid

from conformance.selftest.stranger.core import Refuse, Reply, body_json, nd


class Prep:
    def __init__(self, t):
        self.t, self.lock, self.sets = t, threading.RLock(), {}

    def date(self, ms):
        return (
            ms
            if self.t.mapping_dates == "ms"
            else time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms / 1000)) + ".%03dZ" % (ms % 1000)
        )

    def __call__(self, m, parts, query, headers, body, box):
        t = self.t
        with self.lock:
            if not parts or parts[0] != "mappingSets" or len(parts) > 2:
                raise nd(t, 404)
            if len(parts) == 1 and m == "POST":
                b = body_json(t, headers, body, lambda s: nd(t, s))
                if not isinstance(b, dict):
                    raise nd(t, 400)
                maps = b.get("mappings")
                if not isinstance(maps, list) or any(not isinstance(x, dict) for x in maps):
                    raise nd(t, 400)
                if t.nd_strict and (not maps or not (b.get("xdmSchema") or b.get("outputSchema"))):
                    raise nd(t, 400)
                for x in maps:
                    if not isinstance(x.get("identity", False), bool):
                        raise nd(t, 400)
                    if x.get("sourceType", "ATTRIBUTE") not in (
                        "ATTRIBUTE",
                        "EXPRESSION",
                        "STATIC",
                    ):
                        raise nd(t, 400)
                i, now = uuid.uuid4().hex, int(time.time() * 1000)
                s = {
                    "id": i,
                    "version": 0,
                    "createdDate": now,
                    "modifiedDate": now,
                    "createdBy": "0A1B2C3D4E5F60718293A4B5@AdobeID",
                    "modifiedBy": "0A1B2C3D4E5F60718293A4B5@AdobeID",
                }
                self.sets[(box, i)] = {
                    **{k: v for k, v in copy.deepcopy(b).items() if k not in s},
                    **s,
                }
                return Reply(
                    t.mapping_status,
                    {**s, "createdDate": self.date(now), "modifiedDate": self.date(now)},
                )
            if len(parts) == 1 and m == "GET":
                q = dict(query)
                if t.prep_list == "strict" and not ("limit" in q and "start" in q):
                    raise nd(t, 400)
                lim, start = q.get("limit", "10"), q.get("start", "0")
                if not lim.isdigit() or not start.isdigit() or len(lim) > 6 or int(lim) < 1:
                    raise nd(t, 400)
                items = [self.show(s) for (bx, _), s in self.sets.items() if bx == box]
                if "name" in q:
                    items = [i for i in items if i.get("name") == q["name"]]
                o = q.get("orderBy", "")
                if o.lstrip("+- ") in ("createdDate", "updatedDate"):
                    items.sort(key=lambda s: str(s["createdDate"]), reverse=o.startswith("-"))
                total = len(items)
                items = items[int(start) : int(start) + int(lim)]
                return Reply(
                    200,
                    {
                        "data": items,
                        "_page": {
                            "count": total if t.count_total else len(items),
                            "limit": int(lim),
                        },
                        "_links": {},
                    },
                )
            if len(parts) == 2 and m == "GET":
                s = self.sets.get((box, parts[1]))
                if not s or dict(query).get("version", "0") != str(s["version"]):
                    raise nd(t, t.mapping_missing)
                return Reply(200, self.show(s))
            raise Refuse(405, b"", [("Allow", "GET, POST")])

    def show(self, s):
        s = {
            **copy.deepcopy(s),
            "createdDate": self.date(s["createdDate"]),
            "modifiedDate": self.date(s["modifiedDate"]),
        }
        for x in s["mappings"]:
            x["id"] = uuid.uuid4().hex
            if self.t.optional != "lean" and "sourceAttribute" in x:
                x |= {
                    "source": x["sourceAttribute"],
                    "destination": str(x.get("destinationXdmPath") or ""),
                    "sourceType": "text/x.schema-path",
                }
        return s
