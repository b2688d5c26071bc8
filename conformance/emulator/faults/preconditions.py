"""If-Match that is not looked at as it should be, and refused updates that change something."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.emulator import entities
from conformance.emulator.app import Emulator
from conformance.emulator.changes import body, only_if, status
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import (
    CONNECTION,
    FLOW,
    SERVER_ERROR,
    SOURCE,
    TARGET,
    Kind,
    family,
)
from conformance.emulator.store import Record

MISSING = "update-without-if-match-is-refused"
STALE = "update-with-stale-etag-is-refused"
FOREIGN = "update-with-foreign-etag-is-refused"
UNQUOTED = "update-with-unquoted-etag-is-refused"
GARBAGE = "update-with-garbage-etag-is-refused"
ALTERED = "update-with-altered-etag-is-refused"
WEAK = "update-with-weak-etag-is-refused"
LIKE_AN_ETAG = re.compile(r'"?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"?')
Admits = Callable[[Emulator, Record, str], bool]


def supplied(request: Request) -> str:
    """If-Match as it was sent, or nothing."""
    return request.headers.get("if-match", "").strip()


def lenient(emulator: Emulator, kind: Kind, admits: Admits) -> None:
    """Let some wrong preconditions pass."""
    usual = emulator.policy.check_precondition

    def check(emulator: Emulator, request: Request, record: Record) -> None:
        if record.kind != kind.name or not admits(emulator, record, supplied(request)):
            usual(emulator, request, record)

    emulator.policy.check_precondition = check


def remember_etags(emulator: Emulator) -> set[str]:
    """Every etag handed out from now on, of any entity."""
    usual = emulator.policy.new_etag
    known: set[str] = set()

    def new_etag(emulator: Emulator, record: Record | None) -> str:
        etag = usual(emulator, record)
        known.add(etag)
        return etag

    emulator.watch("new_etag", new_etag)
    return known


def own_etags(record: Record) -> set[str]:
    """The etags that a record had before, as `remember_own_etags` kept them."""
    return set(record.extra.get("etags", ()))


def remember_own_etags(emulator: Emulator) -> None:
    """Keep with each record the etags that it had."""
    usual = emulator.policy.new_etag

    def new_etag(emulator: Emulator, record: Record | None) -> str:
        if record is not None:
            record.extra.setdefault("etags", []).append(record.document["etag"])
        return usual(emulator, record)

    emulator.watch("new_etag", new_etag)


@family("{}-update-needs-no-if-match", MISSING, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update without If-Match is carried out."""
    lenient(emulator, kind, lambda emulator, record, etag: not etag)


@family("{}-update-without-if-match-answers-428", MISSING, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update without If-Match is refused with 428."""
    _refuse_missing(emulator, kind, 428)


@family("{}-update-without-if-match-answers-412", MISSING, kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update without If-Match is refused with 412."""
    _refuse_missing(emulator, kind, 412)


def _refuse_missing(emulator: Emulator, kind: Kind, code: int) -> None:
    def refuse(emulator: Emulator, request: Request) -> Response | None:
        if not supplied(request) and entities.find(
            emulator, request, kind.name, request.params["id"]
        ):
            raise RefusalError(code, "If-Match is required")
        return None

    emulator.before(kind.update, refuse)


@family("{}-update-takes-the-first-etag-for-ever", STALE, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update with any etag that the entity once had is carried out."""
    remember_own_etags(emulator)
    lenient(emulator, kind, lambda emulator, record, etag: etag in own_etags(record))


@family("{}-update-takes-the-last-etag", STALE, kinds=(SOURCE,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update with the etag from before the last change is carried out."""
    remember_own_etags(emulator)
    lenient(
        emulator, kind, lambda emulator, record, etag: etag in record.extra.get("etags", ())[-1:]
    )


@family("{}-stale-etag-answers-409", STALE, kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update with a stale etag is refused with 409."""
    remember_own_etags(emulator)

    def stale(request: Request, response: Response, emulator: Emulator) -> bool:
        record = request.record
        return record is not None and supplied(request) in own_etags(record)

    emulator.after(kind.update, only_if(stale, _recoded(409)), when="error")


@family("{}-stale-etag-answers-500", STALE, SERVER_ERROR, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """An update with a stale etag is answered 500."""
    remember_own_etags(emulator)

    def stale(request: Request, response: Response, emulator: Emulator) -> bool:
        record = request.record
        return record is not None and supplied(request) in own_etags(record)

    emulator.after(kind.update, only_if(stale, _recoded(500)), when="error")


def _recoded(code: int) -> Callable[[Request, Response, Emulator], Response]:
    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        response = status(code)(request, response, emulator)
        return body(lambda payload: payload | {"status": code})(request, response, emulator)

    return change


@family("{}-update-takes-any-entitys-etag", FOREIGN)
def _(emulator: Emulator, kind: Kind) -> None:
    """An update with the etag of another entity is carried out."""
    known = remember_etags(emulator)
    remember_own_etags(emulator)
    lenient(
        emulator,
        kind,
        lambda emulator, record, etag: etag in known and etag not in own_etags(record),
    )


@family("{}-update-takes-unquoted-etags", UNQUOTED)
def _(emulator: Emulator, kind: Kind) -> None:
    """An update is carried out although the quotes of its If-Match are missing."""
    lenient(
        emulator, kind, lambda emulator, record, etag: etag == record.document["etag"].strip('"')
    )


@family("{}-update-takes-garbage", GARBAGE, ALTERED, WEAK)
def _(emulator: Emulator, kind: Kind) -> None:
    """An update is carried out whenever If-Match does not look like an etag."""
    lenient(
        emulator,
        kind,
        lambda emulator, record, etag: bool(etag) and not LIKE_AN_ETAG.fullmatch(etag),
    )


@fault("disabled-flow-takes-stale-etags", breaks=[FLOW.row(STALE)])
def _(emulator: Emulator) -> None:
    """The etag of a disabled flow is not looked at."""
    lenient(emulator, FLOW, lambda emulator, record, etag: record.document["state"] == "disabled")
