"""What a recording holds, and how a vcrpy cassette is read into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from vcr.persisters.filesystem import CassetteNotFoundError, FilesystemPersister
from vcr.serializers import jsonserializer, yamlserializer

from conformance.engine.errors import SettingsError

METADATA = "aep-conformance"


@dataclass(frozen=True)
class Interaction:
    """One recorded request and its answer, header names as they were sent.

    `about` is what our own recorder knows beside the traffic: journey, step, operation, case, notes.
    """

    method: str
    url: str
    headers: dict[str, str]
    text: str
    status: int
    answer_headers: dict[str, str]
    answer_text: str
    about: Mapping[str, Any] = field(default_factory=dict)


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
    try:
        requests, responses, *rest = FilesystemPersister.load_cassette(path, _serializer(path))
        metadata = (rest[0] if rest else {}).get(METADATA, {})
        abouts = metadata.get("interactions") or [{}] * len(requests)
        pairs = zip(requests, responses, abouts, strict=True)
        found = tuple(_interaction(q, a, about) for q, a, about in pairs)
    except CassetteNotFoundError:
        raise SettingsError(f"{path}: no such cassette, or an empty one") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}{_line(error)}: damaged: not YAML; record it again") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise SettingsError(f"{path}: not a cassette of vcrpy, or a damaged one") from None
    return Recording(path, found, metadata)


def _serializer(path: Path) -> Any:
    return jsonserializer if path.suffix == ".json" else yamlserializer


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark else ""


def _interaction(request: Any, answer: Mapping[str, Any], about: Mapping[str, Any]) -> Interaction:
    return Interaction(
        request.method,
        request.uri,
        _headers(request.headers),
        _text(request.body),
        int(answer["status"]["code"]),
        _headers(answer["headers"]),
        _text(answer["body"]["string"]),
        about,
    )


def _headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """vcrpy keeps each header as one text or as a list of texts."""
    return {k: v if isinstance(v, str) else ", ".join(map(str, v)) for k, v in headers.items()}


def _text(body: Any) -> str:
    if hasattr(body, "read"):
        body = body.read()
    return body.decode("utf-8", errors="replace") if isinstance(body, bytes) else str(body or "")
