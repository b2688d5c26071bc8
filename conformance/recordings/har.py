"""HAR 1.2 files of browsers, Playwright, mitmproxy and other proxies."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from conformance.engine.errors import SettingsError
from conformance.recordings.masks import MASK, is_cut, is_mask
from conformance.recordings.recorded import (
    UNREADABLE,
    Damage,
    Interaction,
    Recording,
    Skipped,
    check_called,
    check_text,
    length,
    reason_of,
)

# What recorders set where no server was asked: caches, workers, and answers that a test made up.
MARKS = (
    "_fromCache",
    "fromCache",
    "_fetchedViaServiceWorker",
    "_servedFromCache",
    "_wasFulfilled",
    "_wasAborted",
)
FETCHED = ("", "network load", "network")  # Safari names other sources of an answer
OTHER_SCHEMES = (
    "about",
    "blob",
    "chrome",
    "chrome-extension",
    "data",
    "file",
    "moz-extension",
    "safari-web-extension",
    "ws",
    "wss",
)
NEVER_SENT = ("net::ERR_BLOCKED", "NS_ERROR_DOM_BAD_URI", "csp")
REASONS = ("_error", "_failureText", "_errorText")


def read_har(path: Path) -> Recording:
    """The requests and answers of a HAR file, in the order in which they were sent.

    An entry that cannot be read is skipped. Raises SettingsError, in one line that names the file and
    the entry, for a file in which nothing else is.
    """
    entries, creator = _entries(path)
    found, skipped = [], []
    for place, entry in enumerate(entries, start=1):
        try:
            if _is_exchange(entry, creator):
                found.append(_interaction(entry, place, path.parent))
        except (*UNREADABLE, OverflowError, OSError) as error:
            skipped.append(Skipped(place, reason_of(error)))
    if len(skipped) == len(entries) > 0:
        raise SettingsError(f"{path}: entry 1 of the HAR is damaged; record it again")
    found.sort(key=lambda one: one.started)
    return Recording(path, tuple(found), skipped=tuple(skipped))


def _entries(path: Path) -> tuple[list[Any], str]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise SettingsError(f"{path}:{error.lineno}: damaged: not JSON; record it again") from None
    except (ValueError, RecursionError):
        raise SettingsError(f"{path}: damaged: not JSON text; record it again") from None
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise SettingsError(f"{path}: no HAR: it has no log with entries")
    creator = log.get("creator") if isinstance(log, dict) else None
    return entries, str(creator.get("name") or "") if isinstance(creator, dict) else ""


def _is_exchange(entry: Any, creator: str) -> bool:
    """Whether an entry is an exchange with a server, and its answer the final one.

    Not so are answers of a cache or a worker, tunnels, preflights, web sockets and interim answers.
    Raises Damage for what is no entry.
    """
    request, response = _part(entry, "request"), _part(entry, "response")
    marked = any(entry.get(mark) or response.get(mark) for mark in MARKS)
    fetched = str(entry.get("_fetchType") or response.get("_fetchType") or "").strip().lower()
    blocked = _reason(entry, response).startswith(NEVER_SENT) or entry.get("_blocked_reason")
    if marked or fetched not in FETCHED or blocked or _is_firefox_cached(entry, creator):
        return False
    method, url = str(request.get("method") or "").upper(), str(request.get("url") or "")
    is_http = url.partition(":")[0].lower() not in OTHER_SCHEMES
    return is_http and not _is_around(method, request) and not 100 <= _status(response) < 200


def _part(entry: Any, name: str) -> Mapping[str, Any]:
    found = entry.get(name) if isinstance(entry, dict) else None
    if not isinstance(found, dict):
        raise Damage(f"no {name} in it")
    return found


def _is_firefox_cached(entry: Mapping[str, Any], creator: str) -> bool:
    """Firefox, and it alone, fills `afterRequest` only where its cache gave the answer."""
    cache = entry.get("cache")
    return creator == "Firefox" and isinstance(cache, dict) and bool(cache.get("afterRequest"))


def _is_around(method: str, request: Mapping[str, Any]) -> bool:
    """Whether a request is a tunnel or a preflight, of which the client knows nothing."""
    names = {name.lower() for name in _headers(request.get("headers"))}
    return method == "CONNECT" or (method == "OPTIONS" and "access-control-request-method" in names)


def _status(response: Mapping[str, Any]) -> int:
    """The status, 0 for none; some recorders write it as text."""
    told = response.get("status")
    try:
        if isinstance(told, bool):
            raise TypeError
        return max(0, int(told or 0))
    except (TypeError, ValueError, OverflowError):
        raise Damage("its status is no number") from None


def _interaction(entry: Mapping[str, Any], position: int, folder: Path) -> Interaction:
    request, response = entry["request"], entry["response"]
    check_called(request.get("method"), url := _url(request))
    sent, told = _headers(request.get("headers")), _headers(response.get("headers"))
    posted = _attached(_body(request, "postData"), folder)
    content = _attached(_body(response, "content"), folder)
    _declare(sent, posted.get("mimeType"))
    _declare(told, content.get("mimeType"))
    typeless = any(k.lower() == "content-type" and is_mask(v) for k, v in told.items())
    told = {name: value for name, value in told.items() if value != MASK}
    asked, answered = _posted(posted), None if typeless else _content(content)
    error = _reason(entry, response)
    check_text(request["method"], url, asked or "", answered or "", error)
    check_text(*sent, *sent.values(), *told, *told.values())
    status = _status(response)
    lost = {
        "request": asked is None or (not asked and _size(request, sent) > 0),
        "answer": answered is None or (not answered and not _is_empty(response, told, content)),
    }
    lost["request"] |= is_cut(asked or "", _size(request, sent))
    lost["answer"] |= is_cut(answered or "", _size(response, told, content))
    return Interaction(
        str(request["method"]).upper(),
        url,
        sent,
        "" if lost["request"] else asked or "",
        status,
        told,
        "" if lost["answer"] else answered or "",
        {"entry": position},
        lost=tuple(name for name, is_so in lost.items() if is_so),
        error="" if status else error,
        started=_moment(entry.get("startedDateTime")),
        seconds=_seconds(entry.get("time")),
    )


def _url(request: Mapping[str, Any]) -> Any:
    """The address; some recorders keep its query beside it alone."""
    url, listed = request.get("url"), request.get("queryString")
    if not (isinstance(url, str) and isinstance(listed, list) and listed):
        return url
    try:
        known = urlsplit(url).query
    except ValueError:
        return url
    return url if known else f"{url}?{_joined(listed)}"


def _joined(listed: Any) -> str:
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Damage("its parameters are no list of names and values")
    return urlencode([(one["name"], one.get("value") or "") for one in listed])


def _headers(listed: Any) -> dict[str, str]:
    """Headers by name; the pseudo headers of HTTP/2 are left out, and repeated ones joined.

    Some recorders write them as an object, and null in place of a value that they hide.
    """
    if isinstance(listed, dict):
        listed = [{"name": name, "value": value} for name, value in listed.items()]
    found: dict[str, str] = {}
    spelt: dict[str, str] = {}
    for header in listed or []:
        if not isinstance(header, dict) or not isinstance(header.get("name"), str):
            raise Damage("its headers are no list of names and values")
        name, told = header["name"], header.get("value")
        value = MASK if told is None else str(told)
        if not name.startswith(":"):
            name = spelt.setdefault(name.lower(), name)
            found[name] = f"{found[name]}, {value}" if found.get(name, value) != value else value
    return found


def _seconds(told: Any) -> float:
    try:
        return max(0.0, float(told or 0)) / 1000
    except (TypeError, ValueError):
        return 0.0


def _body(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = message.get(name)
    if found is not None and not isinstance(found, dict):
        raise Damage(f"its {name} is no object")
    return found or {}


def _declare(headers: dict[str, str], media: Any) -> None:
    """Some recorders keep the media type beside the body alone."""
    hidden = {name for name, value in headers.items() if value in ("", MASK)}
    declared = {name.lower() for name in headers.keys() - hidden}
    known = media and media not in ("x-unknown", "application/octet-stream")
    if known and "content-type" not in declared:
        for name in hidden:
            if name.lower() == "content-type":
                del headers[name]
        headers["Content-Type"] = str(media)


def _attached(body: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The body with its text; Playwright may keep it in a file beside the HAR."""
    name = body.get("_file")
    if (
        not isinstance(name, str)
        or not name
        or Path(name).name != name
        or not (folder / name).is_file()
    ):
        return body
    text = (folder / name).read_bytes().decode("utf-8", errors="replace")
    return {"mimeType": body.get("mimeType"), "text": text}


