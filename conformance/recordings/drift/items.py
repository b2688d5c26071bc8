"""Which member or item of the new answer stands for which of the old one."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from conformance.recordings.drift.references import References

NAMES = ("id", "$id", "name", "title")

Fits = Callable[[str, str], bool]


def paired_keys(
    old: Mapping[str, Any], new: Mapping[str, Any], references: References
) -> dict[str, str]:
    """Old key to new key: the same, or standing for the same; in the old order."""
    alone = [key for key in new if key not in old]
    pairs: dict[str, str] = {}
    for key in old:
        found = key if key in new else _first(key, alone, references)
        if found is not None:
            pairs[key] = found
            if found in alone:
                alone.remove(found)
    return pairs


def _first(key: str, candidates: list[str], references: References) -> str | None:
    for fits in (references.known, references.possible):
        for candidate in candidates:
            if fits(key, candidate):
                return candidate
    return None


def paired_items(old: list[Any], new: list[Any], references: References) -> dict[int, int]:
    """Old index to new index, by identity, then by content; what is left over in equal number, in order."""
    before, after = [_label(v) for v in old], [_label(v) for v in new]
    if len(old) == len(new) and all(map(references.possible, before, after)):
        return {index: index for index in range(len(old))}
    pairs: dict[int, int] = {}
    for fits in (references.known, references.possible):
        _pair(before, after, pairs, fits)
    _pair([_id(v) for v in old], [_id(v) for v in new], pairs, references.known)
    left = [i for i in range(len(old)) if i not in pairs]
    free = [i for i in range(len(new)) if i not in pairs.values()]
    if len(left) == len(free):
        pairs.update(zip(left, free, strict=True))
    return dict(sorted(pairs.items()))


def _pair(before: list[str], after: list[str], pairs: dict[int, int], fits: Fits) -> None:
    free = [i for i in range(len(after)) if i not in pairs.values()]
    for index, label in enumerate(before):
        if index in pairs or not label:
            continue
        found = next((i for i in free if after[i] and fits(label, after[i])), None)
        if found is not None:
            pairs[index] = found
            free.remove(found)


def _label(value: Any) -> str:
    """What an item is called, or, where it has no name, all that it says."""
    if isinstance(value, dict):
        named = [value[name] for name in NAMES if isinstance(value.get(name), str)]
        if named:
            return "\n".join(named)
    return json.dumps(value, sort_keys=True)


def _id(value: Any) -> str:
    found = value.get("id", value.get("$id")) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def moved(pairs: Mapping[int, int]) -> bool:
    """Whether the items stand in another order."""
    places = list(pairs.values())
    return places != sorted(places)
