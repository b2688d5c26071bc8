"""Creates that answer wrongly: status, id and etag."""

from __future__ import annotations

from conformance.emulator.app import Emulator
from conformance.emulator.changes import after_calls, drop, every, only_if, replace, status
from conformance.emulator.exchange import Request, Response
from conformance.emulator.faults.kinds import (
    CONNECTION,
    CONTRACT,
    FLOW,
    KINDS,
    SOURCE,
    TARGET,
    Kind,
    family,
)

OPTIONAL = ("description-is-optional",)
ACCEPTED = {
    CONNECTION: ("gateway.body.oversized-name-is-answered",),
    SOURCE: OPTIONAL,
    TARGET: OPTIONAL,
    FLOW: (
        "minute-interval-of-fifteen-is-accepted",
        "hour-interval-of-one-is-answered",
        "once-without-interval-is-answered",
        *OPTIONAL,
    ),
}


@family(
    "{}-create-answers-200", "create-answers-created", also=ACCEPTED, kinds=(CONNECTION, TARGET)
)
def _(emulator: Emulator, kind: Kind) -> None:
    """A create is answered 200."""
    emulator.after(kind.create, status(200))


@family(
    "{}-create-answers-202-after-the-first",
    "create-answers-created",
    also=ACCEPTED,
    kinds=(SOURCE, FLOW),
)
def _(emulator: Emulator, kind: Kind) -> None:
    """Every create but the first is answered 202."""
    emulator.after(kind.create, after_calls(1, status(202)))


@family("{}-create-without-id", "create-returns-identifier", kinds=KINDS)
def _(emulator: Emulator, kind: Kind) -> None:
    """A create is answered without the id."""
    emulator.after(kind.create, drop("/id"))


@family("{}-id-is-no-uuid", "create-returns-identifier", CONTRACT, kinds=(TARGET, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """Ids have 24 hexadecimal digits."""
    usual = emulator.policy.new_id

    def new_id(emulator: Emulator, name: str) -> str:
        return emulator.ids.hex(24) if name == kind.name else usual(emulator, name)

    emulator.policy.new_id = new_id


@family("one-{}-id-in-eight-is-no-uuid", "create-returns-identifier", CONTRACT, kinds=(FLOW,))
def _(emulator: Emulator, kind: Kind) -> None:
    """One id in eight has a digit too many."""
    usual = emulator.policy.new_id

    def new_id(emulator: Emulator, name: str) -> str:
        identifier = usual(emulator, name)
        rare = name == kind.name and emulator.ids.random.random() < 0.125
        return identifier + "0" if rare else identifier

    emulator.policy.new_id = new_id


@family("{}-create-without-etag", "create-returns-etag", kinds=(CONNECTION, TARGET))
def _(emulator: Emulator, kind: Kind) -> None:
    """A create is answered without the etag."""
    emulator.after(kind.create, drop("/etag"))


@family("one-{}-create-in-five-without-etag", "create-returns-etag", kinds=(FLOW, SOURCE))
def _(emulator: Emulator, kind: Kind) -> None:
    """One create in five is answered without the etag."""
    emulator.after(kind.create, every(5, drop("/etag")))


@family("{}-create-etag-is-a-number", "create-returns-etag", "create-etag-is-quoted")
def _(emulator: Emulator, kind: Kind) -> None:
    """The etag in the answer to a create is a number."""
    emulator.after(kind.create, replace("/etag", 7))


@family("{}-create-etag-unquoted", "create-etag-is-quoted", kinds=(SOURCE, FLOW))
def _(emulator: Emulator, kind: Kind) -> None:
    """The etag in the answer to a create lacks its quotes."""
    emulator.after(kind.create, replace("/etag", lambda etag: etag.strip('"')))


@family("{}-create-etag-is-weak", "create-etag-is-quoted", kinds=(TARGET,))
def _(emulator: Emulator, kind: Kind) -> None:
    """The etag in the answer to a create carries the prefix of weak etags."""
    emulator.after(kind.create, replace("/etag", lambda etag: f"W/{etag}"))


@family("{}-create-etag-half-quoted", "create-etag-is-quoted", kinds=(CONNECTION,))
def _(emulator: Emulator, kind: Kind) -> None:
    """The etag in the answer to a create has only its first quote."""
    emulator.after(kind.create, replace("/etag", lambda etag: etag[:-1]))


@family("{}-ids-are-used-again", "created-ids-are-distinct")
def _(emulator: Emulator, kind: Kind) -> None:
    """The id of a deleted entity is given to the next one."""
    free: list[str] = []
    usual = emulator.policy.new_id

    def freed(request: Request, response: Response, emulator: Emulator) -> None:
        free.append(request.params["id"])

    def new_id(emulator: Emulator, name: str) -> str:
        return free.pop() if name == kind.name and free else usual(emulator, name)

    emulator.policy.new_id = new_id
    emulator.note(kind.delete, freed)


@family(
    "{}-create-without-description-answers-200",
    "description-is-optional",
    kinds=(SOURCE, TARGET),
    also={TARGET: ("create-answers-created",)},
)
def _(emulator: Emulator, kind: Kind) -> None:
    """A create without a description is answered 200."""

    def bare(request: Request, response: Response, emulator: Emulator) -> bool:
        return "description" not in request.payload

    emulator.after(kind.create, only_if(bare, status(200)))
