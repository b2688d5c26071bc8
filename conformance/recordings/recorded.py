"""What a recording holds, and how a vcrpy cassette is read into it."""

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from vcr.filters import decode_response
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.serialize import deserialize
from vcr.serializers import jsonserializer, yamlserializer

from conformance.engine.errors import SettingsError
from conformance.recordings.masks import MASK, is_cut

METADATA = "aep-conformance"
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True)
class Interaction:
    """One recorded request and its answer, header names as they were sent.

    `about` is what our own recorder knows beside the traffic: journey, step, operation, case, notes.
    Status 0 means that no answer came, and `error` why. `lost` names the bodies, "request" and
    "answer", that were sent but not kept. `started` is in epoch seconds, 0 where nothing tells it.
    """

    method: str
    url: str
    headers: dict[str, str]
    text: str
    status: int
    answer_headers: dict[str, str]
    answer_text: str
    about: Mapping[str, Any] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    error: str = ""
    started: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class Skipped:
    """An entry of a recording that cannot be read: its place, from 1, and why."""

    entry: int
    reason: str


@dataclass(frozen=True)
class Recording:
    """A file of interactions; `metadata` is empty unless our own recorder wrote it.

    `skipped` are the entries that cannot be read.
    """

    path: Path
    interactions: tuple[Interaction, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()


def read_cassette(path: Path) -> Recording:
    """A cassette in vcrpy's YAML or JSON format; of others' cassettes what cannot be read is skipped.

    Raises SettingsError, in one line that names the file, for one that is missing, damaged or none.
    """
    with _one_line(path):
        document = _document(path)
        if document.get("metadata"):
            return _whole(path, document)[0]
        return _readable(path, document["interactions"])


def load_cassette(path: Path) -> tuple[Recording, tuple[Any, ...]]:
    """A cassette, and beside it what vcrpy itself makes of it: requests, answers and perhaps metadata.

    Raises SettingsError as `read_cassette` does.
    """
    with _one_line(path):
        return _whole(path, _document(path))


def _document(path: Path) -> Any:
    if not path.is_file():
        raise CassetteNotFoundError
    with path.open() as file:
        text = file.read()
    if not text.strip():
        raise CassetteNotFoundError
    return _serializer(path).deserialize(text)


class _Parsed:
    """A serializer of what is parsed already."""

    @staticmethod
    def deserialize(document: Any) -> Any:
        return document


def _whole(path: Path, document: Any) -> tuple[Recording, tuple[Any, ...]]:
    loaded = deserialize(document, _Parsed)
    requests, responses, *rest = loaded
    metadata = (rest[0] if rest else {}).get(METADATA, {})
    abouts = metadata.get("interactions") or [{}] * len(requests)
    pairs = zip(requests, responses, map(_about, abouts), strict=True)
    found = tuple(_interaction(q, a, about) for q, a, about in pairs)
    return Recording(path, found, metadata), loaded


def _readable(path: Path, listed: Any) -> Recording:
    """Those interactions of a cassette that can be read. Raises ValueError when there are only others."""
    if not isinstance(listed, list):
        raise TypeError
    found, skipped = [], []
    for place, one in enumerate(listed, start=1):
        try:
            [request], [answer] = deserialize({"interactions": [one]}, _Parsed)
            found.append(_uncut(_interaction(request, answer, {"entry": place})))
        except UNREADABLE as error:
            skipped.append(Skipped(place, _why(one, error)))
    if skipped and not found:
        raise ValueError(skipped[0].reason)
    return Recording(path, tuple(found), skipped=tuple(skipped))


def _uncut(one: Interaction) -> Interaction:
    """The interaction without bodies that its recorder cut or masked."""
    if is_cut(one.text, 0):
        one = replace(one, text="", lost=(*one.lost, "request"))
    if is_cut(one.answer_text, length(one.answer_headers)):
        one = replace(one, answer_text="", lost=(*one.lost, "answer"))
    return one


def _why(one: Any, error: Exception) -> str:
    for part in ("request", "response"):
        if not (isinstance(one, dict) and isinstance(one.get(part), dict)):
            return f"no {part} in it"
    return "damaged" if isinstance(error, KeyError | IndexError) else reason_of(error)


def reason_of(error: Exception) -> str:
    """Why an entry cannot be read, in a few words."""
    if isinstance(error, UnicodeError):
        return "text that is not Unicode"
    return str(error) if isinstance(error, Damage) else "not in the form of a recording"


class Damage(ValueError):
    """What an entry of a recording cannot have been; the message says it in a few words."""


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    try:
        yield
    except CassetteNotFoundError:
        raise SettingsError(f"{path}: no such cassette, or an empty one") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}{_line(error)}: damaged: not YAML; record it again") from None
    except CutOff:
        raise SettingsError(
            f"{path}: cut off: it lacks vcrpy's last line; record it again"
        ) from None
    except UNREADABLE:
        raise SettingsError(f"{path}: not a cassette of vcrpy, or a damaged one") from None


