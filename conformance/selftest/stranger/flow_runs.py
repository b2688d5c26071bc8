"""Runs of flows, and the explore call, of the stranger's Flow Service."""

import base64
import copy
import json
import random
import re

from conformance.selftest.stranger.core import Refuse, Reply
from conformance.selftest.stranger.flow_specs import (
    CHARGES,
    STR,
)


class Runs:
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
