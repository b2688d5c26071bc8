"""Traffic judged as it happens: what the clients of one test exchange, by the terms that the test sets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, TypeVar

from conformance.engine.errors import SettingsError
from conformance.engine.redaction import Redactor
from conformance.engine.verdict import FAIL
from conformance.recordings.judge import Bench
from conformance.recordings.judgement import SIDES, Judged, Judgement
from conformance.recordings.judgement_text import broken
from conformance.recordings.traffic import Listener
from conformance.recordings.watching import Ear

Client = TypeVar("Client")
UNHEARD = (
    "it sent nothing, or by another client; watch the one that sends, "
    "or say @pytest.mark.aep(silent=True) or watch(client, silent=True)"
)


@cache
def bench() -> Bench:
    """The contract and its requirements, read once."""
    return Bench(live=True)


@dataclass(frozen=True)
class Terms:
    """What a test wants judged: only some requirements, one side, and which breaks it puts up with.

    `silent` says that its clients may send nothing.
    """

    only: tuple[str, ...] = ()
    waive: Mapping[str, str] = field(default_factory=dict)
    side: str | None = None
    silent: bool = False

    @classmethod
    def of(cls, markers: Iterable[Mapping[str, Any]]) -> "Terms":
        """The terms of some markers, the nearest first; its `only`, `side` and `silent` count, and every waiver.

        Raises SettingsError for what no requirement is called, and for an argument that does not exist.
        """
        found: dict[str, Any] = {}
        waived: dict[str, str] = {}
        for marker in markers:
            unknown = sorted(marker.keys() - {"only", "waive", "side", "silent"})
            if unknown:
                raise SettingsError(
                    f"aep marker: no argument {unknown[0]}; give only, waive, side or silent"
                )
            waived = {**marker.get("waive", {}), **waived}
            found = {**marker, **found}
        only, side, silent = found.get("only", ()), found.get("side"), found.get("silent", False)
        terms = cls(tuple(only), waived, side, silent)
        terms.check()
        return terms

    def check(self) -> None:
        """Raise SettingsError for a glob or an id without a requirement, a side that is none, or no reason."""
        if self.side not in (None, *SIDES):
            raise SettingsError(f"aep marker: side {self.side!r}: give client or server")
        if not isinstance(self.silent, bool):
            raise SettingsError(f"aep marker: silent {self.silent!r}: give True or False")
        for glob in self.only:
            if not any(fnmatchcase(name, glob) for name in bench().ids):
                raise SettingsError(f"aep marker: only {glob}: no requirement has such an id")
        for name, reason in self.waive.items():
            if name not in bench().ids:
                raise SettingsError(f"aep marker: waive {name}: no requirement has such an id")
            if not isinstance(reason, str) or not reason.strip():
                raise SettingsError(f"aep marker: waive {name}: say why")


class LiveJudge:
    """Listens to the clients of one test; `complaint` says what they or their server broke."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._ear = Ear()
        self._told = 0
        self._may_be_silent: list[Any] = []
        self._judged: tuple[int, Judgement] = (-1, Judgement([]))

    def watch(self, client: Client, *, silent: bool = False) -> Client:
        """Listen to a requests.Session, an httpx.Client or an httpx.AsyncClient; returns it.

        The test fails when nothing is heard of it, unless it is said to be `silent`. Raises SettingsError
        for anything else.
        """
        if silent:
            self._may_be_silent.append(client)
        return self._ear.watch(client)

    def silence(self) -> str:
        """Which watched clients nothing was heard of, though they were to speak; empty when none."""
        if self.terms.silent:
            return ""
        kinds = [
            type(client).__name__
            for client in self._ear.silent()
            if not any(client is known for known in self._may_be_silent)
        ]
        return f"aep_judge heard nothing of {', '.join(kinds)}: {UNHEARD}" if kinds else ""

    def close(self) -> None:
        """Leave the clients as they were."""
        self._ear.close()

    def judgement(self) -> Judgement:
        """The verdicts on what was heard so far, by the terms of the test."""
        heard = self._ear.interactions()
        if self._judged[0] != len(heard):
            listener = Listener(bench().contract, Redactor(), live=True)
            traffic = listener.traffic("this test", "", heard)
            sides = (self.terms.side,) if self.terms.side else SIDES
            found = bench().judge([traffic]).only(sides, self.terms.only)
            self._judged = len(heard), found
        return self._judged[1]

    def complaint(self) -> str:
        """Every MUST that traffic since the last complaint broke and no waiver covers; empty when none."""
        heard = len(self._ear.interactions())
        if heard == self._told:
            return ""
        red = [one for one in self.judgement().red() if one.verdict.verdict == FAIL]
        new = [one for one in red if self._is_new(one) and not self._is_waived(one)]
        self._told = heard
        return "\n\n".join("\n".join(broken(one)) for one in new)

    def remarks(self) -> str:
        """What does not fail a test: a SHOULD that is not met, and what was waived."""
        red = self.judgement().red()
        return "\n".join(
            f"{self._why(one)}: {one.verdict.message}"
            for one in red
            if one.verdict.verdict != FAIL or self._is_waived(one)
        )

    def _why(self, one: Judged) -> str:
        name = one.verdict.requirement.id
        return f"waived ({self.terms.waive[name]}) {name}" if self._is_waived(one) else f"{name}"

    def _is_waived(self, one: Judged) -> bool:
        return one.verdict.requirement.id in self.terms.waive

    def _is_new(self, one: Judged) -> bool:
        places = (int(f.exchange.id.rpartition("#")[2]) for f in one.verdict.broken)
        return max(places, default=0) > self._told
