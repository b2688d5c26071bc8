"""What ends a run from outside: Ctrl-C, SIGTERM and a terminal that closes all let it tidy up once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_heard: list[int] = []


def _interrupt(number: int, _: FrameType | None) -> None:
    _heard.append(number)
    raise KeyboardInterrupt


@contextmanager
def heeded() -> Iterator[None]:
    """Turn every such signal into a KeyboardInterrupt while the block lasts."""
    _heard.clear()
    before = [signal.signal(number, _interrupt) for number in SIGNALS]
    try:
        yield
    finally:
        for number, handler in zip(SIGNALS, before, strict=True):
            signal.signal(number, handler)


def is_urgent() -> bool:
    """Whether somebody asked a second time, and does not want to wait until all is tidied up."""
    return len(_heard) > 1
