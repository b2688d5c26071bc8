"""The ways in which an answer can be altered."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from conformance.engine.exchange import ABSENT, at
from conformance.proof.answer import Answer, changed, concrete

Edit = Callable[[Any], Any]
STATUS_MEMBER = "status"


@dataclass(frozen=True)
class Mutation:
    """One alteration of every answer that an operation gives with one status."""

    operation: str
    status: int
    kind: str
    place: str = ""

    @property
    def name(self) -> str:
        return f"{self.operation}.{self.status}.{self.kind}" + (f":{self.place}" * bool(self.place))

    def apply(self, answer: Answer) -> Answer:
        """The altered answer; the same one where the place does not exist in it."""
        if self.kind == "status":
            return _status(answer, int(self.place))
        if self.kind == "content-type":
            return _content_type(answer, self.place)
        if self.kind == "body":
            return replace(answer, content=BODIES[self.place](answer.content))
        return _edited(answer, self.place, EDITS[self.kind])


def _status(answer: Answer, status: int) -> Answer:
    """Another status, in the body too where it stands there: the mutant must not give itself away."""
    stated = at(answer.body, f"/{STATUS_MEMBER}")
    if isinstance(stated, int | str) and str(stated) == str(answer.status):
        answer = answer.with_body({**answer.body, STATUS_MEMBER: type(stated)(status)})
    return replace(answer, status=status)


def _content_type(answer: Answer, value: str) -> Answer:
    kept = tuple((k, v) for k, v in answer.headers if k.lower() != "content-type")
    added = () if value == "absent" else (("Content-Type", value),)
    return replace(answer, headers=kept + added)


def _edited(answer: Answer, pointer: str, edit: Edit) -> Answer:
    body = answer.body
    old = at(body, concrete(body, pointer))
    if old is ABSENT:
        return answer
    new = edit(old)
    return answer if new is UNTOUCHED else answer.with_body(changed(body, pointer, new))


class _Untouched:
    """What an edit returns for a value that it cannot alter."""


UNTOUCHED: Any = _Untouched()


def _retyped(value: Any) -> Any:
    """The value in another type, as like the right one as can be."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return int(value) if value.isdigit() else 7
    return {} if isinstance(value, list) else []


def _of(kind: type, edit: Edit) -> Edit:
    return lambda value: edit(value) if isinstance(value, kind) else UNTOUCHED


def _number(edit: Callable[[int], int]) -> Edit:
    return lambda value: edit(value) if type(value) is int else UNTOUCHED


EDITS: dict[str, Edit] = {
    "drop": lambda value: ABSENT,
    "null": lambda value: None,
    "retype": _retyped,
    "wrap": lambda value: [value],
    "unquote": _of(str, lambda v: v.strip('"') if v.startswith('"') else UNTOUCHED),
    "upper": _of(str, str.upper),
    "shorten": _of(str, lambda v: v[:-1]),
    "lengthen": _of(str, lambda v: v + "0"),
    "blank": _of(str, lambda v: ""),
    "reword": _of(str, lambda v: "unheard-of"),
    "seconds": _number(lambda v: v // 1000),
    "negate": _number(lambda v: -v - 1),
    "raise": _number(lambda v: v + 1),
    "hollow": _of(list, lambda v: []),
    "double": _of(list, lambda v: v + v),
    "clear": _of(dict, lambda v: {}),
}
BODIES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "null": lambda content: b"null",
    "wrapped": lambda content: b"[" + content + b"]",
    "cut": lambda content: content[: len(content) // 2],
    "followed-by-text": lambda content: content + b"\nOK",
}
CONTENT_TYPES = ("absent", "text/html")


def alter(value: Any) -> Any:
    """Another value of the same type, as near as can be; for values that the client sent."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value.swapcase() if value.swapcase() != value else value + "0"
    if isinstance(value, list):
        return value[:-1] if value else UNTOUCHED
    return _altered_member(value) if isinstance(value, dict) else UNTOUCHED


def _altered_member(value: dict[str, Any]) -> Any:
    for key, inner in value.items():
        new = alter(inner)
        if new is not UNTOUCHED:
            return {**value, key: new}
    return UNTOUCHED


EDITS["alter"] = alter
