"""One deadline for a whole answer: an answer that trickles in byte by byte never runs into a timeout per read."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from conformance.engine.interim import pass_over

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
    return pass_over(connection)


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
        self._end = 0.0

    def look(self) -> None:
        """Cut the connection if the time is over, as often as another one was opened since."""
        self.passed = self.passed or time.monotonic() > self._end
        found = getattr(self.connection, "sock", None)
        if self.passed and isinstance(found, socket.socket):
            _hang_up(found)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the connections that this thread opens in the block once the time is over."""
        self._end = time.monotonic() + seconds
        _current.watch = self
        _lookout.over(self)
        try:
            yield
        finally:
            _current.watch = None
            _lookout.leave(self)


class _Lookout:
    """One thread for all deadlines of a process: starting one for each request costs half a millisecond."""

    def __init__(self) -> None:
        self._open: set[Deadline] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread()

    def over(self, deadline: Deadline) -> None:
        """Look after a deadline; a process that was forked has lost its thread."""
        with self._lock:
            self._open.add(deadline)
            if not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, daemon=True)
                self._thread.start()

    def leave(self, deadline: Deadline) -> None:
        with self._lock:
            self._open.discard(deadline)

    def _look(self) -> None:
        pause = threading.Event()  # not time.sleep, which tests of the client replace
        while True:
            pause.wait(LOOK_AGAIN)
            with self._lock:
                for deadline in self._open:
                    deadline.look()


_lookout = _Lookout()


def _hang_up(connection: socket.socket) -> None:
    try:
        # Not the method of a TLS socket: that would take the session away from the thread that reads.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        return
