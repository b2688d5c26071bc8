"""Other identifiers, envelopes and presentations that the documents show."""

from __future__ import annotations

from itertools import count
from typing import Any

from conformance.emulator import auth, entities, runs
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, drop, only_if, replace
from conformance.emulator.exchange import Request, Response
from conformance.emulator.store import Document, Record
from conformance.emulator.variants import variant

LISTS = ("listConnections", "listSourceConnections", "listTargetConnections", "listFlows")
CREATES = ("createConnection", "createSourceConnection", "createTargetConnection")
LISTED_MEMBERS = {"items", "results", "data"}
UNKNOWN = "x-emulator-note"


@variant("etag-is-quoted-uuid", documents=["facts:67"])
def _(emulator: Emulator) -> None:
    """Etags are quoted UUIDs."""
    emulator.policy.new_etag = lambda emulator, record: f'"{emulator.ids.uuid()}"'


@variant("schema-ids-have-32-digits", documents=["facts:57"])
def _(emulator: Emulator) -> None:
    """The `$id` of schemas and classes ends in 32 digits."""
    emulator.policy.new_schema_digits = lambda emulator: emulator.ids.hex(32)


@variant("extra-unknown-fields", documents=["facts:227"])
def _(emulator: Emulator) -> None:
    """Answers hold members that no document mentions."""

    def extend(request: Request, response: Response, emulator: Emulator) -> Response:
        payload: Any = response.payload
        if isinstance(payload, dict) and request.operation not in ("listDataSets", "getDataSet"):
            payload[UNKNOWN] = "added by a variant"
            for name in LISTED_MEMBERS & payload.keys():
                for item in payload[name]:
                    item[UNKNOWN] = "added by a variant"
        return response

    emulator.after("*", extend)


@variant("unknown-fields-change-by-themselves", documents=["facts:227"])
def _(emulator: Emulator) -> None:
    """Items hold a member that no document mentions, another with every answer."""
    answers = count(1)

    def extend(request: Request, response: Response, emulator: Emulator) -> Response:
        payload: Any = response.payload
        for item in payload.get("items", ()) if isinstance(payload, dict) else ():
            item["servedAs"] = next(answers)
        return response

    emulator.after("*", extend)


@variant("secrets-masked-in-auth", documents=["facts:143"])
def _(emulator: Emulator) -> None:
    """Secret parameters are answered as asterisks instead of left out."""

    def mask(emulator: Emulator, record: Record, params: Document) -> None:
        for name in auth.secret_names(emulator, record) & params.keys():
            params[name] = entities.MASK

    emulator.policy.hide_secrets = mask


@variant("id-only-on-destination-creates", documents=["S2:163", "S2:208", "S2:330", "facts:293"])
def _(emulator: Emulator) -> None:
    """Creates for the profile store and for destinations answer no etag."""

    def for_destinations(request: Request, response: Response, emulator: Emulator) -> bool:
        assert request.record is not None
        spec: Any = emulator.specs.flow_spec(_destination_flow(emulator))
        offered = spec["sourceConnectionSpecIds"] + spec["targetConnectionSpecIds"]
        return request.record.document["connectionSpec"]["id"] in offered

    for operation in CREATES:
        emulator.after(operation, only_if(for_destinations, drop("/etag")))


@variant("id-only-on-table-flow-creates", documents=["S0:640"])
def _(emulator: Emulator) -> None:
    """Creating a flow of CRMToAEP answers no etag."""

    def of_tables(request: Request, response: Response, emulator: Emulator) -> bool:
        assert request.record is not None
        spec: Any = request.record.document["flowSpec"]
        return bool(emulator.specs.flow_spec(spec["id"])["name"] == "CRMToAEP")

    emulator.after("createFlow", only_if(of_tables, drop("/etag")))


def _destination_flow(emulator: Emulator) -> str:
    return next(
        identifier
        for identifier, record in emulator.specs.flow_specs.items()
        if record.document.get("attributes", {}).get("isDestinationFlow")
    )


@variant("lists-without-links", documents=["facts:86", "S0:450"])
def _(emulator: Emulator) -> None:
    """Lists that are complete have no `_links` member."""

    def complete(request: Request, response: Response, emulator: Emulator) -> bool:
        return not response.payload.get("_links")

    for operation in (*LISTS, "listRuns"):
        emulator.after(operation, only_if(complete, drop("/_links")))


@variant("lists-with-count", documents=["facts:86"])
def _(emulator: Emulator) -> None:
    """Lists say how many items they hold."""

    def counted(payload: Any) -> Any:
        return payload | {"count": len(payload["items"])} if "items" in payload else payload

    for operation in (*LISTS, "listRuns"):
        emulator.after(operation, body(counted))


@variant("dataset-reference-in-lower-case", documents=["S0:270", "S3:280", "facts:322"])
def _(emulator: Emulator) -> None:
    """References to data sets are spelled `@/datasets/`."""

    def lower(reference: str) -> str:
        return reference.replace("@/dataSets/", "@/datasets/")

    for operation in ("createDataSet", "deleteDataSet"):
        emulator.after(operation, replace("/*", lower))


@variant("runs-link-is-a-path", documents=["facts:227"])
def _(emulator: Emulator) -> None:
    """The runs of a flow are linked as `/flows/{id}/runs`."""

    def older(link: str) -> str:
        return f"/flows/{link.rpartition('==')[2]}/runs" if "==" in link else link

    for operation in ("getFlow", "listFlows"):
        emulator.after(operation, replace("/items/*/runs", older))


@variant("last-run-details", documents=["facts:227", "flow-service.yaml:4202"])
def _(emulator: Emulator) -> None:
    """Flows that have run tell about their last run."""
    usual = emulator.policy.present

    def present(emulator: Emulator, request: Request, record: Record) -> Document:
        last = record.extra.get("lastRunDetails")
        return usual(emulator, request, record) | ({"lastRunDetails": dict(last)} if last else {})

    emulator.policy.present = present


@variant("inlet-id-in-capitals", documents=["facts:272", "facts:350"])
def _(emulator: Emulator) -> None:
    """Receipts of the inlet spell the id `inletID`."""

    def respelled(payload: Any) -> Any:
        return {("inletID" if key == "inletId" else key): value for key, value in payload.items()}

    for operation in ("collect", "collectBatch"):
        emulator.after(operation, body(respelled))


@variant("mapping-set-reads-show-no-name", documents=["data-prep.yaml:1339"])
def _(emulator: Emulator) -> None:
    """A mapping set is read without its name."""

    def nameless(payload: Document) -> Document:
        return {name: value for name, value in payload.items() if name != "name"}

    read = only_if(lambda request, response, *_: response.status == 200, body(nameless))
    emulator.after("getMappingSet", read)


@variant("create-etag-stays-current", documents=["facts:72"])
def _(emulator: Emulator) -> None:
    """A flow is enabled by the time its creation is answered, so its etag stays."""

    def start(emulator: Emulator, record: Record) -> None:
        record.document["state"] = "enabled"
        record.document["lastOperation"] = {"started": 0, "updated": 0, "operation": "enable"}
        runs.plan(emulator, record, record.document["createdAt"])

    emulator.policy.start = start


@variant("dataset-namespace-has-32-digits", documents=["X112", "facts:252"])
def _(emulator: Emulator) -> None:
    """The namespace of an ad-hoc class has 32 digits."""
    emulator.policy.new_namespace_digits = lambda emulator: emulator.ids.hex(32)
