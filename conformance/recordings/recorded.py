"""What a recording holds, and how a vcrpy cassette is read into it."""

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from vcr.filters import decode_response
from vcr.persisters.filesystem import CassetteNotFoundError, FilesystemPersister
from vcr.serializers import jsonserializer, yamlserializer

from conformance.engine.errors import SettingsError

METADATA = "aep-conformance"


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
class Recording:
    """A file of interactions; `metadata` is empty unless our own recorder wrote it."""

    path: Path
    interactions: tuple[Interaction, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)


def read_cassette(path: Path) -> Recording:
    """A cassette in vcrpy's YAML or JSON format.

    Raises SettingsError, in one line that names the file, for one that is missing, damaged or none.
    """
    return load_cassette(path)[0]


def load_cassette(path: Path) -> tuple[Recording, tuple[Any, ...]]:
    """A cassette, and beside it what vcrpy itself makes of it: requests, answers and perhaps metadata.

    Raises SettingsError as `read_cassette` does.
    """
    with _one_line(path):
        loaded = FilesystemPersister.load_cassette(path, _serializer(path))
        requests, responses, *rest = loaded
        metadata = (rest[0] if rest else {}).get(METADATA, {})
        abouts = metadata.get("interactions") or [{}] * len(requests)
        pairs = zip(requests, responses, map(_about, abouts), strict=True)
        found = tuple(_interaction(q, a, about) for q, a, about in pairs)
    return Recording(path, found, metadata), loaded


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
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
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
    if not (isinstance(request.method, str) and isinstance(request.uri, str)):
        raise TypeError
    urlsplit(request.uri)
    answer = _unpacked(_as_today(answer))
    sent, told = _headers(request.headers), _headers(answer["headers"])
    if isinstance(request.body, dict | list) and not any(k.lower() == "content-type" for k in sent):
        sent["Content-Type"] = "application/json"  # aiohttp adds it after vcrpy has looked
    packed = {"request": is_packed(sent), "answer": is_packed(told)}
    return Interaction(
        request.method,
        request.uri,
        sent,
        "" if packed["request"] else _text(request.body),
        int(answer["status"]["code"]),
        told,
        "" if packed["answer"] else _text(answer["body"]["string"]),
        about,
        tuple(name for name, is_so in packed.items() if is_so),
    )


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
    return {k: v if isinstance(v, str) else ", ".join(map(str, v)) for k, v in headers.items()}


def _text(body: Any) -> str:
    if hasattr(body, "read"):
        body = body.read()
    if isinstance(body, dict | list):
        return json.dumps(body, ensure_ascii=False, default=str)
    if isinstance(body, Iterator):
        body = b"".join(part.encode() if isinstance(part, str) else part for part in body)
    return body.decode("utf-8", errors="replace") if isinstance(body, bytes) else str(body or "")
