"""What a reader has to look at first: broken rows one by one, and what they or a stop kept from being judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from conformance.engine.verdict import BLOCKED, ERROR, FAIL, UNTESTED, WARN, short
from conformance.report.exchanges import Exchanges, Room, Shown
from conformance.report.rows import Row

Data = dict[str, Any]
SOON = timedelta(days=14)
WITH_EXCHANGE = 60


@dataclass
class Finding:
    """One observation that broke a row, with its exchange where the page shows it in this place."""

    data: Data
    exchange: Shown | None
    inline: bool


@dataclass
class Broken:
    """A row that fails or warns."""

    row: Row
    findings: list[Finding] = field(default_factory=list)


@dataclass
class Silent:
    """Rows that could not be judged for one and the same reason."""

    verdict: str
    reason: str
    rows: list[Row] = field(default_factory=list)


@dataclass
class Attention:
    """All of it. The rows in `expiring` are waived, not for long; `remarks` warn of recordings."""

    broken: list[Broken]
    silent: list[Silent]
    expiring: list[Row]
    remarks: list[str]

    @property
    def is_empty(self) -> bool:
        return not (self.broken or self.silent or self.expiring or self.remarks)


def attention(results: Data, found: Mapping[str, Row], shown: Exchanges, room: Room) -> Attention:
    """What needs attention in a run; an exchange is placed with the first row that it broke."""
    red = [row for row in found.values() if row.verdict in (FAIL, WARN)]
    broken = [
        _broken(row, shown, room, position < WITH_EXCHANGE) for position, row in enumerate(red)
    ]
    remarks = [n for n in results["notes"] if n.startswith("warning:")]
    return Attention(broken, _silent(found), _expiring(results, found), remarks)


def _broken(row: Row, shown: Exchanges, room: Room, with_exchange: bool) -> Broken:
    entry = Broken(row)
    for found in row.data.get("findings", ())[: room.findings]:
        data = {k: v if k == "exchange" else short(v, room.value) for k, v in found.items()}
        exchange = shown.shown.get(data["exchange"])
        inline = bool(exchange and exchange.home and with_exchange)
        if exchange and inline:
            exchange.home = False
        entry.findings.append(Finding(data, exchange, inline))
    return entry


def _silent(found: Mapping[str, Row]) -> list[Silent]:
    grouped: dict[tuple[str, str], Silent] = {}
    for row in found.values():
        if row.verdict in (ERROR, BLOCKED) or (
            row.verdict == UNTESTED and row.data["level"] == "MUST"
        ):
            reason = row.data["message"] or str(row.data.get("blocked_by", ""))
            key = (row.verdict, reason)
            grouped.setdefault(key, Silent(row.verdict, reason)).rows.append(row)
    return list(grouped.values())


def _expiring(results: Data, found: Mapping[str, Row]) -> list[Row]:
    """The waived rows whose last day is near or over, judged by the day of the run."""
    soon = (date.fromisoformat(results["finished"][:10]) + SOON).isoformat()
    return [
        row
        for row in found.values()
        if "waiver" in row.data and row.data["waiver"]["expires"] <= soon
    ]
