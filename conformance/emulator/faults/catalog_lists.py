"""Faults of the data set list, of deletes and of what Catalog refuses."""

from __future__ import annotations

from conformance.emulator.alterations import asked, fail, refuse
from conformance.emulator.app import After, Emulator
from conformance.emulator.changes import body, empty, only_if
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults import fault
from conformance.emulator.faults.deletes import deleted_ids
from conformance.emulator.store import Record

UNKNOWN = "catalog.data-sets.unknown-data-set-is-not-found"
KEYED = "catalog.data-sets.list-is-keyed-by-identifier"
LIMIT = "catalog.data-sets.list-limit-bounds-page"
ZERO = "catalog.data-sets.zero-limit-is-refused"
CONTRACT = "catalog.answers.fit-the-contract"
DELETED = "catalog.data-sets.delete-returns-reference"
GONE = "catalog.data-sets.deleted-data-set-is-gone"
SERVER_ERROR = "gateway.errors.bad-requests-never-answer-server-error"


def _on_missing(emulator: Emulator, deleted: bool, answer: After) -> None:
    gone = deleted_ids(emulator)

    def wanted(request: Request, response: Response, emulator: Emulator) -> bool:
        return response.status == 404 and (request.params["id"] in gone) is deleted

    emulator.after("getDataSet", only_if(wanted, answer), when="error")


def _nothing(request: Request, response: Response, emulator: Emulator) -> Response:
    return Response(200, {})


@fault("unknown-data-set-answers-nothing", breaks=[UNKNOWN])
def _(emulator: Emulator) -> None:
    """A data set that never was is answered 200 with an empty object."""
    _on_missing(emulator, False, _nothing)


@fault("unknown-data-set-answers-server-error", breaks=[UNKNOWN, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A data set that never was makes Catalog fail."""
    _on_missing(emulator, False, fail)


@fault("deleted-data-set-answers-server-error", breaks=[GONE, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A deleted data set makes Catalog fail."""
    _on_missing(emulator, True, fail)


@fault("deleted-data-set-answers-410", breaks=[GONE])
def _(emulator: Emulator) -> None:
    """A deleted data set is answered Gone."""
    _on_missing(emulator, True, refuse(410))


@fault("deleted-data-set-is-still-read", breaks=[GONE])
def _(emulator: Emulator) -> None:
    """The delete of a data set is answered and forgotten."""
    usual = emulator.policy.remove

    def remove(emulator: Emulator, request: Request, record: Record) -> None:
        if record.kind != "dataSets":
            usual(emulator, request, record)

    emulator.policy.remove = remove


@fault("deleted-data-set-is-read-once-more", breaks=[GONE])
def _(emulator: Emulator) -> None:
    """The first read after the delete of a data set is answered from a cache."""
    usual, cached = emulator.policy.remove, dict[str, Record]()

    def remove(emulator: Emulator, request: Request, record: Record) -> None:
        if record.kind == "dataSets":
            cached[record.id] = record
        usual(emulator, request, record)

    def remember(emulator: Emulator, request: Request) -> Response | None:
        record = cached.pop(request.params["id"], None)
        return None if record is None else Response(200, {record.id: record.document})

    emulator.watch("remove", remove)
    emulator.before("getDataSet", remember)


@fault("data-set-list-is-an-array", breaks=[KEYED, CONTRACT])
def _(emulator: Emulator) -> None:
    """The list of data sets is an array."""
    emulator.after("listDataSets", body(lambda payload: list(payload.values())))


@fault("data-set-list-is-keyed-by-name", breaks=["catalog.data-sets.list-by-name-excludes-others"])
def _(emulator: Emulator) -> None:
    """The list of data sets is keyed by their names."""

    def by_name(request: Request, response: Response, emulator: Emulator) -> Response:
        old = response.payload
        response.payload = {str(one.get("name", key)): one for key, one in old.items()}
        return response

    emulator.after("listDataSets", by_name)


@fault("data-set-limit-is-ignored", breaks=[LIMIT])
def _(emulator: Emulator) -> None:
    """The list of data sets is not limited."""

    def ignore(emulator: Emulator, request: Request) -> Response | None:
        limit = request.argument("limit") or ""
        if limit.isdigit() and int(limit) > 0:
            request.query = [pair for pair in request.query if pair[0] != "limit"]
        return None

    emulator.before("listDataSets", ignore)


@fault("data-set-limit-is-one-off", breaks=[LIMIT])
def _(emulator: Emulator) -> None:
    """The list of data sets has one entry more than its limit."""

    def stretch(emulator: Emulator, request: Request) -> Response | None:
        limit = request.argument("limit") or ""
        if limit.isdigit() and 0 < int(limit) < 100:
            rest = [pair for pair in request.query if pair[0] != "limit"]
            request.query = [*rest, ("limit", str(int(limit) + 1))]
        return None

    emulator.before("listDataSets", stretch)


def _zero(request: Request) -> bool:
    return request.argument("limit") == "0"


@fault("zero-data-set-limit-lists-nothing", breaks=[ZERO])
def _(emulator: Emulator) -> None:
    """A limit of zero is answered with an empty list."""
    emulator.after("listDataSets", asked(_zero, _nothing), when="error")


@fault("zero-data-set-limit-means-the-default", breaks=[ZERO])
def _(emulator: Emulator) -> None:
    """A limit of zero counts as none."""

    def forget(emulator: Emulator, request: Request) -> Response | None:
        if _zero(request):
            request.query = [pair for pair in request.query if pair[0] != "limit"]
        return None

    emulator.before("listDataSets", forget)


@fault("zero-data-set-limit-answers-server-error", breaks=[ZERO, SERVER_ERROR])
def _(emulator: Emulator) -> None:
    """A limit of zero makes Catalog fail."""
    emulator.after("listDataSets", asked(_zero, fail), when="error")


@fault("data-set-delete-answers-204", breaks=[DELETED])
def _(emulator: Emulator) -> None:
    """The delete of a data set is answered without a body."""
    emulator.after("deleteDataSet", empty(204))


@fault("data-set-delete-answers-no-array", breaks=[DELETED, CONTRACT])
def _(emulator: Emulator) -> None:
    """The delete of a data set is answered with the reference alone."""
    emulator.after("deleteDataSet", body(lambda payload: payload[0]))


@fault("data-set-delete-answers-other-reference", breaks=[DELETED])
def _(emulator: Emulator) -> None:
    """The delete of a data set is answered with a reference to another."""
    emulator.after("deleteDataSet", body(lambda payload: [payload[0][:-6] + "000000"]))
