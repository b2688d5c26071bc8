"""Several writers with one etag, released together."""

import threading

from conformance.engine.client import Client
from conformance.engine.exchange import Exchange
from conformance.engine.kinds import FLOW
from conformance.engine.session import Session
from conformance.rules.probes.changes import describe
from conformance.rules.probes.kit import etag_of, settled

ROUNDS = (4, 3)
THOROUGH_ROUNDS = (2, 3, 4, 5, 6, 6, 6, 6)


def race(session: Session, read: Exchange) -> None:
    """Several writers with one etag, released together; more of them in the full profile."""
    requirement = FLOW.row("concurrent-updates-have-one-winner")
    if not session.wants(requirement):
        return
    thorough = session.wants(FLOW.row("update-with-garbage-etag-is-refused"))
    rounds = THOROUGH_ROUNDS if thorough else ROUNDS
    clients = [session.world.client.fork() for _ in range(max(rounds))]
    for client in clients:
        session.call(
            "listConnections",
            query={"limit": "1"},
            step="open-connection",
            client=client,
            halts=False,
        )
    for number, writers in enumerate(rounds, start=1):
        for label in (f"round-{number}", f"round-{number}-again", f"round-{number}-once-more"):
            whole = _release(session, read, clients[:writers], label, requirement)
            read = settled(session, read.path["id"], **{"after-race": label})
            if whole:
                break


def _release(
    session: Session, read: Exchange, clients: list[Client], label: str, requirement: str
) -> bool:
    """One round; whether every writer got an answer."""
    barrier = threading.Barrier(len(clients))
    headers = {"If-Match": etag_of(session, read)}

    def write(number: int, client: Client) -> None:
        barrier.wait()
        session.call(
            "updateFlow",
            read.path["id"],
            body=describe(f"{label} writer {number}"),
            headers=headers,
            case=requirement,
            step=label,
            client=client,
            notes={"race": label},
        )

    threads = [threading.Thread(target=write, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return not any(e.error for e in session.exchanges if e.notes.get("race") == label)
