"""Other rules for requests, pages and timing that the documents allow."""

from __future__ import annotations

import copy

from conformance.emulator import gateway, specs
from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request
from conformance.emulator.store import Document
from conformance.emulator.variants import variant


@variant("sandbox-header-defaults", documents=["S2:59", "facts:39"])
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


@variant("spec-version-defaults", documents=["facts:139", "facts:340"])
def _(emulator: Emulator) -> None:
    """A connection spec without a version means its latest one."""

    def check(emulator: Emulator, spec: Document, reference: Document) -> None:
        if reference.setdefault("version", spec["version"]) != spec["version"]:
            specs.check_spec_version(emulator, spec, reference)

    emulator.policy.check_spec_version = check


@variant("fifteen-of-any-unit", documents=["S3:572", "S3:647"])
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
