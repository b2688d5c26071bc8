"""An answer on its way through the proxy, and the edits that mutations make to its body."""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.engine.exchange import ABSENT, at, token

_IDENTIFIER = re.compile(r"[0-9a-f]{24,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Answer:
    """Status, headers and bytes; `body` is the parsed JSON, or ABSENT."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes = field(repr=False, default=b"")

    @property
    def body(self) -> Any:
        try:
            return json.loads(self.content)
        except ValueError:
            return ABSENT

    def with_body(self, body: Any) -> "Answer":
        """The same answer with another JSON body."""
        return replace(self, content=json.dumps(body).encode())


def pointers(body: Any, prefix: str = "") -> Iterator[str]:
    """Every place in a body, of arrays the first element; a member named by an identifier is `*`."""
    inner: list[tuple[str, Any]] = []
    if isinstance(body, dict):
        inner = [(_member(key), value) for key, value in body.items()]
    elif isinstance(body, list) and body:
        inner = [("0", body[0])]
    met = set()
    for name, value in inner:
        if name not in met:
            met.add(name)
            yield f"{prefix}/{name}"
            yield from pointers(value, f"{prefix}/{name}")


def _member(key: str) -> str:
    return "*" if _IDENTIFIER.fullmatch(key) else token(key)


def concrete(body: Any, pointer: str) -> str:
    """The pointer with each `*` replaced by the first identifier that stands there."""
    found = ""
    for part in pointer.split("/")[1:]:
        holder = at(body, found)
        keys = holder if part == "*" and isinstance(holder, dict) else ()
        found += f"/{next(filter(_IDENTIFIER.fullmatch, keys), part)}"
    return found


def changed(body: Any, pointer: str, value: Any) -> Any:
    """A copy of the body with the value at a pointer replaced, or left out when it is ABSENT."""
    result = copy.deepcopy(body)
    place = concrete(result, pointer)
    holder = at(result, place.rpartition("/")[0])
    last = place.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    key: Any = int(last) if isinstance(holder, list) else last
    if value is ABSENT:
        del holder[key]
    else:
        holder[key] = value
    return result
