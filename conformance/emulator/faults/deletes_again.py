"""Updates and deletes of what was deleted already."""

from __future__ import annotations

from conformance.emulator.app import Emulator
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.deletes import deleted_ids
from conformance.emulator.faults.kinds import Kind, family


@family("{}-is-updated-after-its-delete", "update-of-deleted-one-is-not-found")
def _(emulator: Emulator, kind: Kind) -> None:
    """An update of what was deleted is answered as if it were done."""
    gone = deleted_ids(emulator)

    def answer(request: Request, response: Response, emulator: Emulator) -> Response:
        identifier = request.params["id"]
        if response.status != 404 or identifier not in gone:
            return response
        return Response(200, {"id": identifier, "etag": emulator.ids.etag()})

    emulator.after(kind.update, answer, when="error")


@family("{}-is-deleted-twice", "delete-of-deleted-one-is-not-found")
def _(emulator: Emulator, kind: Kind) -> None:
    """A second delete is answered as the first."""
    gone = deleted_ids(emulator)

    def answer(request: Request, response: Response, emulator: Emulator) -> Response:
        again = response.status == 404 and request.params["id"] in gone
        return Response(204) if again else response

    emulator.after(kind.delete, answer, when="error")
