"""One self-contained HTML page: from results to text, without a look at the network or the clock."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from conformance.engine.verdict import ORDER
from conformance.report import charts
from conformance.report.attention import attention
from conformance.report.coverage import coverage
from conformance.report.exchanges import Room, anchor, choose
from conformance.report.history import History, changes
from conformance.report.reference import Reference
from conformance.report.rows import groups, rows
from conformance.report.sequences import LANE, ROW, pictures

Data = dict[str, Any]
TEMPLATES = Path(__file__).parent / "html"
LEVELS = ("MUST", "SHOULD", "MAY")
WEB = ("https://", "http://")
LARGEST = 1_450_000
ROOMS = (Room(), Room(600, 200_000, 2, 600), Room(300, 80_000, 1, 300), Room(60, 20_000, 1, 100))
ROWS = ("pass", "fail", "error", "blocked", "untested", "warn", "waived", "not-applicable")

# What a browser would not show, or would use to show other text in another order than it stands.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\uffff\ud800-\udfff]"
)


@dataclass(frozen=True)
class Material:
    """All that a page is made from. `beside` are other targets to show side by side."""

    results: Data
    reference: Reference
    history: History
    beside: Sequence[Data] = ()
    drift: Data | None = None
    proof: Data | None = None


def visible(value: Any) -> Any:
    """A text in which every character that would not be seen as itself is written out; other values as they are."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", value)
    return value


def plain(text: str) -> Markup:
    """Text for the inside of an element: quotes stay, which keeps printed JSON small."""
    shown: str = visible(text)
    return Markup(  # noqa: S704 - escaped right here
        shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    )


def milliseconds(seconds: float | None) -> str:
    """A time as people read it."""
    if seconds is None:
        return "–"
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def short_address(address: str, base: str) -> str:
    """An address without the base that all of a target's share."""
    return address.removeprefix(base.rstrip("/")) or address


def is_web(address: str) -> bool:
    """Whether an address may become a link."""
    return address.startswith(WEB)


def render(material: Material) -> str:
    """The page: with less of the exchanges when it would be larger than `LARGEST`."""
    for room in ROOMS:
        page = _page(material, room)
        if len(page.encode(errors="replace")) <= LARGEST:
            break
    return page


def _page(material: Material, room: Room) -> str:
    results, reference = material.results, material.reference
    shown = choose(results, room)
    found = rows(results, shown, reference, material.beside, material.proof)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            r=results,
            beside=material.beside,
            reference=reference,
            verdicts=ORDER,
            best_first=ROWS,
            levels=LEVELS,
            attention=attention(results, found, shown, room),
            pictures=pictures(results, reference),
            rows=found,
            groups=groups(found),
            shown=shown,
            coverage=coverage(results, reference),
            drift=material.drift,
            proof=material.proof,
            history=material.history,
            changes=changes(material.history),
            columns=charts.columns(material.history.runs),
            lines=charts.lines(material.history.runs),
            lane=LANE,
            line_height=ROW,
            script=_file("page.js"),
            script_hash=_hash(_file("page.js")),
            style=_file("page.css"),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "plain": plain,
        "ms": milliseconds,
        "anchor": anchor,
        "below": short_address,
    }
    environment.tests["web"] = is_web
    return environment


def _file(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _hash(script: str) -> str:
    digest = hashlib.sha256(f"\n{script}".encode()).digest()
    return base64.b64encode(digest).decode()
