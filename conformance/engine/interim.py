"""Interim answers (RFC 9110, section 15.2): a client passes over any number of them before the final one."""

from http.client import HTTPResponse, parse_headers
from typing import Any

SWITCHED = 101  # final: what follows is no HTTP


class FinalResponse(HTTPResponse):
    """An answer without the interim ones before it, of which http.client itself knows 100 alone."""

    def _read_status(self) -> tuple[str, int, str]:
        found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
        while 100 <= found[1] < 200 and found[1] != SWITCHED:
            parse_headers(self.fp)
            found = super()._read_status()  # type: ignore[misc]
        return found


def pass_over(connection: Any) -> Any:
    """Make a connection of http.client, or vcrpy's about one, pass over interim answers; returns it."""
    getattr(connection, "real_connection", connection).response_class = FinalResponse
    return connection
