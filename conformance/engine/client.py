"""The HTTP client: pooled connections, bounded time, retry only where the documents allow it."""

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

from conformance.engine.settings import Settings
from conformance.engine.trust import authorities

RETRIED = (429, 503)
MAX_ATTEMPTS = 4
LONGEST_WAIT = 60.0
LARGEST_BODY = 20_000_000


@dataclass(frozen=True)
class Answer:
    """What came back: a response, or the reason why there is none."""

    status: int
    headers: dict[str, str]
    text: str
    error: str | None
    attempts: int
    seconds: float


class Client:
    """Sends requests to one target; safe to use from several threads, each with its own `fork`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._session = requests.Session()
        self._session.trust_env = (
            True  # proxies and certificates, but never credentials of ~/.netrc
        )
        self._session.auth = _as_given
        self._verify = authorities(settings.ca_bundle)
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=16)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def fork(self) -> "Client":
        """A client of its own for another thread."""
        return Client(self.settings)

    def sleep(self, seconds: float) -> None:
        """Wait before a request is sent again."""
        time.sleep(seconds)

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """One request, sent again after Retry-After when the target asks for it (429, 503).

        Redirects are never followed: credentials stay with the host they are meant for.
        """
        started = time.monotonic()
        for attempt in range(1, MAX_ATTEMPTS + 1):
            answer = self._once(method, url, headers, body, attempt, started)
            wait = _retry_after(answer)
            if wait is None or attempt == MAX_ATTEMPTS:
                return answer
            self.sleep(min(wait, LONGEST_WAIT))
        raise AssertionError("unreachable")

    def _once(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        attempt: int,
        started: float,
    ) -> Answer:
        limits = (min(10.0, self.settings.http_timeout), self.settings.http_timeout)
        try:
            with self._session.request(
                method,
                url,
                headers=headers,
                data=body,
                timeout=limits,
                allow_redirects=False,
                stream=True,
                verify=self._verify,
            ) as response:
                text = _text(response)
        except requests.RequestException as error:
            return Answer(0, {}, "", explain(error, url), attempt, time.monotonic() - started)
        seconds = time.monotonic() - started
        return Answer(response.status_code, dict(response.headers), text, None, attempt, seconds)


def _as_given(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


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
    return str(content.decode("utf-8", errors="replace"))


def _retry_after(answer: Answer) -> float | None:
    value = next((v for k, v in answer.headers.items() if k.lower() == "retry-after"), None)
    if answer.status not in RETRIED or value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def explain(error: Exception, url: str) -> str:
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
