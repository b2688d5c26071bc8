"""No network: while a run replays, nothing in the process may open a connection or ask for a name."""

import sys
from typing import Any

_EVENTS = frozenset(
    f"socket.{call}"
    for call in (
        "connect",
        "sendto",
        "sendmsg",
        "getaddrinfo",
        "gethostbyname",
        "gethostbyaddr",
        "getnameinfo",
    )
)


class NetworkBlocked(OSError):
    """Something tried to use the network during a replay."""


class _Gate:
    """Python's own audit events: they are raised for every socket, whichever library made it."""

    hooked = False
    closed = False

    def __call__(self, event: str, _: tuple[Any, ...]) -> None:
        if self.closed and event in _EVENTS:
            raise NetworkBlocked("the network is blocked during a replay")


_gate = _Gate()


def block() -> None:
    """Block every socket of this process, until `unblock`."""
    if not _gate.hooked:
        sys.addaudithook(_gate)  # it can never be taken away, only told to let through
        _gate.hooked = True
    _gate.closed = True


def unblock() -> None:
    """Let sockets through again."""
    _gate.closed = False
