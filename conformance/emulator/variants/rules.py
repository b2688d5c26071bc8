"""Other rules for requests, pages and timing that the documents allow."""

from __future__ import annotations

import copy

from conformance.emulator import gateway, specs
from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request
from conformance.emulator.store import Document, Record
from conformance.emulator.variants import variant


@variant("missing-sandbox-falls-back", documents=["S2:59", "facts:39"])
def _(emulator: Emulator) -> None:
    """A missing sandbox header means the sandbox `prod`."""

    def check(emulator: Emulator, request: Request) -> str:
        if not request.headers.get("x-sandbox-name"):
            return "prod"
        return gateway.check_sandbox(emulator, request)

    emulator.policy.check_sandbox = check


@variant("small-pages", documents=["facts:84"])
def _(emulator: Emulator) -> None:
    """Flow-service lists come in pages of two unless a limit is asked for."""
    emulator.policy.page_size = 2


@variant("slow-enabling", documents=["facts:72", "S1:376"])
def _(emulator: Emulator) -> None:
    """A new flow stays initializing for 0.4 seconds."""
    emulator.settle = 0.4


@variant("missing-spec-version-defaulted", documents=["facts:139", "facts:340"])
def _(emulator: Emulator) -> None:
    """A connection spec without a version means its latest one."""

    def check(emulator: Emulator, spec: Document, reference: Document) -> None:
        if reference.setdefault("version", spec["version"]) != spec["version"]:
            specs.check_spec_version(emulator, spec, reference)

    emulator.policy.check_spec_version = check


@variant("interval-minimum-fifteen-always", documents=["S3:572", "S3:647"])
def _(emulator: Emulator) -> None:
    """The schedule of CRMToAEP starts at fifteen minutes, hours, days or weeks."""
    for record in emulator.specs.flow_specs.values():
        if record.document["name"] == "CRMToAEP":
            record.document = copy.deepcopy(record.document)
            schedule = record.document["scheduleSpec"]["spec"]
            schedule["properties"]["interval"]["minimum"] = 15


@variant("no-flow-has-run-yet", documents=["S1:436"])
def _(emulator: Emulator) -> None:
    """Flows that were just made have no runs yet."""
    emulator.policy.finish_run = lambda emulator, record, at: None


@variant("no-credentials-are-required", documents=["facts:141"])
def _(emulator: Emulator) -> None:
    """No auth spec requires any of its parameters, and creates may leave them out."""
    for record in emulator.specs.connection_specs.values():
        record.document = copy.deepcopy(record.document)
        for one in record.document.get("authSpec", []):
            one["spec"].pop("required", None)


DOCUMENTED_NAMES = {
    "Aws Kinesis": "Amazon Kinesis",
    "Azure EventHub": "Azure Event Hubs",
    "datalake": "Data Lake",
    "activation-ups": "Unified Profile Service",
}


@variant("spec-names-are-those-of-the-documents", documents=["X120", "S2:101", "S2:105"])
def _(emulator: Emulator) -> None:
    """The specs of the streaming destinations have the names that the documents print."""
    for record in emulator.specs.connection_specs.values():
        record.document = copy.deepcopy(record.document)
        name = record.document["name"]
        record.document["name"] = DOCUMENTED_NAMES.get(name, name)


@variant("bare-if-match-accepted", documents=["X78", "facts:355"])
def _(emulator: Emulator) -> None:
    """If-Match may hold the current etag without its quotes."""
    usual = emulator.policy.check_precondition

    def check(emulator: Emulator, request: Request, record: Record) -> None:
        if request.headers.get("if-match") != record.document["etag"].strip('"'):
            usual(emulator, request, record)

    emulator.policy.check_precondition = check


@variant("interval-with-once-accepted", documents=["X45", "S3:572", "S3:647"])
def _(emulator: Emulator) -> None:
    """A flow that runs once may have an interval and a backfill, which mean nothing."""
    usual = emulator.policy.check_schedule

    def check(emulator: Emulator, spec: Document, schedule: object) -> None:
        if isinstance(schedule, dict) and schedule.get("frequency") == "once":
            schedule = {k: v for k, v in schedule.items() if k not in ("interval", "backfill")}
        usual(emulator, spec, schedule)

    emulator.policy.check_schedule = check


@variant("missing-frequency-means-once", documents=["X44", "S4:275"])
def _(emulator: Emulator) -> None:
    """A schedule without a frequency runs once."""
    usual = emulator.policy.check_schedule

    def check(emulator: Emulator, spec: Document, schedule: object) -> None:
        if isinstance(schedule, dict) and "frequency" not in schedule:
            schedule = {"startTime": schedule.get("startTime"), "frequency": "once"}
        usual(emulator, spec, schedule)

    emulator.policy.check_schedule = check


@variant("flow-spec-without-once", documents=["X43", "S0:516", "S3:516"])
def _(emulator: Emulator) -> None:
    """No flow spec offers the frequency once."""
    for record in emulator.specs.flow_specs.values():
        record.document = copy.deepcopy(record.document)
        schedule = record.document.get("scheduleSpec", {}).get("spec", {})
        offered = schedule.get("properties", {}).get("frequency", {}).get("enum", [])
        if "once" in offered:
            offered.remove("once")


@variant("inlet-requires-sandbox-header", documents=["X95", "streaming-ingestion.yaml:44"])
def _(emulator: Emulator) -> None:
    """An inlet refuses a message that names no sandbox."""

    def refuse(emulator: Emulator, request: Request) -> None:
        if not request.headers.get("x-sandbox-name"):
            raise RefusalError(400, "The header x-sandbox-name is missing")

    for operation in ("collect", "collectBatch"):
        emulator.before(operation, refuse)
