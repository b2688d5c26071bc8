"""An exchange: one request with its answer, and its place in a journey. Everything a rule may look at."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


class _Absent:
    def __repr__(self) -> str:
        return "(absent)"

    def __bool__(self) -> bool:
        return False


ABSENT: Any = _Absent()
MARK = "\ufeff"


def at(document: Any, pointer: str) -> Any:
    """The value at a JSON pointer, or ABSENT."""
    for raw in pointer.split("/")[1:]:
        key = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return ABSENT
    return document


def token(key: str) -> str:
    """A member's name as it stands in a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def _no_json(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


@dataclass
class Message:
    """Headers and text of a request or an answer; `body` is the parsed JSON, or ABSENT.

    A byte order mark before the JSON is passed over, as a reader may (RFC 8259, section 8.1).
    """

    headers: dict[str, str]
    text: str

    @cached_property
    def body(self) -> Any:
        try:
            return json.loads(self.text.removeprefix(MARK), parse_constant=_no_json)
        except (ValueError, RecursionError):
            return ABSENT

    @property
    def is_marked(self) -> bool:
        """Whether a byte order mark stands before the text, which a sender must not put there."""
        return self.text.startswith(MARK)

    def header(self, name: str) -> str | None:
        """The value of a header, whatever the case of its name."""
        wanted = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == wanted), None)

    def to_json(self) -> dict[str, Any]:
        """All but the body, which is parsed again."""
        return {k: v for k, v in vars(self).items() if k != "body"}


@dataclass
class Request(Message):
    method: str = "GET"
    url: str = ""


@dataclass
class Response(Message):
    status: int = 0

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(eq=False)
class Exchange:
    """`case` is the id of the requirement that the request puts to the test, None when it is lawful.

    A write whose answer was lost may be known to have had its effect: `took_effect`. `spoilt` holds answers
    that called themselves JSON, were not, and were asked for again.
    """

    id: str
    journey: str
    step: str
    operation: str
    request: Request
    response: Response | None
    error: str | None = None
    case: str | None = None
    path: dict[str, str] = field(default_factory=dict)
    started: float = 0.0
    seconds: float = 0.0
    attempts: int = 1
    notes: dict[str, Any] = field(default_factory=dict)
    took_effect: bool = False
    spoilt: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The status of the answer, 0 when there was none."""
        return self.response.status if self.response else 0

    @property
    def is_lawful_success(self) -> bool:
        return self.case is None and self.response is not None and self.response.is_success

    @property
    def body(self) -> Any:
        return self.response.body if self.response else ABSENT

    @property
    def sent(self) -> Any:
        return self.request.body

    def at(self, pointer: str) -> Any:
        """The value in the answer's body at a JSON pointer, or ABSENT."""
        return at(self.body, pointer)

    @property
    def item(self) -> Any:
        """The one entity of a read by id, or ABSENT."""
        found = self.at("/items/0")
        return found if isinstance(found, dict) else ABSENT

    def to_json(self) -> dict[str, Any]:
        response = self.response and self.response.to_json()
        return {**vars(self), "request": self.request.to_json(), "response": response}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Exchange":
        response = Response(**data["response"]) if data["response"] else None
        return cls(**{**data, "request": Request(**data["request"]), "response": response})