def _posted(posted: Mapping[str, Any]) -> str | None:
    if posted.get("text") is not None:
        return _decoded(posted)
    return _joined(posted.get("params") or [])


def _content(content: Mapping[str, Any]) -> str | None:
    return _decoded(content) if content.get("text") is not None else ""


def _decoded(body: Mapping[str, Any]) -> str | None:
    """The text of a body, None where it cannot be read."""
    text = body["text"]
    if isinstance(text, dict | list):
        return json.dumps(text, ensure_ascii=False)
    if not isinstance(text, str):
        raise Damage("a body of it is no text")
    if str(body.get("encoding") or body.get("_encoding") or "").lower() != "base64":
        return text
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return None


def _is_empty(
    response: Mapping[str, Any], headers: Mapping[str, str], content: Mapping[str, Any]
) -> bool:
    """Whether the file says of a missing body that there was none."""
    is_told = "size" in content or response.get("status") in (204, 304)
    return is_told and _size(response, headers, content) <= 0


def _size(
    message: Mapping[str, Any], headers: Mapping[str, str], content: Mapping[str, Any] | None = None
) -> int:
    """How long a body was that the file may not hold."""
    sizes = [message.get("bodySize"), (content or {}).get("size")]
    known = [size for size in sizes if isinstance(size, int)]
    return max([*known, length(headers)])


def _reason(entry: Mapping[str, Any], response: Mapping[str, Any]) -> str:
    told = (response.get(name) or entry.get(name) for name in REASONS)
    return next((str(reason) for reason in told if reason), "no answer was recorded")


def _moment(text: Any) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0
