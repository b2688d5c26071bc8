"""The stranger's streaming inlet."""

import json
import secrets
import time

from conformance.selftest.stranger.core import Refuse, Reply


class Inlet:
    def __init__(self, t):
        self.t, self.ids = t, {}

    def new(self, box, flow):
        i = secrets.token_hex(32)
        self.ids[i] = flow
        return i

    def err(self, status, title, msg):
        return Refuse(
            status,
            {
                "type": "https://ns.adobe.com/adobecloud/problem/data-collection-service-authorization",
                "status": str(status),
                "title": title,
                "report": {"message": f"[x] {msg}"},
            },
        )

    def __call__(self, m, parts, query, headers, body):
        t, batch = self.t, len(parts) > 1 and parts[1] == "batch"
        i = parts[-1]
        if m != "POST":
            raise Refuse(405, b"", [("Allow", "POST")])
        if len(parts) != (3 if batch else 2):
            raise self.err(404, "Not found", "no such path")
        if len(body) > 1_000_000:
            raise self.err(413, "Too large", "more than 1 MB")
        if (headers.get("Content-Type") or "").lower().split(";")[0] != "application/json":
            raise self.err(400, "Bad request", "content type")
        if i not in self.ids:
            raise self.err(400, "Bad request", "no such inlet")
        try:
            b = json.loads(body.decode())
        except (ValueError, RecursionError):
            raise self.err(400, "Bad request", "not JSON")
        now = int(time.time() * 1000)
        shown = str(now) if t.received == "str" else now
        if batch:
            if not isinstance(b, dict) or not isinstance(b.get("messages"), list):
                raise self.err(400, "Bad request", "messages")
            return Reply(
                207,
                {
                    "inletId": i,
                    "batchId": f"{now}:1",
                    "receivedTimeMs": shown,
                    "responses": [
                        {"xactionId": f"{now}:{n}"}
                        if isinstance(x, dict)
                        else {"statusCode": 400, "message": "not an object"}
                        for n, x in enumerate(b["messages"])
                    ],
                },
            )
        if not isinstance(b, dict):
            raise self.err(400, "Bad request", "an object is needed")
        return Reply(200, {t.inlet_name: i, "xactionId": f"{now}:0001:13", "receivedTimeMs": shown})
