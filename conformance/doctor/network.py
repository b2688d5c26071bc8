"""Is the target there: does its name resolve, is its certificate good, is its clock like ours?"""

import socket
import time
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from conformance.doctor.finding import TARGET, Finding, failed, ok
from conformance.engine.addresses import is_loopback
from conformance.engine.client import Answer, Client
from conformance.engine.settings import Settings

SERVICES = ("flow-service", "ims", "data-collection")
MOST_SECONDS_APART = 60.0


def addresses(settings: Settings) -> list[str]:
    """The addresses of the target's services, each host once."""
    bases = {urlsplit(base).netloc: base for base in map(settings.base, SERVICES)}
    if settings.access_token and settings.base("ims") != settings.base("flow-service"):
        bases.pop(urlsplit(settings.base("ims")).netloc, None)
    return list(bases.values())


def names(urls: Iterable[str]) -> Iterator[Finding]:
    """Whether each host's name resolves, unless a proxy does that for us."""
    for url in urls:
        parts = urlsplit(url)
        proxy = _proxy(url)
        if proxy:
            yield ok("DNS", f"{parts.hostname} is left to the proxy {proxy}")
            continue
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "no such name"
            said = f"{parts.hostname}: {reason}"
            yield failed("DNS", said, "check the address, the VPN or HTTPS_PROXY", TARGET)
            continue
        yield ok("DNS", f"{parts.hostname} is {found[0][4][0]}")


def _proxy(url: str) -> str | None:
    """Host and port of the proxy in the environment, without its password."""
    chosen = None if is_loopback(url) else select_proxy(url, get_environ_proxies(url))
    return urlsplit(chosen).netloc.rpartition("@")[2] if chosen else None


def connections(client: Client, urls: Iterable[str]) -> Iterator[tuple[Finding, Answer]]:
    """Whether each host can be reached, over TLS unless it is this machine. No credentials are sent."""
    for url in urls:
        answer = client.send("GET", f"{url}/", {}, None)
        yield _connection(url, answer), answer


def _connection(url: str, answer: Answer) -> Finding:
    host = urlsplit(url).netloc
    if answer.error and answer.error.startswith("TLS failed"):
        advice = "give the authority's certificates with --ca-bundle, or mend those of the server"
        return failed("TLS", answer.error, advice, TARGET)
    if answer.error and not answer.status:
        return failed("TLS", answer.error, "check address, port, firewall and proxy", TARGET)
    if url.startswith("https:"):
        return ok("TLS", f"{host} has a certificate that is trusted")
    if is_loopback(url):
        return ok("TLS", f"{host} is on this machine and needs none")
    return failed("TLS", f"{host} is reached without it", "use an https:// address")


def clock(answer: Answer | None) -> Finding:
    """Whether our clock is like that of the target, by the Date of an answer."""
    given = (
        next((v for k, v in answer.headers.items() if k.lower() == "date"), "") if answer else ""
    )
    try:
        apart = time.time() - parsedate_to_datetime(given).timestamp()
    except ValueError:
        return ok("clock", "the target does not tell the time, so there is nothing to compare")
    if abs(apart) <= MOST_SECONDS_APART:
        return ok("clock", f"within {MOST_SECONDS_APART:.0f} s of the target's")
    direction = "ahead of" if apart > 0 else "behind"
    said = f"{abs(apart):.0f} s {direction} the target's"
    return failed("clock", said, "set the clock of this machine (NTP), or of the target")
