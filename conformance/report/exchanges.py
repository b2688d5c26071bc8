"""Which exchanges the page shows, and how much of each."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.engine.curl import curl
from conformance.engine.exchange import Exchange, Request
from conformance.engine.verdict import PASS

Data = dict[str, Any]
SILENT = ("date", "content-length", "server", "connection", "transfer-encoding", "keep-alive")
LIMITS = (12_000, 6_000, 3_000, 1_500, 700, 300, 120)
SAME_FROM = 200
USUAL_FROM = 0.3
SIDES = ("request", "response")


@dataclass(frozen=True)
class Room:
    """How many exchanges there is room for, how many characters for all their bodies, and of each broken row
    how many findings with how many characters each."""

    exchanges: int = 1000
    characters: int = 420_000
    findings: int = 3
    value: int = 2_000


@dataclass
class Body:
    """A body as text, cut to its first part; `same` names the exchange that shows the very same one."""

    text: str
    length: int
    same: str = ""

    @property
    def is_cut(self) -> bool:
        return len(self.text) < self.length


@dataclass
class Side:
    """Headers that not most messages have, and the body."""

    headers: dict[str, str]
    body: Body | None


@dataclass
class Shown:
    """One exchange of the page. `home` is false once it has been placed in the text above."""

    id: str
    data: Data
    sent: Side
    got: Side | None
    home: bool = field(default=True)

    @property
    def anchor(self) -> str:
        return anchor(self.id)

    @property
    def curl(self) -> str:
        """The request as one line for a shell."""
        request = self.data["request"]
        text = _text(request["body"], None)
        made = Request(request["headers"], text, request["method"], request["url"])
        return curl(Exchange(self.id, "", "", "", made, None))


@dataclass
class Exchanges:
    """What the page shows by id; `usual` are the headers left out, `left_out` is how many exchanges are."""

    shown: dict[str, Shown]
    usual: dict[str, str]
    left_out: int

    def of(self, ids: Iterable[str]) -> list[Shown]:
        """Those of some exchanges that the page shows."""
        return [self.shown[name] for name in ids if name in self.shown]


def anchor(exchange_id: str) -> str:
    """The fragment of an exchange."""
    return "x-" + re.sub(r"[^\w.:-]", "-", exchange_id)


def choose(results: Data, room: Room) -> Exchanges:
    """The exchanges that matter most, bodies cut so that the page stays small."""
    kept = results["exchanges"]
    wanted = [name for name in dict.fromkeys(_by_weight(results)) if name in kept]
    chosen = {name: kept[name] for name in wanted[: room.exchanges]}
    usual = _usual(e[side]["headers"] for e in chosen.values() for side in SIDES if e[side])
    texts = {name: _texts(e) for name, e in chosen.items()}
    limit = _limit([len(t) for pair in texts.values() for t in pair if t], room.characters)
    first: dict[str, str] = {}
    shown = {name: _shown(name, e, texts[name], limit, usual, first) for name, e in chosen.items()}
    return Exchanges(shown, usual, len(kept) - len(shown))


def _by_weight(results: Data) -> Iterator[str]:
    rows = results["requirements"]
    red = [row for row in rows if row["verdict"] != PASS]
    yield from (f["exchange"] for row in red for f in row.get("findings", ()))
    yield from (name for row in red for name in row["exchanges"][:3])
    yield from (s["exchange"] for q in results["sequences"] for s in q["steps"] if s["exchange"])
    yield from (name for row in rows for name in row["exchanges"][:1])
    yield from (name for row in rows for name in row["exchanges"][1:])


def _usual(headers: Iterable[Mapping[str, str]]) -> dict[str, str]:
    found = list(headers)
    times = Counter(pair for one in found for pair in one.items())
    return {k: v for (k, v), n in times.items() if n > USUAL_FROM * len(found) > 1}


def _texts(exchange: Data) -> tuple[str, str | None]:
    response = exchange["response"]
    return _text(exchange["request"]["body"], 1), _text(response["body"], 1) if response else None


def _text(body: Any, indent: int | None) -> str:
    if isinstance(body, str):
        return body
    return json.dumps(body, ensure_ascii=False, indent=indent)


def _limit(lengths: list[int], characters: int) -> int:
    fits = (limit for limit in LIMITS if sum(min(n, limit) for n in lengths) <= characters)
    return next(fits, LIMITS[-1])


def _shown(
    name: str,
    exchange: Data,
    texts: tuple[str, str | None],
    limit: int,
    usual: dict[str, str],
    first: dict[str, str],
) -> Shown:
    response = exchange["response"]
    sent = Side(_unusual(exchange["request"], usual), _body(name, texts[0], limit, first))
    if response is None:
        return Shown(name, exchange, sent, None)
    got = Side(_unusual(response, usual), _body(name, texts[1] or "", limit, first))
    return Shown(name, exchange, sent, got)


def _unusual(message: Data, usual: dict[str, str]) -> dict[str, str]:
    headers = message["headers"].items()
    return {k: v for k, v in headers if usual.get(k) != v and k.lower() not in SILENT}


def _body(name: str, text: str, limit: int, first: dict[str, str]) -> Body | None:
    if not text:
        return None
    if len(text) >= SAME_FROM and first.setdefault(text, name) != name:
        return Body("", len(text), first[text])
    return Body(text[:limit], len(text))
