"""Several writers with one etag, released together."""

import threading

from conformance.engine.client import Client
from conformance.engine.exchange import Exchange
from conformance.engine.kinds import FLOW, Kind
from conformance.engine.session import Session
from conformance.rules.probes.changes import describe, look_again
from conformance.rules.probes.kit import etag_of

ROUNDS = (4, 2)  # writers in each
THOROUGH_ROUNDS = (2, 3, 4, 5, 6, 6, 6, 6)
ROUNDS_OF_PARTS = (6, 3, 6)


def race(session: Session, kind: Kind, read: Exchange) -> None:
    """Several writers with one etag, released together; more of them in the full profile."""
    requirement = kind.row("concurrent-updates-have-one-winner")
    if not session.wants(requirement):
        return
    rounds = _rounds(session, kind)
    others = [session.world.client.fork() for _ in range(max(rounds) - 1)]
    clients = [session.world.client, *others]
    for client in others:
        session.call(
            "listConnections",
            query={"limit": "1"},
            step="open-connection",
            client=client,
            halts=False,
        )
    for number, writers in enumerate(rounds, start=1):
        for label in (f"round-{number}", f"round-{number}-again", f"round-{number}-once-more"):
            whole = _release(session, kind, read, clients[:writers], label)
            read = look_again(session, kind, read.path["id"], **{"after-race": label})
            if whole:
                break


def _rounds(session: Session, kind: Kind) -> tuple[int, ...]:
    """The writers of each round; few of them where a window that opens now and then is looked for."""
    more = session.world.repeats - 1
    if kind is not FLOW:
        return ROUNDS_OF_PARTS + (2,) * more
    thorough = session.wants(kind.row("update-with-garbage-etag-is-refused"))
    return (THOROUGH_ROUNDS if thorough else ROUNDS) + (2, 3) * more


def _release(
    session: Session, kind: Kind, read: Exchange, clients: list[Client], label: str
) -> bool:
    """One round; whether every writer got an answer."""
    barrier = threading.Barrier(len(clients))
    headers = {"If-Match": etag_of(session, read)}

    def write(number: int, client: Client) -> None:
        barrier.wait()
        session.call(
            kind.update(),
            read.path["id"],
            body=describe(f"{label} writer {number}"),
            headers=headers,
            case=kind.row("concurrent-updates-have-one-winner"),
            step=label,
            client=client,
            notes={"race": label},
        )

    threads = [threading.Thread(target=write, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writes = [e for e in session.exchanges if e.operation == kind.update()]
    return not any(e.error for e in writes if e.notes.get("race") == label)
