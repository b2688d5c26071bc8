"""Connection and flow specs of the stranger's Flow Service."""

import copy
import random

from conformance.selftest.stranger.core import Refuse, Reply

LAKE, UPS = "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "8a9c3494-9708-43d7-ae3f-cda01e5030e1"
KIN, HUB = "86043421-563b-46ec-8e6c-e23184711bf6", "bf9f5905-92b7-48bf-bf20-455bc6b60a4e"
PAY, SSC, SNOW = (
    "221c7626-58f6-4eec-8ee2-042b0226f03b",
    "cb66ab34-8619-49cb-96d1-39b37ede86ea",
    "eb13cb25-47ab-407f-ba89-c0125281c563",
)
CIO, STR = "96479064-7b8a-4d69-b9ed-21c5683837ea", "cc2c31d6-7b8c-4581-b49f-5c8698aa3ab3"
CRM, HOOK = "14518937-270c-4525-bdec-c2ba7cce3860", "e77fde5a-22a8-11ed-861d-0242ac120002"
REST, DEST = "6499120c-0b15-42dc-936e-847ea3c24d72", "71471eba-b620-49e4-90fd-23f1fa0174d8"
BATCH, STREAM, DST = (
    "0ed90a81-07f4-4586-8190-b40eccef1c5a",
    "521eee4d-8cbe-4906-bb48-fb6bd4450033",
    "14e34fac-d307-11e9-bb65-2a2ae2dbcce4",
)
CHARGES = ["charges", "subscriptions", "refunds", "balance_transactions", "customers", "prices"]


def auth(name, *params):
    return {
        "name": name,
        "type": "BasicAuthentication",
        "spec": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {p: {"type": "string"} for p in params},
            "required": [p for p in params if p not in ("region", "connectionUrl")],
        },
    }


CSPECS = {
    LAKE: ("Data Lake", BATCH, []),
    UPS: ("Unified Profile Service", DST, []),
    KIN: (
        "Amazon Kinesis",
        DST,
        [
            auth(n, "accessKeyId", "secretKey", "region", "connectionUrl")
            for n in (
                "Aws Kinesis authentication credentials",
                "Amazon Kinesis authentication credentials",
            )
        ],
    ),
    HUB: (
        "Azure Event Hubs",
        DST,
        [
            auth(n, "sasKeyName", "sasKey", "namespace")
            for n in (
                "Azure EventHub authentication credentials",
                "Azure Event Hubs authentication credentials",
            )
        ],
    ),
    PAY: (
        "paypal",
        BATCH,
        [auth("Client-Id-Secret Based Authentication", "host", "clientId", "clientSecret")],
    ),
    SSC: (
        "Salesforce Service Cloud",
        BATCH,
        [auth("Basic Authentication", "username", "password", "securityToken")],
    ),
    SNOW: ("ServiceNow", BATCH, [auth("Basic Authentication", "endpoint", "username", "password")]),
    CIO: ("Customer.io", STREAM, []),
    STR: ("Stripe", BATCH, [auth("OAuth2 Refresh Code", "accessToken")]),
    "2acf109f-9b66-4d5e-bc18-ebb2adcff8d5": (
        "Square",
        BATCH,
        [auth("OAuth2 Refresh Code", "accessToken")],
    ),
}
FSPECS = {
    CRM: ("CRMToAEP", BATCH, [PAY, SSC, SNOW], [LAKE]),
    HOOK: ("Streaming SDK webhook", STREAM, [CIO], [LAKE]),
    REST: ("Generic REST to AEP", BATCH, [STR, "2acf109f-9b66-4d5e-bc18-ebb2adcff8d5"], [LAKE]),
    DEST: ("UPS to profile based destination", DST, [UPS], [KIN, HUB]),
}
PATHS = {
    "connections": "connections",
    "sourceConnections": "source",
    "targetConnections": "target",
    "flows": "flow",
}
KNOWN = set(
    [
        "id",
        "name",
        "description",
        "connectionSpec",
        "flowSpec",
        "state",
        "version",
        "etag",
        "createdAt",
        "updatedAt",
        "createdBy",
        "updatedBy",
        "createdClient",
        "updatedClient",
        "sandboxId",
        "sandboxName",
        "imsOrgId",
        "auth",
        "data",
        "params",
        "baseConnectionId",
        "providerId",
        "sourceConnectionIds",
        "targetConnectionIds",
        "transformations",
        "scheduleParams",
        "inheritedAttributes",
        "options",
        "runs",
        "providerRefId",
        "lastOperation",
        "flowId",
        "metrics",
        "activities",
        "attributes",
        "transformationSpecs",
        "scheduleSpec",
        "authSpec",
        "labels",
        "lastRunDetails",
        "sourceConnectionSpecIds",
        "targetConnectionSpecIds",
        "targetSpec",
        "typeInfo",
    ]
)


