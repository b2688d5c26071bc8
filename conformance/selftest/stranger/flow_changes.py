"""Updates, deletes and actions of the stranger's Flow Service."""

import copy
import json
import random
import re
import time

from conformance.selftest.stranger.core import Reply

CHANGEABLE = (
    "name",
    "description",
    "scheduleParams",
    "transformations",
    "auth",
    "params",
    "data",
    "labels",
)


class Changes:
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
        draft = {k: copy.deepcopy(v) for k, v in e.items() if k in (*CHANGEABLE, "connectionSpec")}
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
            if k in CHANGEABLE:
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
        if steps[0] not in (*CHANGEABLE, "connectionSpec"):
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
