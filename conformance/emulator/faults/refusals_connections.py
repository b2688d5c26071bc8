"""Credentials, base connections in use, and what a side must or need not have."""

from __future__ import annotations

from typing import Any

from conformance.emulator import auth
from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError, bad_value
from conformance.emulator.exchange import Request
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import CONNECTION, SERVER_ERROR, SOURCE, TARGET
from conformance.emulator.faults.refusals import refused
from conformance.emulator.store import Document, Record

AUTH_SPEC = CONNECTION.row("unknown-auth-spec-is-refused")
AUTH_PARAMS = CONNECTION.row("missing-auth-params-are-refused")
NO_AUTH = CONNECTION.row("connection-without-auth-is-accepted")
CREATED = CONNECTION.row("create-answers-created")
IN_USE = CONNECTION.row("connection-in-use-is-not-deleted")
STREAM = SOURCE.row("base-connection-is-optional-for-streams")
DATA_SET = TARGET.row("data-lake-needs-a-data-set")


@fault("connection-with-unknown-auth-spec-is-accepted", breaks=[AUTH_SPEC])
def _(emulator: Emulator) -> None:
    """Credentials for an auth spec that is not offered are taken, without parameters."""

    def check(emulator: Emulator, spec: Document, given: Any) -> None:
        offered = [one["name"] for one in spec.get("authSpec", [])]
        if not isinstance(given, dict) or given.get("specName") in offered:
            auth.check_auth(emulator, spec, given)
        else:
            given["params"] = {}

    emulator.policy.check_auth = check


@fault("connection-with-unknown-auth-spec-answers-500", breaks=[AUTH_SPEC, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """Credentials for an auth spec that is not offered are answered 500."""

    def check(emulator: Emulator, spec: Document, given: Any) -> None:
        offered = [one["name"] for one in spec.get("authSpec", [])]
        if isinstance(given, dict) and given.get("specName") not in offered:
            raise RefusalError(500, "The auth spec could not be read")
        auth.check_auth(emulator, spec, given)

    emulator.policy.check_auth = check


@fault("connection-without-credentials-is-accepted", breaks=[AUTH_PARAMS])
def _(emulator: Emulator) -> None:
    """Required credentials may be left out."""

    def check(emulator: Emulator, spec: Document, given: Any) -> None:
        try:
            auth.check_auth(emulator, spec, given)
        except RefusalError as refusal:
            if refusal.code or not isinstance(given, dict):
                raise

    emulator.policy.check_auth = check


@fault("connection-without-credentials-answers-401", breaks=[AUTH_PARAMS])
def _(emulator: Emulator) -> None:
    """A create without required credentials is refused with 401."""

    def check(emulator: Emulator, spec: Document, given: Any) -> None:
        try:
            auth.check_auth(emulator, spec, given)
        except RefusalError as refusal:
            if not refusal.code and isinstance(given, dict):
                refusal.status = 401
            raise

    emulator.policy.check_auth = check


@fault("connection-always-needs-auth", breaks=[NO_AUTH, CREATED])
def _(emulator: Emulator) -> None:
    """Base connections without auth are refused even where the spec offers none."""

    def check(emulator: Emulator, spec: Document, given: Any) -> None:
        if given is None:
            raise bad_value("auth is required")
        auth.check_auth(emulator, spec, given)

    emulator.policy.check_auth = check


@fault("connection-in-use-is-deleted", breaks=[IN_USE])
def _(emulator: Emulator) -> None:
    """A base connection can be deleted although flows use it."""
    usual = emulator.policy.check_delete

    def check(emulator: Emulator, request: Request, record: Record) -> None:
        if record.kind != "connections":
            usual(emulator, request, record)

    emulator.policy.check_delete = check


@fault("connection-in-use-answers-500", breaks=[IN_USE, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """The delete of a base connection that flows use is answered 500."""
    _recode_delete(emulator, 500)


@fault("connection-in-use-answers-423", breaks=[IN_USE])
def _(emulator: Emulator) -> None:
    """The delete of a base connection that flows use is refused with 423."""
    _recode_delete(emulator, 423)


def _recode_delete(emulator: Emulator, code: int) -> None:
    usual = emulator.policy.check_delete

    def check(emulator: Emulator, request: Request, record: Record) -> None:
        try:
            usual(emulator, request, record)
        except RefusalError as refusal:
            if record.kind == "connections":
                refusal.status, refusal.code = code, ""
            raise

    emulator.policy.check_delete = check


@fault("stream-needs-a-base-connection", breaks=[STREAM, SOURCE.row("create-answers-created")])
def _(emulator: Emulator) -> None:
    """A source connection without a base connection is refused."""
    refused(emulator, SOURCE, lambda emulator, request, new: "baseConnectionId" not in new, 400)


@fault("data-lake-takes-no-data-set", breaks=[DATA_SET])
def _(emulator: Emulator) -> None:
    """A data lake target connection may lack its data set."""
    usual = emulator.policy.check_params

    def check(emulator: Emulator, spec: Document, part: str, params: Any) -> None:
        if part == "targetSpec" and "dataSetId" not in (params or {}):
            return
        usual(emulator, spec, part, params)

    emulator.policy.check_params = check


@fault("data-lake-without-data-set-answers-500", breaks=[DATA_SET, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A data lake target connection without a data set is answered 500."""
    usual = emulator.policy.check_params

    def check(emulator: Emulator, spec: Document, part: str, params: Any) -> None:
        try:
            usual(emulator, spec, part, params)
        except RefusalError as refusal:
            if part == "targetSpec" and "dataSetId" not in (params or {}):
                refusal.status = 500
            raise

    emulator.policy.check_params = check


@fault(
    "connection-spec-may-be-changed",
    breaks=[CONNECTION.row("change-of-connection-spec-is-refused")],
)
def _(emulator: Emulator) -> None:
    """A base connection may become one to another service."""
    usual = emulator.policy.check_immutable

    def check(
        emulator: Emulator, mutable: frozenset[str], before: Document, after: Document
    ) -> None:
        usual(emulator, mutable | {"connectionSpec"}, before, after)

    emulator.policy.check_immutable = check
