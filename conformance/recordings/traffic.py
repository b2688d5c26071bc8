"""From interactions to exchanges: which documented operation each request calls, without a secret left in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.engine.contract import Contract
from conformance.engine.evidence import Journey
from conformance.engine.exchange import Exchange, Request, Response
from conformance.engine.redaction import Redactor
from conformance.engine.settings import PRODUCTION_HOSTS
from conformance.recordings.index import DOCUMENTED
from conformance.recordings.recorded import Interaction, Recording, Skipped
from conformance.recordings.secrets import learn_all
from conformance.rules.client.requests import WHOLE

FOUNDATION = "/data/foundation"
LOST = "lost"
CHANGED_OTHERWISE = "changed-otherwise"
RETRIED = (429, 503)


@dataclass
class Traffic:
    """What one recording comes to; `others` are the requests that are no documented operation.

    `skipped` are the entries that cannot be read.
    """

    name: str
    journey: Journey
    others: list[str] = field(default_factory=list)
    is_own: bool = False
    client: str = ""
    skipped: tuple[Skipped, ...] = ()


class Listener:
    """Turns interactions into exchanges.

    `base_path` is where a gateway serves what the documents have under /data/foundation or under /.
    """

    def __init__(
        self, contract: Contract, hide: Redactor, base_path: str = "", live: bool = False
    ) -> None:
        self.contract, self.hide, self.live = contract, hide, live
        self.base_path = base_path.rstrip("/")
        self._known: dict[tuple[str, str], tuple[str, dict[str, str]] | None] = {}

    def recording(self, recording: Recording) -> Traffic:
        """The traffic of a recording; our own cassettes keep their journey, steps and cases."""
        known = recording.metadata
        is_own = bool(known.get("journey")) and known.get("provenance") != DOCUMENTED
        name = str(known["journey"] if is_own else recording.path)
        traffic = self.traffic(name, str(recording.path), recording.interactions, is_own=is_own)
        return replace(traffic, skipped=recording.skipped)

    def traffic(
        self, name: str, place: str, interactions: Iterable[Interaction], *, is_own: bool = False
    ) -> Traffic:
        """The traffic of some interactions; exchange ids begin with `place` and count from 1."""
        heard = list(interactions)
        learn_all(self.hide, heard)
        hosts = {urlsplit(one.url).netloc for one in heard if FOUNDATION in one.url}
        found = Traffic(name, Journey(name), is_own=is_own, client=_agent(heard, self.hide))
        changed: set[str] = set()
        repeated = _asked_again(heard) if is_own else set()
        for number, one in enumerate(heard):
            if number in repeated:
                continue
            called = self._called(one, hosts)
            if called is None:
                found.others.append(f"{one.method} {self.hide.known(_bare(one.url))}")
                changed |= _named(one)
            else:
                where = f"{place}#{one.about.get('entry', number + 1)}"
                exchange = self._exchange(name, where, one, *called)
                if not is_own and changed & set(exchange.path.values()):
                    exchange.notes[CHANGED_OTHERWISE] = True
                found.journey.exchanges.append(exchange)
        return found

    def _called(self, one: Interaction, hosts: set[str]) -> tuple[str, dict[str, str]] | None:
        if one.about.get("operation") in self.contract.operations:
            return str(one.about["operation"]), dict(one.about.get("path") or {})
        parts = urlsplit(one.url)
        key = (one.method, parts.path)
        if key not in self._known:
            self._known[key] = self._identified(*key)
        found = self._known[key]
        if found is None or self.contract[found[0]].template.startswith(FOUNDATION):
            return found
        documented = {urlsplit(address).netloc for address in PRODUCTION_HOSTS.values()}
        return found if self.base_path or parts.netloc in documented | hosts else None

    def _identified(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        tried = [path]
        if self.base_path and path.startswith(f"{self.base_path}/"):
            rest = path.removeprefix(self.base_path)
            tried = [rest, FOUNDATION + rest]
        for candidate in tried:
            found = self.contract.identify(method, candidate)
            if found is not None:
                return found[0].id, found[1]
        return None

    def _exchange(
        self, journey: str, name: str, one: Interaction, operation: str, path: dict[str, str]
    ) -> Exchange:
        hide = self.hide.known
        request = Request(self._headers(one.headers), hide(one.text), one.method, hide(one.url))
        response = None
        if one.status:
            headers = self._headers(one.answer_headers)
            response = Response(headers, hide(one.answer_text), one.status)
        error = None if response else hide(one.error or "no answer was recorded")
        return Exchange(
            name,
            journey,
            str(one.about.get("step") or operation),
            operation,
            request,
            response,
            error,
            one.about.get("case"),
            path,
            one.started,
            one.seconds,
            notes=self._notes(one),
        )

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {name: self.hide.known(value) for name, value in headers.items()}

    def _notes(self, one: Interaction) -> dict[str, Any]:
        notes = dict(one.about.get("notes") or {})
        if one.lost:
            notes[LOST] = one.lost
        if self.live:
            notes[WHOLE] = True
        return notes


def _bare(url: str) -> str:
    return url.partition("?")[0]


def _named(one: Interaction) -> set[str]:
    """What a write of no documented operation may have changed."""
    if one.method in ("GET", "HEAD", "OPTIONS"):
        return set()
    return {unquote(part) for part in urlsplit(one.url).path.split("/") if part}


def _agent(heard: list[Interaction], hide: Redactor) -> str:
    """The name by which the client calls itself most often."""
    agents = [_header(one.headers, "user-agent") for one in heard]
    named = [agent for agent in agents if agent]
    return hide.known(max(named, key=named.count)) if named else ""


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((value for name, value in headers.items() if name.lower() == wanted), "")


def _asked_again(heard: list[Interaction]) -> set[int]:
    """Where an answer made our own client ask again, so that only a later one counts."""
    return {
        number
        for number, (one, following) in enumerate(pairwise(heard))
        if (one.url, one.about) == (following.url, following.about)
        and one.status in RETRIED
        and _header(one.answer_headers, "retry-after")
    }
