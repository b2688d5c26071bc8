"""Puts living values in the place of generated ones, so that generated requests reach deep states."""

import json
import re
import zlib
from typing import Any

from conformance.engine.secret_places import is_secret, meaning, parsed, secret_members

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHAPES = (
    UUID,
    re.compile(r"[0-9a-f]{24}"),
    re.compile(r"[0-9a-f]{32}"),
    re.compile(r"[0-9a-f]{64}"),
    re.compile(r"https://ns\.adobe\.com/[!-~]+"),
    re.compile(r"_[A-Za-z0-9_-]+\.(classes|schemas)\.[0-9a-f]{32}([0-9a-f]{14,16})?"),
)
HARMLESS = "generated-secret-of-nobody"


def chance(*parts: Any) -> int:
    """A number that depends on the generated content alone, so that the same case is always treated alike."""
    return zlib.crc32("\0".join(map(str, parts)).encode("utf-8", "replace"))


def looks_alike(generated: str, living: str) -> bool:
    """Whether a generated text has the form of a living id, or neither has the form of one."""
    shape = next((s for s in SHAPES if s.fullmatch(living)), None)
    return bool(shape.fullmatch(generated)) if shape else bool(generated)


def overlay(generated: Any, living: Any) -> Any:
    """The generated value with living ones wherever it has the right type and form; what is wrong stays wrong."""
    if isinstance(generated, dict) and isinstance(living, dict):
        return {k: overlay(v, living[k]) if k in living else v for k, v in generated.items()}
    if isinstance(generated, list) and isinstance(living, list) and generated and living:
        return _several(generated, living)
    if isinstance(generated, str) and isinstance(living, str):
        return living if looks_alike(generated, living) else generated
    return generated


def _several(generated: list[Any], living: list[Any]) -> list[Any]:
    if isinstance(living[0], dict):
        return [overlay(v, living[n % len(living)]) for n, v in enumerate(generated)]
    same = all(type(value) is type(living[0]) for value in generated)
    return living if same else generated


def without_secrets(text: str) -> str:
    """JSON text whose generated secrets are known values, lest a common word become a secret everywhere."""
    found = [value for _, value in secret_members(parsed(text)) if value != HARMLESS]
    return json.dumps(_harmless(json.loads(text))) if found else text


def _harmless(document: Any, is_hidden: bool = False) -> Any:
    if isinstance(document, dict):
        names = {key: is_secret(meaning(document, key)) for key in document}
        return {key: _harmless(value, names[key]) for key, value in document.items()}
    if isinstance(document, list):
        return [_harmless(value, is_hidden) for value in document]
    if isinstance(document, str):
        return HARMLESS if is_hidden or any(secret_members(document)) else document
    is_number = isinstance(document, int | float) and not isinstance(document, bool)
    return 1 if is_hidden and is_number else document
