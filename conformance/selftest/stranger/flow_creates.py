"""What the stranger's Flow Service wants of creates."""

import copy
import re
import time
import uuid

from conformance.selftest.stranger.core import Reply
from conformance.selftest.stranger.flow_specs import (
    CIO,
    CRM,
    CSPECS,
    DEST,
    FSPECS,
    HOOK,
    HUB,
    KIN,
    LAKE,
    PATHS,
    REST,
    STR,
    UPS,
)


class Creates:
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
