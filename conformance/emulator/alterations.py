"""Changes that faults of several services share, beside those of `changes`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from conformance.emulator.changes import only_if
from conformance.emulator.exchange import Request, Response
from conformance.emulator.gateway import OPEN_SERVICES
from conformance.emulator.tenants import issue_token

if TYPE_CHECKING:
    from conformance.emulator.app import After, Before, Emulator

When = Callable[[Request], bool]
HTML = b"<!DOCTYPE html><html><body><h1>Something went wrong</h1></body></html>"


def refuse(code: int) -> After:
    """Answer another refusal status, in the body too."""

    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        payload = response.payload
        if isinstance(payload, dict) and "status" in payload:
            payload["status"] = type(payload["status"])(code)
        response.status = code
        return response

    return change


def fail(request: Request, response: Response, emulator: Emulator) -> Response:
    """Answer that the server failed."""
    return Response(500, {"title": "Internal error", "status": 500})


def asked(when: When, change: After) -> After:
    """Change only the answers to requests that a condition picks."""
    return only_if(lambda request, response, emulator: when(request), change)


def nth(n: int, change: After) -> After:
    """Change only the n-th answer."""
    calls = iter(range(1, 2**62))
    return only_if(lambda request, response, emulator: next(calls) == n, change)


def stored(change: After) -> After:
    """Change the answer to a create, and what was stored with it."""

    def both(request: Request, response: Response, emulator: Emulator) -> Response:
        if request.record is not None:
            kept = Response(200, request.record.document)
            request.record.document = change(request, kept, emulator).payload
        return change(request, response, emulator)

    return both


def rewritten(name: str, change: Callable[[str], str | None]) -> Before:
    """Answer as if a query parameter had another value, or with None were not there."""

    def rewrite(emulator: Emulator, request: Request) -> Response | None:
        pairs = ((key, change(value) if key == name else value) for key, value in request.query)
        request.query = [(key, value) for key, value in pairs if value is not None]
        return None

    return rewrite


def without(name: str) -> Before:
    """Answer as if a query parameter were not there."""
    return rewritten(name, lambda value: None)


def stand_in(emulator: Emulator, name: str, wrong: When, good: str) -> None:
    """Go on with a good header wherever the one that was sent is wrong."""

    def hook(emulator: Emulator, request: Request) -> Response | None:
        if wrong(request):
            request.headers[name] = good
        return None

    emulator.arriving(hook)


def good_token(emulator: Emulator) -> str:
    """An Authorization header that the gateway takes."""
    tenant = emulator.tenants[0]
    return f"Bearer {issue_token(tenant, emulator.ids, emulator.clock, emulator.token_lifetime)}"


def lacks(name: str) -> When:
    """Requests without that header, to the services whose gateway wants it."""

    def without(request: Request) -> bool:
        return request.service not in OPEN_SERVICES and not request.headers.get(name, "").strip()

    return without


def either(first: When, second: When) -> When:
    """Requests that one of two conditions picks."""
    return lambda request: first(request) or second(request)


def both(first: When, second: When) -> When:
    """Requests that two conditions pick."""
    return lambda request: first(request) and second(request)


def at(operation: str) -> When:
    """Requests of one operation."""
    return lambda request: request.operation == operation


def of(service: str) -> When:
    """Requests to one service."""
    return lambda request: request.service == service


def find_nothing(request: Request, response: Response, emulator: Emulator) -> Response:
    """Answer an empty list of the flow service."""
    return Response(200, {"items": [], "_links": {}})
