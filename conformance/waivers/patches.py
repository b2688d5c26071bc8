"""The patch that makes the changes in a file of waivers."""

import difflib
import json
from pathlib import Path
from typing import Any

import yaml

from conformance.waivers.changes import Change
from conformance.waivers.waiver import Waivers

Edit = tuple[int, int, str]


def patch(waivers: Waivers, changes: list[Change]) -> str:
    """A unified diff of the file, for `patch -p1` where the run was started, or in / for a file elsewhere."""
    path = waivers.path or Path()
    old = path.read_text(encoding="utf-8")
    new = changed(old, changes)
    name = _name(path)
    lines = difflib.unified_diff(
        old.splitlines(keepends=True),
        new.splitlines(keepends=True),
        f"a/{name}",
        f"b/{name}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _name(path: Path) -> str:
    here = Path.cwd()
    absolute = path.resolve()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).lstrip(
        "/"
    )


def changed(text: str, changes: list[Change]) -> str:
    """The text of a file of waivers after some changes."""
    listed = _member(yaml.compose(text, Loader=yaml.SafeLoader), "waivers")
    removed = {change.waiver.index for change in changes if not change.values}
    if removed == set(range(len(listed.value))):
        return _spliced(text, [(*_span(text, listed), "  []\n")])
    edits = [edit for change in changes for edit in _edits(text, listed.value, change)]
    return _spliced(text, edits)


def _edits(text: str, items: list[Any], change: Change) -> list[Edit]:
    item = items[change.waiver.index]
    if not change.values:
        return [(*_span(text, item), "")]
    return [_value(text, _member(item, key), value) for key, value in change.values.items()]


def _value(text: str, node: Any, new: str) -> Edit:
    start, end = node.start_mark.index, node.end_mark.index
    kept = len(text[start:end].rstrip())  # a text in a block ends where the next line begins
    return start, start + kept, json.dumps(new, ensure_ascii=False)


def _span(text: str, node: Any) -> tuple[int, int]:
    """The lines of a node, without the empty lines and comments after it."""
    start = text.rfind("\n", 0, node.start_mark.index) + 1
    lines = text[start : node.end_mark.index].splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    end = start + sum(map(len, lines))
    if not text[:end].endswith("\n"):
        end = text.find("\n", end) + 1 or len(text)
    return start, end


def _spliced(text: str, edits: list[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _member(node: Any, key: str) -> Any:
    return next(value for name, value in node.value if name.value == key)
