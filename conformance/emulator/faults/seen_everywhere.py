"""Faults that only long texts, later writes or another operation bring to light."""

from __future__ import annotations

from conformance.emulator.app import Emulator
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.kinds import CONNECTION, FLOW, SIDES, Kind, family, leave_behind
from conformance.emulator.patch import apply_patch
from conformance.emulator.store import Document, Record

ADVANCES = "update-advances-the-update-date"
STORED = "create-stores-what-was-sent"
LONGEST = 64


@family("{}-update-keeps-the-update-date", ADVANCES)
def _(emulator: Emulator, kind: Kind) -> None:
    """updatedAt stays what it was before an update."""
    leave_behind(emulator, kind, "updatedAt")


@family("{}-name-is-cut-at-its-end", STORED, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """A name longer than sixty-four characters is cut off there."""

    def cut(request: Request, response: Response, emulator: Emulator) -> Response:
        assert request.record is not None
        document = request.record.document
        document["name"] = document["name"][:LONGEST]
        return response

    emulator.after(kind.create, cut)


@family("{}-description-loses-foreign-letters", STORED, kinds=(CONNECTION, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """Letters beyond ASCII become question marks in the description of a create."""

    def lose(request: Request, response: Response, emulator: Emulator) -> Response:
        assert request.record is not None
        document = request.record.document
        if "description" in document:
            plain = document["description"].encode("ascii", "replace")
            document["description"] = plain.decode("ascii")
        return response

    emulator.after(kind.create, lose)


@family("{}-action-leaves-version-behind", "version-equals-etag", kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """After an action version is still the etag from before."""

    def keep(emulator: Emulator, request: Request) -> None:
        record = emulator.store.get(kind.name, request.params["id"])
        if record is not None:
            record.extra["version"] = record.document["version"]

    def put_back(request: Request, response: Response, emulator: Emulator) -> Response:
        assert request.record is not None
        request.record.document["version"] = request.record.extra["version"]
        return response

    emulator.before("actOnFlow", keep)
    emulator.after("actOnFlow", put_back)


@family("{}-keeps-half-of-a-failed-patch", "refused-request-changes-nothing", kinds=SIDES)
def _(emulator: Emulator, kind: Kind) -> None:
    """The first operation of a patch that fails later is kept."""
    usual = emulator.policy.apply_patch

    def patch(emulator: Emulator, document: Document, operations: list[Document]) -> Document:
        try:
            return usual(emulator, document, operations)
        except RefusalError:
            if emulator.store.get(kind.name, document["id"]) and len(operations) > 1:
                document |= apply_patch(emulator, document, operations[:1])
            raise

    emulator.policy.apply_patch = patch


@family(
    "{}-patch-of-missing-path-is-done",
    "patch-of-missing-path-is-refused",
    "patch-without-value-is-refused",
    kinds=SIDES,
)
def _(emulator: Emulator, kind: Kind) -> None:
    """A patch that fails is answered as if it were done."""

    def done(request: Request, response: Response, emulator: Emulator) -> Response:
        missing = isinstance(response.payload, dict) and "1455-400" in str(response.payload)
        record = request.record
        if not missing or record is None:
            return response
        return Response(200, {"id": record.id, "etag": record.document["etag"]})

    emulator.after(kind.update, done, when="error")


@fault(
    "update-needs-no-media-type",
    breaks=["gateway.media-type.write-with-other-media-type-is-refused"],
)
def _(emulator: Emulator) -> None:
    """The Content-Type of an update is not looked at."""
    usual = emulator.policy.check_content_type

    def check(emulator: Emulator, request: Request) -> None:
        if request.method != "PATCH":
            usual(emulator, request)

    emulator.policy.check_content_type = check


@fault(
    "equal-mapping-sets-share-an-id",
    breaks=["data-prep.mapping-sets.created-ids-are-distinct"],
)
def _(emulator: Emulator) -> None:
    """A mapping set that is equal to another is answered with the id of the other."""
    made: dict[bytes, Record] = {}

    def keep(request: Request, response: Response, emulator: Emulator) -> None:
        assert request.record is not None
        made.setdefault(request.body, request.record)

    def answer(request: Request, response: Response, emulator: Emulator) -> Response:
        response.payload["id"] = made[request.body].id
        return response

    emulator.note("createMappingSet", keep)
    emulator.after("createMappingSet", answer)


@fault("not-found-names-another-id", breaks=["gateway.errors.not-found-names-the-identifier"])
def _(emulator: Emulator) -> None:
    """The refusal of an unknown id reports an id that nobody asked for."""

    def rename(request: Request, response: Response, emulator: Emulator) -> Response:
        if response.status == 404 and "id" in response.payload.get("report", {}):
            response.payload["report"]["id"] = emulator.ids.uuid()
        return response

    emulator.after("getFlow", rename, when="error")