class CutOff(ValueError):
    """A cassette without its end."""


class _WholeYaml:
    """vcrpy's serializer; vcrpy ends a cassette with its version, so that one without it was cut off."""

    @staticmethod
    def deserialize(text: str) -> Any:
        document = yamlserializer.deserialize(text)
        if (
            isinstance(document, dict)
            and document.get("interactions")
            and "version" not in document
        ):
            raise CutOff
        return document


def _serializer(path: Path) -> Any:
    return jsonserializer if path.suffix == ".json" else _WholeYaml


def _about(known: Any) -> Mapping[str, Any]:
    """What a recorder of ours knew of an interaction. Raises ValueError for what it cannot have written."""
    parts = [known, known.get("path", {}), known.get("notes", {})]
    if not all(isinstance(part, dict) for part in parts):
        raise ValueError
    return dict(known)


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark else ""


def _interaction(request: Any, answer: Mapping[str, Any], about: Mapping[str, Any]) -> Interaction:
    check_called(request.method, request.uri)
    answer = _unpacked(_as_today(answer))
    sent, told = _headers(request.headers), _headers(answer["headers"])
    if isinstance(request.body, dict | list) and not any(k.lower() == "content-type" for k in sent):
        sent["Content-Type"] = "application/json"  # aiohttp adds it after vcrpy has looked
    lost = {"request": is_packed(sent), "answer": is_packed(told)}
    asked = "" if lost["request"] else _text(request.body)
    answered = "" if lost["answer"] else _text(answer["body"]["string"])
    check_text(request.method, request.uri, asked, answered)
    check_text(*sent, *sent.values(), *told, *told.values())
    return Interaction(
        request.method,
        request.uri,
        sent,
        asked,
        int(answer["status"]["code"]),
        told,
        answered,
        about,
        tuple(name for name, is_so in lost.items() if is_so),
    )


def check_called(method: Any, url: Any) -> None:
    """Raise Damage for what no request can have been."""
    if not (isinstance(method, str) and method.strip()):
        raise Damage("no method in its request")
    if not isinstance(url, str):
        raise Damage("no address in its request")
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.scheme and parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise Damage("its address is no URL")


def check_text(*texts: str) -> None:
    """Raise UnicodeError for a lone surrogate, which no sender can have written."""
    for text in texts:
        text.encode("utf-8")


def _as_today(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """vcrpy before version 6 kept answers to httpx in a form of their own."""
    if "status_code" not in answer:
        return answer
    body = answer["content"]
    content = body.encode() if isinstance(body, str) else body
    return {
        "status": {"code": answer["status_code"], "message": ""},
        "headers": answer["headers"],
        "body": {"string": content},
    }


def _unpacked(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        unpacked: Mapping[str, Any] = decode_response(answer)
    except (OSError, EOFError, zlib.error):
        return answer
    return unpacked


def is_packed(headers: Mapping[str, str]) -> bool:
    """Whether headers say that the body is compressed."""
    encodings = (v for k, v in headers.items() if k.lower() == "content-encoding")
    return any(value.strip().lower() not in ("", "identity") for value in encodings)


def _headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """vcrpy keeps each header as one text or as a list of texts."""
    shown = {name: MASK if value is None else value for name, value in headers.items()}
    return {k: v if isinstance(v, str) else ", ".join(map(str, v)) for k, v in shown.items()}


def length(headers: Mapping[str, str]) -> int:
    """How long headers say that the body is, 0 when they do not."""
    declared = next((v for k, v in headers.items() if k.lower() == "content-length"), "")
    return int(declared) if declared.isdecimal() else 0


def _text(body: Any) -> str:
    if hasattr(body, "read"):
        body = body.read()
    if isinstance(body, dict | list):
        return json.dumps(body, ensure_ascii=False, default=str)
    if isinstance(body, Iterator):
        body = b"".join(part.encode() if isinstance(part, str) else part for part in body)
    return body.decode("utf-8", errors="replace") if isinstance(body, bytes) else str(body or "")