class Specs:
    # -- specs
    def cspec_list(self):
        out = []
        for i, (name, prov, auths) in CSPECS.items():
            s = {"id": i, "name": name, "providerId": prov, "version": "1.0"}
            if auths:
                s["authSpec"] = copy.deepcopy(auths)
            for x in s.get("authSpec", []):
                if not self.t.auth_required:
                    del x["spec"]["required"]
            if i == LAKE:
                s["targetSpec"] = {
                    "name": "Data set",
                    "type": "DataSet",
                    "spec": {
                        "$schema": "http://json-schema.org/draft-07/schema#",
                        "type": "object",
                        "properties": {"dataSetId": {"type": "string"}},
                        "required": ["dataSetId"],
                    },
                }
            if self.t.optional == "rich":
                s |= {
                    "attributes": {"category": {"name": "x"}},
                    "permissionsInfo": {"view": [{"@type": "lowLevel", "name": "a"}], "manage": []},
                    "encryptionSpecs": [],
                }
            if self.t.optional == "null":
                s |= {"unknownMember": None}
            out.append(s)
        if self.t.order != "insertion":
            random.shuffle(out)
        return out

    def fspec_list(self):
        later = self.t.spec == "later"
        out = []
        for i, (name, prov, src, tgt) in FSPECS.items():
            mapping = {
                "name": "Mapping",
                "spec": {
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "type": "object",
                    "description": "x",
                    "properties": {
                        "mappingId": {"type": "string"},
                        "mappingVersion": {"type": "string"},
                    },
                },
            }
            cp = {
                "name": "Copy",
                "spec": {
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "type": "object",
                    "properties": {
                        "deltaColumn": {
                            "type": "object",
                            "properties": {
                                k: {"type": "string"} for k in ("name", "dateFormat", "timezone")
                            },
                            "required": ["name"],
                        }
                    },
                    "required": ["deltaColumn"],
                },
            }
            s = {
                "id": i,
                "name": name,
                "providerId": prov,
                "version": "1.0",
                "transformationSpecs": [cp, mapping]
                if i == CRM
                else [mapping]
                if i != DEST
                else [{"name": "GeneralTransform", "spec": {"type": "object"}}],
            }
            if i in (CRM, REST):
                p = {
                    "startTime": {"description": "epoch time", "type": "integer"},
                    "interval": {"type": "integer"},
                    "frequency": {"type": "string", "enum": ["minute", "hour", "day", "week"]},
                    "backfill": {"type": "boolean", "default": True},
                }
                spec = {
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "type": "object",
                    "properties": p,
                    "required": ["startTime", "frequency", "interval"],
                    "if": {"properties": {"frequency": {"const": "minute"}}},
                    "then": {"properties": {"interval": {"minimum": 15}}},
                    "else": {
                        "properties": {
                            "interval": {"minimum": 15 if self.t.floor15 and later else 1}
                        }
                    },
                }
                if later:
                    p["frequency"]["enum"].insert(0, "once")
                    spec = {
                        "$schema": spec["$schema"],
                        "type": "object",
                        "properties": p,
                        "required": ["startTime", "frequency"],
                        "if": {"properties": {"frequency": {"const": "once"}}},
                        "then": {
                            "allOf": [
                                {"not": {"required": ["interval"]}},
                                {"not": {"required": ["backfill"]}},
                            ]
                        },
                        "else": {
                            "required": ["interval"],
                            "if": {"properties": {"frequency": {"const": "minute"}}},
                            "then": spec["then"],
                            "else": spec["else"],
                        },
                    }
                else:
                    p["endTime"] = {"description": "epoch time", "type": "integer"}
                s["scheduleSpec"] = {"name": "PeriodicSchedule", "type": "Periodic", "spec": spec}
            if later:
                s |= {
                    "sourceConnectionSpecIds": src,
                    "targetConnectionSpecIds": tgt,
                    "attributes": {"isSourceFlow": i != DEST},
                    "permissionsInfo": {"view": [], "manage": []},
                }
            out.append(s)
        if self.t.order != "insertion":
            random.shuffle(out)
        return out

    def specs(self, m, parts, query, items):
        kind = parts[0]
        if m != "GET":
            raise Refuse(405, {"errorMessage": "method"}, [("Allow", "GET")])
        if len(parts) == 2:
            found = [s for s in items if s["id"] == parts[1]]
            if not found:
                raise self.missing(kind, parts[1])
            return self.envelope(found)
        if len(parts) > 2:
            raise Refuse(404, {"errorMessage": "no such path"})
        for k, _ in query:
            if (
                k not in ("property", "limit", "orderby", "count", "continuationToken")
                and self.t.unknown_param == "400"
            ):
                raise self.err("1451", 400, "Unknown", f"unknown query parameter {k}")
        return Reply(200, {"items": self.filter(items, query, kind)})
