"""The request and response values that the emulator works on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.emulator.store import Record
    from conformance.emulator.tenants import Tenant

NO_BODY: Any = object()


@dataclass(slots=True, kw_only=True)
class Request:
    """One HTTP request; routing, the gateway and the handlers fill the lower half."""

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    service: str = ""
    operation: str = ""
    params: dict[str, str] = field(default_factory=dict)
    payload: Any = NO_BODY
    tenant: Tenant | None = None
    sandbox: str = ""
    record: Record | None = None

    def argument(self, name: str) -> str | None:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), None)

    def arguments(self, name: str) -> list[str]:
        """Every value of a repeated query parameter."""
        return [value for key, value in self.query if key == name]

    @property
    def owner(self) -> Tenant:
        """The tenant that the gateway let in."""
        assert self.tenant is not None
        return self.tenant


@dataclass(slots=True)
class Response:
    """One HTTP response; `payload` is JSON unless `raw` replaces it.

    A header of None keeps the server from adding its own.
    """

    status: int = 200
    payload: Any = NO_BODY
    headers: dict[str, str | None] = field(default_factory=dict)
    raw: bytes | None = None
    delay: float = 0.0

    @property
    def ok(self) -> bool:
        """True for any 2xx answer."""
        return 200 <= self.status < 300

    def content(self) -> bytes:
        """The body as it goes over the wire."""
        if self.raw is not None:
            return self.raw
        return b"" if self.payload is NO_BODY else encode(self.payload)

    def wire_headers(self) -> dict[str, str]:
        """The headers to send: JSON unless told otherwise, and none for an empty body."""
        usual: dict[str, str | None] = {"Content-Type": "application/json"}
        chosen = (usual if self.content() else {}) | self.headers
        return {name: value for name, value in chosen.items() if value is not None}


def encode(value: Any) -> bytes:
    """Compact JSON in ASCII, so that no string can fail to encode."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("number out of range")
    return number


def decode(body: bytes) -> Any:
    """Parse strict JSON; ValueError or RecursionError when it is none."""
    text = body.decode("utf-8")
    value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    if "\\ud" in text.lower():
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value
