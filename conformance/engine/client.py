"""The HTTP client: pooled connections, bounded time, sent again only where that changes nothing twice."""

import time
from collections import Counter
from typing import ClassVar
from urllib.parse import urlsplit

import requests
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar
from requests.structures import CaseInsensitiveDict
from requests.utils import default_headers, get_environ_proxies
from urllib3.exceptions import DecodeError, HTTPError, NewConnectionError, ReadTimeoutError

from conformance.engine.addresses import is_loopback
from conformance.engine.deadlines import Deadline, WatchedAdapter
from conformance.engine.manners import FIRST_PATIENCE, FIRST_PAUSE, LONGEST_WAIT, Manners, backoff
from conformance.engine.network import (
    Answer,
    asks_for_patience,
    counted,
    is_doubtful,
    is_foreign,
    is_lost,
    repeatable,
    retry_after,
    settled,
)
from conformance.engine.settings import Settings
from conformance.engine.trust import authorities

__all__ = ["Answer", "Client"]

MAX_ATTEMPTS = 4
OFTEN = 3
PATIENCE = 6
MOST_IN_VAIN = 3
LARGEST_BODY = 20_000_000


class Client:
    """Sends requests to one target; safe to use from several threads, each with its own `fork`.

    `manners` are those of the process. `repeats` says whether a session may follow a write up with requests
    that find out what became of it.
    """

    manners: ClassVar[Manners] = Manners()
    repeats: ClassVar[bool] = True
    first_pause: ClassVar[float] = FIRST_PAUSE

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._defaults, self._cookies = default_headers(), RequestsCookieJar()
        self._proxies: dict[str, dict[str, str]] = {}
        self._verify = authorities(settings.ca_bundle)
        self._in_vain: set[str] = set()
        self._strange: set[str] = set()
        self._spoilt: Counter[str] = Counter()
        self._witnesses: dict[str, tuple[str, dict[str, str]]] = {}
        self._adapter = WatchedAdapter(pool_connections=4, pool_maxsize=16)

    def fork(self) -> "Client":
        """A client of its own for another thread."""
        return Client(self.settings)

    def sleep(self, seconds: float) -> None:
        """Wait before a request is sent again."""
        time.sleep(seconds)

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """One request, sent again while the network fails or the target asks for patience (429, 503).

        A read is sent again whatever went wrong, a write only when it certainly was not processed; what
        became of it otherwise is left to a `Delivery`.
        Redirects are never followed: credentials stay with the host they are meant for. This machine is
        reached without a proxy, whatever the environment says.
        """
        started = time.monotonic()
        tries: list[Answer] = []
        pause: float | None = 0.0
        while pause is not None:
            if tries:
                self.sleep(pause)
            tries.append(self._once(method, url, headers, body, 1, started))
            pause = self._pause(method, url, tries)
        if method == "GET" and not is_lost(tries[-1], url):
            self._witnesses[_place(method, url)] = url, headers
        if is_doubtful(method, url, tries[-1]):
            return counted(tries)
        return self.settle(method, url, tries)

    def settle(self, method: str, url: str, tries: list[Answer]) -> Answer:
        """What all the tries of one request come to.

        What is not the target's way to answer is held against it when every try gave it, and another place
        still answers in JSON. Where all was in vain, the next request is not sent again.
        """
        place = _place(method, url)
        whole = place in self._strange or len(tries) >= MAX_ATTEMPTS
        answer = settled(tries, url, whole and self._is_reachable(tries[-1], url))
        if is_foreign(answer, url):
            self._strange.add(place)
        elif answer.error:
            self._in_vain.add(place)
        else:
            self._strange.discard(place)
            self._in_vain.clear()
        return answer

    def may_repeat(self, method: str, url: str, tries: int) -> bool:
        """Whether a request may be sent once more, after so many tries."""
        place = _place(method, url)
        tired = (
            place in self._in_vain or place in self._strange or len(self._in_vain) >= MOST_IN_VAIN
        )
        return tries < (1 if tired else MAX_ATTEMPTS)

    def is_its_way(self, method: str, url: str, first: Answer) -> bool:
        """Whether an answer that is not JSON is the target's way to answer a write that took effect.

        Sent again, the write is refused, which says nothing: so by the third in a row, with none in order.
        """
        place = _place(method, url)
        spoilt = is_foreign(first, url) and settled([first], url, whole=True).error is None
        if spoilt:
            self._spoilt[place] += 1
        elif 200 <= first.status < 300:
            self._spoilt[place] = 0
        return spoilt and self._spoilt[place] >= OFTEN

    def _is_reachable(self, last: Answer, url: str) -> bool:
        """Whether a read that was answered before is answered now, where that is in doubt.

        One of another operation, if there is one: the very entity may have been deleted since.
        """
        if not is_foreign(last, url) or not self._witnesses or not self.repeats:
            return True
        here = _place("GET", url)
        witness, headers = max(self._witnesses.items(), key=lambda known: known[0] != here)[1]
        return not is_lost(self._once("GET", witness, headers, None, 1, time.monotonic()), witness)

    def _pause(self, method: str, url: str, tries: list[Answer]) -> float | None:
        last, count = tries[-1], len(tries)
        if asks_for_patience(last):
            wait = retry_after(last)
            pause = backoff(count, FIRST_PATIENCE) if wait is None else wait
            again = self.may_repeat(method, url, 1) and count < PATIENCE and pause <= LONGEST_WAIT
        else:
            pause = backoff(count, self.first_pause)
            again = last.unsent or (repeatable(method, url) and is_lost(last, url))
            again = again and self.may_repeat(method, url, count)
        return pause if again and not self.manners.spent(pause) else None

    def _proxies_to(self, url: str) -> dict[str, str]:
        place = urlsplit(url).netloc
        if place not in self._proxies:
            self._proxies[place] = {} if is_loopback(url) else get_environ_proxies(url)
        return self._proxies[place]

    def _prepared(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> requests.PreparedRequest:
        """A request, and after it an answer, without what a session looks up for each.

        It would even look where a redirect leads, and read its body without a limit.
        """
        whole = CaseInsensitiveDict({**self._defaults, **headers})
        prepared = requests.PreparedRequest()
        prepared.prepare(method, url, whole, data=body, cookies=self._cookies)
        return prepared

    def _keep_cookies(self, response: requests.Response) -> None:
        if "Set-Cookie" in response.headers:
            extract_cookies_to_jar(  # type: ignore[no-untyped-call]
                self._cookies, response.request, response.raw
            )

    def _once(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        attempt: int,
        started: float,
    ) -> Answer:
        whole = self.settings.http_timeout
        deadline = Deadline()
        try:
            with (
                self.manners.turn(),
                deadline.within(whole),
                self._adapter.send(
                    self._prepared(method, url, headers, body),
                    timeout=(min(10.0, whole), whole),
                    stream=True,
                    verify=self._verify,
                    proxies=self._proxies_to(url),
                ) as response,
            ):
                self._keep_cookies(response)
                text = _text(response)
        except (requests.RequestException, HTTPError, ValueError) as error:
            why = requests.ReadTimeout() if deadline.passed else error
            seconds = time.monotonic() - started
            return Answer(0, {}, "", _explain(why, url), attempt, seconds, _never_sent(error))
        seconds = time.monotonic() - started
        return Answer(response.status_code, dict(response.headers), text, None, attempt, seconds)


def _place(method: str, url: str) -> str:
    """What requests of one operation have in common."""
    steps = urlsplit(url).path.split("/")
    return f"{method} {'/'.join(steps[:5])} {len(steps)}"


def _never_sent(error: Exception) -> bool:
    """Whether no connection was made, so that nobody can have processed the request."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _text(response: requests.Response) -> str:
    try:
        content = response.raw.read(LARGEST_BODY + 1, decode_content=True)
    except ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from None
    except DecodeError:
        raise requests.RequestException("answer cannot be unpacked") from None
    except HTTPError:
        raise requests.RequestException("answer broke off") from None
    if len(content) > LARGEST_BODY:
        raise requests.RequestException(f"answer is larger than {LARGEST_BODY} bytes")
    length = response.headers.get("Content-Length")
    plain = "Content-Encoding" not in response.headers and response.request.method != "HEAD"
    if plain and length and length.isdigit() and len(content) < int(length):
        raise requests.RequestException(f"answer broke off after {len(content)} of {length} bytes")
    if not content and _lacks_headers(response):
        raise requests.RequestException("answer broke off among its headers")
    return str(content.decode("utf-8", errors="replace"))


def _lacks_headers(response: requests.Response) -> bool:
    """Whether an empty answer says neither how long it is nor that it ends with the connection."""
    found = response.headers
    told = (
        found.get("Content-Length", "").strip().isdigit()
        or found.get("Transfer-Encoding", "").lower().endswith("chunked")
        or "close" in found.get("Connection", "").lower()
    )
    return not told and response.status_code not in (204, 304) and response.request.method != "HEAD"


def _explain(error: Exception, url: str) -> str:
    """One line that says why there is no answer, without a secret in it."""
    host = urlsplit(url).netloc
    if isinstance(error, requests.exceptions.SSLError):
        return f"TLS failed at {host}: {_innermost(error)}"
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ReadTimeout):
        return f"{host} did not answer in time"
    if isinstance(error, requests.exceptions.ConnectionError):
        return f"no connection to {host}: {_innermost(error)}"
    return (
        f"{host}: {error}" if str(error).startswith("answer") else f"{host}: {type(error).__name__}"
    )


def _innermost(error: BaseException) -> str:
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(
        getattr(error, "strerror", None)
        or getattr(error, "verify_message", None)
        or type(error).__name__
    )
