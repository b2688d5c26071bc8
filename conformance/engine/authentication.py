"""Access tokens: issued for client credentials, replaced before they expire and after a refusal."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from conformance.engine.client import Answer, Client
from conformance.engine.errors import ConformanceError, SettingsError, TargetError
from conformance.engine.network import counted
from conformance.engine.settings import Settings

MARGIN = 60.0
SHARE = 0.2
MOST_IN_VAIN = 3
PREFIX = "Bearer "


@dataclass(frozen=True)
class Token:
    """An access token; `until` is when it expires in seconds of the epoch, `after` when to replace it."""

    value: str
    until: float | None = None
    after: float | None = None


def issue(client: Client) -> Token:
    """A new access token for the client credentials in the settings.

    Raises SettingsError when they are refused, TargetError when the token service cannot be reached.
    """
    settings = client.settings
    url = f"{settings.base('ims')}/ims/token/v3"
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "scope": settings.scopes,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.send("POST", url, headers, urlencode(form).encode())
    if answer.error:
        raise TargetError(f"no token: {answer.error}; check --ims-url")
    if answer.status >= 500 or answer.status == 429:
        raise TargetError(f"no token: {url} answered {answer.status}; try again later")
    if answer.status != 200:
        raise SettingsError(
            f"no token: {url} answered {answer.status}; check --client-id, the client secret and --scopes"
        )
    return _read(answer, url)


def _read(answer: Answer, url: str) -> Token:
    try:
        body = json.loads(answer.text)
        value, lifetime = body["access_token"], body.get("expires_in")
    except (ValueError, KeyError, TypeError, AttributeError):
        value = lifetime = None
    if not isinstance(value, str) or not value:
        raise TargetError(f"no token: {url} answered 200 without an access_token")
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float) or lifetime <= 0:
        return Token(value)
    now = time.time()
    return Token(value, now + lifetime, now + lifetime - min(MARGIN, SHARE * lifetime))


class Tokens:
    """The token of one process of a run, and every one that it had before.

    `told` hears of each new token before it is used, so that it can be hidden wherever it appears. Threads
    may share this; processes each have their own.
    """

    def __init__(
        self, first: Token, renew: Callable[[], Token], told: Callable[[str], None]
    ) -> None:
        self._token, self._renew, self._told = first, renew, told
        self._ours = {first.value}
        self._in_vain = 0
        self._lock = threading.Lock()
        told(first.value)

    def owns(self, headers: dict[str, str]) -> bool:
        """Whether a request carries a token of this run, and not one that a probe made up."""
        given = headers.get("Authorization", "")
        return given.startswith(PREFIX) and given.removeprefix(PREFIX) in self._ours

    def current(self) -> str:
        """The token to send now, a new one when the last is about to expire.

        A token service that fails is asked again with the next request while the last token still holds.
        Raises ConformanceError when it does not any more.
        """
        with self._lock:
            token = self._token
            if token.after is not None and time.time() >= token.after:
                self._replace_in_time()
            return self._token.value

    def _replace_in_time(self) -> None:
        try:
            self._take(self._renew())
        except ConformanceError:
            until = self._token.until
            if until is not None and time.time() >= until:
                raise
            self._token = replace(self._token, after=time.time() + 1.0)

    def after_refusal(self, refused: str) -> str | None:
        """Another token than the refused one; None once new ones were refused too, several times in a row.

        Raises ConformanceError when the token service gives none.
        """
        with self._lock:
            if refused == self._token.value:
                if self._in_vain >= MOST_IN_VAIN:
                    return None
                self._take(self._renew())
            return self._token.value

    def accepted(self, fresh: bool) -> None:
        """Count whether the token that replaced a refused one did any better."""
        with self._lock:
            self._in_vain = 0 if fresh else self._in_vain + 1

    def _take(self, token: Token) -> None:
        self._told(token.value)
        self._ours.add(token.value)
        self._token = token


class AuthorizedClient(Client):
    """A client that puts the current token where a request carries one of this run's, and renews a refused one."""

    def __init__(self, settings: Settings, tokens: Tokens) -> None:
        super().__init__(settings)
        self.tokens = tokens

    def fork(self) -> "AuthorizedClient":
        """A client of its own for another thread, with the same tokens."""
        return AuthorizedClient(self.settings, self.tokens)

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """One request; answered 401 it is sent once more with a new token, if key and organisation are ours too.

        A probe that sent a wrong token, key or organisation on purpose gets its 401.
        """
        if not self.tokens.owns(headers):
            return super().send(method, url, headers, body)
        try:
            return self._authorized(method, url, headers, body)
        except ConformanceError as error:
            return Answer(0, {}, "", str(error), 1, 0.0, unsent=True)

    def _authorized(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> Answer:
        token = self.tokens.current()
        answer = super().send(method, url, _with(headers, token), body)
        if answer.status != 401 or not self._is_ours(headers):
            return answer
        other = self.tokens.after_refusal(token)
        if other is None:
            return answer
        again = super().send(method, url, _with(headers, other), body)
        self.tokens.accepted(again.status != 401)
        return replace(counted((answer, again)), seconds=answer.seconds + again.seconds)

    def _is_ours(self, headers: dict[str, str]) -> bool:
        given = (headers.get("x-api-key"), headers.get("x-gw-ims-org-id"))
        return given == (self.settings.api_key, self.settings.org_id)


def client_for(
    settings: Settings, issued: dict[str, Any] | None, told: Callable[[str], None]
) -> Client:
    """A client that renews the token that was issued to the run; a plain one when its token was given."""
    if not issued:
        return Client(settings)
    issuer = Client(settings)
    return AuthorizedClient(settings, Tokens(Token(**issued), lambda: issue(issuer), told))


def token_for(client: Client, given: str) -> str:
    """The token for a client that renews none, such as one that records: a current one if there is one."""
    if not isinstance(client, AuthorizedClient):
        return given
    try:
        return client.tokens.current()
    except ConformanceError:
        return given


def _with(headers: dict[str, str], token: str) -> dict[str, str]:
    return {**headers, "Authorization": f"{PREFIX}{token}"}
