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
from conformance.recordings.recorded import Interaction, Recording

# Chrome and Playwright mark what was not an exchange with the server of its own.
REPEATED = ("_fromCache", "_fetchedViaServiceWorker")
REASONS = ("_error", "_failureText", "_errorText")


def read_har(path: Path) -> Recording:
    """The requests and answers of a HAR file, in the order in which they were sent.

    Raises SettingsError, in one line that names the file and the entry, for a damaged file.
    """
    entries = _entries(path)
    found = []
    for position, entry in enumerate(entries):
        try:
            if not _is_repeated(entry):
                found.append(_interaction(entry, position + 1, path.parent))
        except (KeyError, TypeError, ValueError, AttributeError, OSError):
            raise SettingsError(
                f"{path}: entry {position + 1} of the HAR is damaged; record it again"
            ) from None
    return Recording(path, tuple(sorted(found, key=lambda one: one.started)))


def _entries(path: Path) -> list[Any]:
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
    return entries


def _is_repeated(entry: Mapping[str, Any]) -> bool:
    return any(entry.get(mark) or entry["response"].get(mark) for mark in REPEATED)


def _interaction(entry: Mapping[str, Any], position: int, folder: Path) -> Interaction:
    request, response = entry["request"], entry["response"]
    sent, told = _headers(request["headers"]), _headers(response.get("headers") or [])
    posted = _attached(request.get("postData") or {}, folder)
    content = _attached(response.get("content") or {}, folder)
    _declare(sent, posted.get("mimeType"))
    _declare(told, content.get("mimeType"))
    asked, answered = _posted(posted), _content(content)
    status = max(0, int(response.get("status") or 0))
    lost = {
        "request": asked is None or (not asked and _size(request, sent) > 0),
        "answer": answered is None or (not answered and not _is_empty(response, told, content)),
    }
    return Interaction(
        str(request["method"]).upper(),
        _url(request),
        sent,
        asked or "",
        status,
        told,
        answered or "",
        {"entry": position},
        lost=tuple(name for name, is_so in lost.items() if is_so),
        error="" if status else _reason(entry, response),
        started=_moment(entry.get("startedDateTime")),
        seconds=max(0.0, float(entry.get("time") or 0)) / 1000,
    )


def _url(request: Mapping[str, Any]) -> str:
    """The address; some recorders keep its query beside it alone."""
    url = str(request["url"])
    listed = request.get("queryString") or []
    if urlsplit(url).query or not listed:
        return url
    return f"{url}?{urlencode([(p['name'], p.get('value') or '') for p in listed])}"


def _headers(listed: list[Mapping[str, Any]]) -> dict[str, str]:
    """Headers by name; the pseudo headers of HTTP/2 are left out, and repeated ones joined."""
    found: dict[str, str] = {}
    for header in listed:
        name, value = str(header["name"]), str(header.get("value") or "")
        if not name.startswith(":"):
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _declare(headers: dict[str, str], media: Any) -> None:
    """Some recorders keep the media type beside the body alone."""
    known = media and media not in ("x-unknown", "application/octet-stream")
    if known and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = str(media)


def _attached(body: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The body with its text; Playwright may keep it in a file beside the HAR."""
    name = body.get("_file")
    if not name or Path(name).name != name or not (folder / name).is_file():
        return body
    text = (folder / name).read_bytes().decode("utf-8", errors="replace")
    return {"mimeType": body.get("mimeType"), "text": text}


def _posted(posted: Mapping[str, Any]) -> str | None:
    if posted.get("text") is not None:
        return _decoded(posted)
    listed = posted.get("params") or []
    return urlencode([(p["name"], p.get("value") or "") for p in listed])


def _content(content: Mapping[str, Any]) -> str | None:
    return _decoded(content) if content.get("text") is not None else ""


def _decoded(body: Mapping[str, Any]) -> str | None:
    """The text of a body, None where it cannot be read."""
    text = str(body["text"])
    if str(body.get("encoding") or body.get("_encoding") or "").lower() != "base64":
        return text
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", errors="replace")
    except binascii.Error:
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
    declared = next((v for k, v in headers.items() if k.lower() == "content-length"), "")
    sizes = [message.get("bodySize"), (content or {}).get("size")]
    known = [size for size in sizes if isinstance(size, int)]
    return max([*known, int(declared) if declared.isdecimal() else 0])


def _reason(entry: Mapping[str, Any], response: Mapping[str, Any]) -> str:
    told = (response.get(name) or entry.get(name) for name in REASONS)
    return next((str(reason) for reason in told if reason), "no answer was recorded")


def _moment(text: Any) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0
