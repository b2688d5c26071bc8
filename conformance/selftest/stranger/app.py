"""The gateway and the token service of the stranger's server, and the server itself."""

import secrets
import time
from contextlib import contextmanager
from threading import Thread
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.selftest.stranger import core
from conformance.selftest.stranger.catalog import Catalog
from conformance.selftest.stranger.core import Refuse, Reply
from conformance.selftest.stranger.flow import Flow
from conformance.selftest.stranger.inlet import Inlet
from conformance.selftest.stranger.prep import Prep
from conformance.selftest.stranger.registry import Registry
from conformance.selftest.stranger.traits import choose

ORG, KEY, SECRET, TENANT = (
    "A1B2C3D4E5F60718293A4B5C@AdobeOrg",
    "lawful-key",
    "lawful-secret",
    "lawfultenant",
)
VARIABLES = {
    "AEP_ORG_ID": ORG,
    "AEP_API_KEY": KEY,
    "AEP_CLIENT_ID": KEY,
    "AEP_CLIENT_SECRET": SECRET,
    "AEP_SCOPES": "openid",
    "AEP_SANDBOX": "dev",
    "AEP_OTHER_SANDBOX": "other",
}


class App:
    def __init__(self, t, seed):
        self.t, self.tokens = t, {}
        peers = {"prep": Prep(t), "inlet": Inlet(t), "catalog": Catalog(t, ORG)}
        self.inlet = peers["inlet"]
        self.services = {
            "flowservice": Flow(t, ORG, TENANT, peers),
            "schemaregistry": Registry(t, ORG, TENANT),
            "catalog": peers["catalog"],
            "conversion": peers["prep"],
        }

    def __call__(self, h, body):
        u = urlsplit(h.path)
        raw = [unquote(p) for p in u.path.split("/") if p]
        query = parse_qsl(u.query, keep_blank_values=True)
        if raw[:3] == ["ims", "token", "v3"]:
            return self.token(h, body, query)
        if raw[:1] == ["collection"]:
            return self.inlet(h.command, raw, query, h.headers, body)
        if raw[:2] != ["data", "foundation"] or len(raw) < 3 or raw[2] not in self.services:
            raise Refuse(404, {"error_code": "404000", "message": "no such path"})
        self.gateway(h.headers)
        box = h.headers.get("x-sandbox-name")
        if box is None:
            if self.t.no_sandbox == 400:
                raise self.services["flowservice"].err(
                    "2105", 400, "Sandbox", "x-sandbox-name is missing"
                )
            box = "prod"
        if box not in ("dev", "other", "prod"):
            raise self.services["flowservice"].err(
                "2100", self.t.sandbox_unknown, "Sandbox", "sandbox not found"
            )
        reply = self.services[raw[2]](h.command, raw[3:], query, h.headers, body, box)
        return reply

    def gate(self, code, msg):
        s = int(code[:3])
        return Refuse(
            s,
            {"error_code": code if self.t.code_type == "str" else int(code), "message": msg},
            [("WWW-Authenticate", 'Bearer realm="x"')] if s == 401 else [],
        )

    def gateway(self, hs):
        a = hs.get("Authorization")
        if not a:
            raise self.gate("403010", "Oauth token is missing.")
        scheme, _, token = a.partition(" ")
        if scheme.lower() != "bearer" or self.tokens.get(token.strip(), 0) < time.time():
            raise self.gate("401013", "Oauth token is not valid")
        k = hs.get("x-api-key")
        if not k:
            raise self.gate("403000", "Api Key is required")
        if k != KEY:
            raise self.gate("403003", "Api Key is invalid")
        o = hs.get("x-gw-ims-org-id")
        if not o:
            if self.t.no_org == 400:
                raise self.gate("400003", "Missing header")
            raise Refuse(
                401,
                {
                    "type": "https://ns.adobe.com/aep/errors/FLOW-2002-401",
                    "title": "org",
                    "status": 401,
                    "errorMessage": "x-gw-ims-org-id is missing",
                    "errorDetails": "x",
                },
                [("WWW-Authenticate", "Bearer")],
            )
        if not o.endswith("@AdobeOrg"):
            raise self.gate("403027", "User region is missing")
        if o != ORG:
            raise self.gate("403025", "Profile is not valid")

    def token(self, h, body, query):
        if h.command != "POST":
            raise Refuse(405, b"", [("Allow", "POST")])
        f = dict(query) | dict(parse_qsl(body.decode("utf8", "replace"), keep_blank_values=True))
        if f.get("grant_type") != "client_credentials":
            raise Refuse(400, {"error": "unsupported_grant_type"})
        if f.get("client_id") != KEY or f.get("client_secret") != SECRET:
            raise Refuse(
                self.t.ims_error,
                {"error": "invalid_client"},
                [("WWW-Authenticate", "Basic")] if self.t.ims_error == 401 else [],
            )
        tok = secrets.token_urlsafe(40) + "." + "A" * 900
        self.tokens[tok] = time.time() + 86399
        return Reply(200, {"access_token": tok, "token_type": "bearer", "expires_in": 86399})


def server(seed, port=0, **traits):
    """A server on a port of this machine, ready to serve, and the traits that its seed chose."""
    chosen = choose(seed, traits)
    found = core.Server(("127.0.0.1", port), core.Handler)
    found.traits, found.app = chosen, App(chosen, seed)
    return found, chosen


@contextmanager
def served(seed, **traits):
    """The variables that lead the command to a server of this seed."""
    found, chosen = server(seed, **traits)
    Thread(target=found.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{found.server_port}"
    try:
        yield (
            {**VARIABLES, "AEP_BASE_URL": url, "AEP_IMS_URL": url, "AEP_COLLECTION_URL": url},
            chosen,
        )
    finally:
        found.shutdown()
        found.server_close()
