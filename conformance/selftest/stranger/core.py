"""HTTP side: how things are said. All choices by trait."""

import gzip
import json
import random
import socket
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Refuse(Exception):
    def __init__(self, status, body=None, headers=(), ctype=None):
        self.status, self.body, self.headers, self.ctype = status, body, headers, ctype


class Reply:
    def __init__(self, status, body=None, headers=(), ctype=None):
        self.status, self.body, self.headers, self.ctype = status, body, list(headers), ctype


def nd(t, status):
    """An error whose body no document describes."""
    b = t.nd_body
    if b == "empty":
        return Refuse(status)
    if b == "html":
        return Refuse(status, b"<html><body>no</body></html>", ctype="text/html")
    if b == "text":
        return Refuse(status, b"no", ctype="text/plain; charset=utf-8")
    if b == "list":
        return Refuse(status, [{"code": 1, "msg": "no"}])
    return Refuse(status, {"title": "no", "status": status})


def bad_media():
    return Refuse(
        400,
        {
            "type": "/placeholder/type/uri",
            "status": 400,
            "title": "BadRequestError",
            "detail": "A valid content-type must be specified",
        },
    )


def body_json(t, headers, body, err):
    if (headers.get("Content-Type") or "").lower().split(";")[
        0
    ].strip() != "application/json" and not (headers.get("Content-Type") or "").endswith(
        "json-patch+json"
    ):
        raise bad_media()
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError):
        raise err(400)


def floaty(v):
    if isinstance(v, bool):
        return v
    if isinstance(v, int) and abs(v) > 10**6:
        return float(v)
    if isinstance(v, dict):
        return {k: floaty(x) for k, x in v.items()}
    if isinstance(v, list):
        return [floaty(x) for x in v]
    return v


def shuffle(v, rnd):
    if isinstance(v, dict):
        keys = list(v)
        rnd.shuffle(keys)
        return {k: shuffle(v[k], rnd) for k in keys}
    return [shuffle(x, rnd) for x in v] if isinstance(v, list) else v


def reorder(v):
    if isinstance(v, dict):
        return {k: reorder(v[k]) for k in reversed(list(v))}
    return [reorder(x) for x in v] if isinstance(v, list) else v


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "lawful", ""

    def log_message(self, *a):
        pass

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read_body(self):
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            out = b""
            while True:
                n = int(self.rfile.readline().split(b";")[0], 16)
                if not n:
                    while self.rfile.readline().strip():
                        pass
                    return out
                out += self.rfile.read(n)
                self.rfile.readline()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def handle_any(self):
        app, t = self.server.app, self.server.traits
        started = time.time()
        body = self.read_body()
        if t.latency:
            time.sleep(random.random() * 2 * t.latency)
        try:
            if (
                t.flaky
                and self.path.startswith("/data/foundation/flowservice")
                and random.random() < t.flaky
            ):
                raise Refuse(503, {"errorMessage": "service unavailable"}, [("Retry-After", "1")])
            reply = app(self, body)
        except Refuse as r:
            if r.status == 405:
                r.status = t.wrong_method
            reply = Reply(r.status, r.body, r.headers, r.ctype)
        except Exception:
            import traceback

            traceback.print_exc()
            print("CRASH", self.command, self.path, body[:300], file=sys.stderr, flush=True)
            reply = Reply(500, {"error": "crash"})
        self.send(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = do_TRACE = handle_any

    def text(self, v):
        t, rnd = self.server.traits, random
        if t.float_ints:
            v = floaty(v)
        s = t.json_style
        if s == "compact":
            return json.dumps(v, separators=(",", ":"), ensure_ascii=False)
        if s == "indent":
            return json.dumps(v, indent=3, ensure_ascii=False) + "\r\n\r\n"
        if s == "ascii":
            return json.dumps(v).replace("/", "\\/")
        if s == "sorted":
            return json.dumps(v, sort_keys=True)
        if s == "reversed":
            return json.dumps(reorder(v))
        return (
            "\n\t "
            + "".join(
                "\\u%04x" % ord(c) if c.isalpha() and False else c
                for c in json.dumps(shuffle(v, rnd), indent=1)
            ).replace('"https:', '"\\u0068ttps:')
            + " \n"
        )

    def name(self, n):
        c = self.server.traits.header_case
        if c == "lower":
            return n.lower()
        if c == "upper":
            return n.upper()
        if c == "title":
            return n.title()
        return "".join(random.choice([x.lower(), x.upper()]) for x in n)

    def send(self, r):
        t = self.server.traits
        headers = list(r.headers)
        raw = b""
        if r.body is not None:
            raw = r.body if isinstance(r.body, bytes) else self.text(r.body).encode()
            ct = r.ctype or "application/json"
            if not r.ctype and r.status >= 400 and t.problem == "problem":
                ct = "application/problem+json"
            elif not r.ctype and t.ctype == "vendor":
                ct = 'application/vnd.adobe.platform.resource+json; profile="x;y"'
            if "json" in ct:
                if t.ctype == "charset":
                    ct += ";charset=UTF-8"
                if t.ctype == "charset-quoted":
                    ct += ' ; charset="utf-8"'
            headers.append(("Content-Type", ct))
        if t.extra:
            headers += [
                ("X-Request-Id", uuid.uuid4().hex),
                ("Set-Cookie", "a=b; Path=/"),
                ("Set-Cookie", "c=d"),
                ("Vary", "Accept-Encoding"),
                ("Cache-Control", "no-store"),
                ("Strict-Transport-Security", "max-age=1"),
            ]
        if raw and t.gzip and "gzip" in (self.headers.get("Accept-Encoding") or ""):
            raw = gzip.compress(raw)
            headers.append(("Content-Encoding", "gzip"))
        if t.http10:
            self.close_connection = True
            headers = headers
        framing = (
            "length"
            if t.http10
            else random.choice(["length", "chunked", "close"])
            if t.framing == "mixed"
            else t.framing
        )
        bodiless = r.status in (204, 304) or self.command == "HEAD"
        if self.request_version == "HTTP/1.0" and framing == "chunked":
            framing = "close"
        if t.http10 and framing == "chunked":
            framing = "length"
        if bodiless:
            pass
        elif framing == "length":
            headers.append(("Content-Length", str(len(raw))))
        elif framing == "chunked":
            headers.append(("Transfer-Encoding", "chunked"))
        if not t.keepalive or (framing == "close" and not bodiless):
            headers.append(("Connection", "close"))
            self.close_connection = True
        random.shuffle(headers)
        out = [
            f"HTTP/1.{0 if t.http10 else 1} {r.status} {random.choice(['', 'Whatever', 'OK'])}\r\n"
        ]
        out += [
            f"{self.name(k)}:{random.choice([' ', '', '  '])}{v}\r\n"
            for k, v in headers + [("Date", self.date_time_string())]
        ]
        data = "".join(out).encode("latin1") + b"\r\n"
        if not bodiless:
            if framing == "chunked":
                while raw:
                    n = random.randint(1, max(1, min(len(raw), 900)))
                    data += b"%X;x=y\r\n" % n + raw[:n] + b"\r\n"
                    raw = raw[n:]
                data += b"0\r\n\r\n"
            else:
                data += raw
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
