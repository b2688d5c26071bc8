"""Small ways to change an answer, for faults and variants; pointers may hold `*` steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from conformance.emulator import entities
from conformance.emulator.exchange import NO_BODY, Request, Response

if TYPE_CHECKING:
    from conformance.emulator.app import After, Emulator

Predicate = Callable[[Request, Response, "Emulator"], bool]
_RETYPED: dict[str, Callable[[Any], Any]] = {
    "string": lambda value: value if isinstance(value, str) else json.dumps(value),
    "number": lambda value: int(value) if str(value).lstrip("-").isdigit() else 0,
    "boolean": bool,
    "array": lambda value: [value],
    "object": lambda value: {"value": value},
    "null": lambda value: None,
}


def drop(pointer: str) -> After:
    """Leave a member out."""

    def change(holder: Any, key: Any) -> None:
        del holder[key]

    return _at(pointer, change)


def replace(pointer: str, value: Any) -> After:
    """Put another value in a member's place; a callable gets the old value."""

    def change(holder: Any, key: Any) -> None:
        holder[key] = value(holder[key]) if callable(value) else value

    return _at(pointer, change)


def rename(pointer: str, name: str) -> After:
    """Give a member another name."""

    def change(holder: Any, key: Any) -> None:
        holder[name] = holder.pop(key)

    return _at(pointer, change)


def members(payload: Any, pointer: str) -> list[Any]:
    """Return the values at a pointer, whose steps may be `*`."""
    if payload is NO_BODY:
        return []
    return [holder[key] for holder, key in _places(payload, _steps(pointer))]


def add(pointer: str, name: str, value: Any) -> After:
    """Add a member to the object at the pointer."""

    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        for holder in _objects(response.payload, pointer):
            holder[name] = value
        return response

    return change


def retype(pointer: str, kind: str) -> After:
    """Answer a member's value as another JSON type."""
    return replace(pointer, _RETYPED[kind])


def status(code: int) -> After:
    """Answer another status code."""

    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        response.status = code
        return response

    return change


def header(name: str, value: str | None) -> After:
    """Set a response header, or with None leave it out."""

    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        kept = {key: old for key, old in response.headers.items() if key.lower() != name.lower()}
        response.headers = kept | {name: value}
        return response

    return change


def body(payload: Any) -> After:
    """Answer another JSON body; a callable gets the old one."""

    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        response.payload = payload(response.payload) if callable(payload) else payload
        return response

    return change


def empty(code: int) -> After:
    """Answer a status code and nothing else."""

    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        return Response(code, headers=response.headers, delay=response.delay)

    return change


def raw(content: bytes) -> After:
    """Answer bytes that need not be JSON."""

    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        response.raw = content
        return response

    return change


def delay(seconds: float) -> After:
    """Answer later."""

    def change(request: Request, response: Response, emulator: Emulator) -> Response:
        response.delay += seconds
        return response

    return change


def only_if(condition: Predicate, change: After) -> After:
    """Change only the answers that a condition picks."""

    def conditional(request: Request, response: Response, emulator: Emulator) -> Response:
        return (
            change(request, response, emulator)
            if condition(request, response, emulator)
            else (response)
        )

    return conditional


def every(n: int, change: After) -> After:
    """Change one answer in n, the n-th first."""
    calls = iter(range(1, 2**62))
    return only_if(lambda request, response, emulator: next(calls) % n == 0, change)


def after_calls(n: int, change: After) -> After:
    """Change every answer but the first n."""
    calls = iter(range(1, 2**62))
    return only_if(lambda request, response, emulator: next(calls) > n, change)


def crowded(kind: str, n: int, change: After) -> After:
    """Change only while the sandbox holds at least n resources of a kind."""

    def condition(request: Request, response: Response, emulator: Emulator) -> bool:
        return sum(1 for _ in entities.visible_records(emulator, request, kind)) >= n

    return only_if(condition, change)


def updated(times: int, change: After) -> After:
    """Change only the answers about a resource updated at least that often."""

    def condition(request: Request, response: Response, emulator: Emulator) -> bool:
        return request.record is not None and request.record.updates >= times

    return only_if(condition, change)


def _at(pointer: str, change: Callable[[Any, Any], None]) -> After:
    def apply(request: Request, response: Response, emulator: Emulator) -> Response:
        if response.payload is not NO_BODY:
            for holder, key in list(_places(response.payload, _steps(pointer))):
                change(holder, key)
        return response

    return apply


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _places(value: Any, steps: list[str]) -> Iterator[tuple[Any, Any]]:
    for key in _keys(value, steps[0]):
        if len(steps) == 1:
            yield value, key
        else:
            yield from _places(value[key], steps[1:])


def _keys(value: Any, step: str) -> list[Any]:
    if isinstance(value, dict):
        return list(value) if step == "*" else [step] if step in value else []
    if isinstance(value, list):
        indexes = list(range(len(value)))
        return indexes if step == "*" else [i for i in indexes if str(i) == step]
    return []


def _objects(value: Any, pointer: str) -> Iterator[dict[str, Any]]:
    found = [value] if not pointer else [h[k] for h, k in _places(value, _steps(pointer))]
    return (one for one in found if isinstance(one, dict))
