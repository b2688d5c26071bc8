"""What an answer says about the network: who gave it, whether to ask again, and what to make of several tries.

Nobody documents HTML, JSON that does not parse, an empty 502 or a redirect to another host. One such answer
may be a proxy's, so it is asked for again. The target is judged by it only when every try gave one while
another read is still answered in JSON; never by a 502, 503 or 504 without a JSON object, a redirect elsewhere,
or a plea for patience (429, or 503 with Retry-After). A refusal in HTML (400, 404, 412, 422 …) is the
target's own from the first: nobody on the way gives these.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from conformance.engine.exchange import MARK
from conformance.engine.media import is_json

READS = ("GET", "HEAD")
UPSTREAM = (502, 503, 504)
ON_THE_WAY = (403, 407, 408, 500, 511)
TOKENS = "/ims/token/v3"


@dataclass(frozen=True)
class Answer:
    """What came back: a response, or the reason why there is none; `unsent` says that it reached nobody.

    `spoilt` holds the answers to earlier tries that called themselves JSON and were not.
    """

    status: int
    headers: dict[str, str]
    text: str
    error: str | None
    attempts: int
    seconds: float
    unsent: bool = False
    spoilt: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The value of a header, whatever the case of its name."""
        return next((v for k, v in self.headers.items() if k.lower() == name.lower()), None)


def repeatable(method: str, url: str) -> bool:
    """Whether a request may be sent twice without changing more than once."""
    return method in READS or urlsplit(url).path.endswith(TOKENS)


def is_lost(answer: Answer, url: str) -> bool:
    """Whether the answer that the target gave, if any, did not come through."""
    return is_foreign(answer, url) or answer.error is not None


def is_doubtful(method: str, url: str, answer: Answer) -> bool:
    """Whether a write may have been processed although no answer of the target came through."""
    return not repeatable(method, url) and not answer.unsent and is_lost(answer, url)


def asks_for_patience(answer: Answer) -> bool:
    """Whether the target did nothing and says so."""
    return answer.status == 429 or (
        answer.status == 503 and answer.header("Retry-After") is not None
    )


def retry_after(answer: Answer) -> float | None:
    """The seconds that an answer asks to wait, None when it names none."""
    value = answer.header("Retry-After")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def is_foreign(answer: Answer, url: str) -> bool:
    """Whether somebody between us and the target may have given or spoilt an answer."""
    if answer.error or asks_for_patience(answer):
        return False
    if leads_elsewhere(answer, url) or answer.status == 503:
        return True
    body = _parsed(answer.text)
    if answer.status in UPSTREAM:
        return not isinstance(body, dict)
    if body is not None or not answer.text.strip():
        return False
    if answer.status < 300 or is_json(answer.header("Content-Type")):
        return True
    return answer.status in ON_THE_WAY and _is_markup(answer.text)


def leads_elsewhere(answer: Answer, url: str) -> bool:
    """Whether an answer redirects to another host."""
    place = answer.header("Location") if 300 <= answer.status < 400 else None
    return place is not None and _host(url, place) != _host(url)


def counted(tries: Sequence[Answer]) -> Answer:
    """The last of several tries of one request, with the number of all and what was spoilt before it."""
    before = [text for one in tries[:-1] for text in (*one.spoilt, *_spoilt(one))]
    attempts = sum(one.attempts for one in tries)
    return replace(tries[-1], attempts=attempts, spoilt=(*before, *tries[-1].spoilt))


def _spoilt(answer: Answer) -> tuple[str, ...]:
    told = is_json(answer.header("Content-Type")) and answer.status not in UPSTREAM
    return (answer.text,) if told and answer.text.strip() and not _is_json(answer.text) else ()


def settled(tries: Sequence[Answer], url: str, whole: bool) -> Answer:
    """What several tries of one request come to; `whole` says that they may be held against the target."""
    last = counted(tries)
    if last.error or not (asks_for_patience(last) or is_foreign(last, url)):
        return last
    why = _excuse(last, url)
    if why is None and whole and all(is_foreign(one, url) for one in tries):
        return last
    return _unanswered(
        last, f"{_host(url)} {why or f'answered {last.status} with what is not JSON'}"
    )


def _excuse(answer: Answer, url: str) -> str | None:
    """Why an answer, however often it comes, says nothing about the target; None when it does."""
    if asks_for_patience(answer):
        wait = retry_after(answer)
        until = f" for {wait:.0f} s" if wait else ""
        return f"answered {answer.status} and asks for patience{until}"
    if leads_elsewhere(answer, url):
        elsewhere = _host(url, str(answer.header("Location")))
        return f"redirects to {elsewhere}, where nothing was sent"
    if answer.status in UPSTREAM and not isinstance(_parsed(answer.text), dict):
        return f"answered {answer.status} without a JSON body, as a proxy does"
    return None


def _host(url: str, place: str = "") -> str:
    """Host and port of an address, without user and password."""
    try:
        return urlsplit(urljoin(url, place)).netloc.rpartition("@")[2]
    except ValueError:
        return "an address that is none"


def _unanswered(answer: Answer, why: str) -> Answer:
    times = f" ({answer.attempts} times)" if answer.attempts > 1 else ""
    return replace(answer, status=0, headers={}, text="", error=why + times)


@lru_cache(4)  # several questions in a row are about the same answer
def _parsed(text: str) -> Any:
    try:
        return json.loads(text.removeprefix(MARK))
    except (ValueError, RecursionError):
        return None


def _is_json(text: str) -> bool:
    return _parsed(text) is not None or text.strip() == "null"


def _is_markup(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("<")
