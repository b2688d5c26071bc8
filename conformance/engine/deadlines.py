"""One deadline for a whole answer: an answer that trickles in byte by byte never runs into a timeout per read."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_current = threading.local()
LOOK_AGAIN = 0.1


class _Plain(HTTPConnectionPool):
    def _get_conn(self, timeout: float | None = None) -> Any:
        return _noted(super()._get_conn(timeout))


class _Secure(HTTPSConnectionPool):
    def _get_conn(self, timeout: float | None = None) -> Any:
        return _noted(super()._get_conn(timeout))


def _noted(connection: Any) -> Any:
    watch = getattr(_current, "watch", None)
    if watch is not None:
        watch.connection = connection
    return connection


class WatchedAdapter(HTTPAdapter):
    """An adapter of requests whose connections a `Deadline` can cut."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **named)
        _watch(self.poolmanager)

    def proxy_manager_for(self, *given: Any, **named: Any) -> Any:
        manager = super().proxy_manager_for(*given, **named)
        _watch(manager)
        return manager


def _watch(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Plain, "https": _Secure}


class Deadline:
    """What is to end by a certain time; `passed` tells whether it had to be cut."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.passed = False
        self._done = threading.Event()

    def _cut(self) -> None:
        self.passed = True
        while not self._done.wait(LOOK_AGAIN):
            found = getattr(self.connection, "sock", None)
            if isinstance(found, socket.socket):
                _hang_up(found)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the connections that this thread opens in the block once the time is over."""
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        _current.watch = self
        timer.start()
        try:
            yield
        finally:
            _current.watch = None
            timer.cancel()
            self._done.set()


def _hang_up(connection: socket.socket) -> None:
    try:
        # Not the method of a TLS socket: that would take the session away from the thread that reads.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        return
