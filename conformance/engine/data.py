"""Contract data: finds the contracts folder, loads YAML, and names file and line of what is wrong."""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import jsonschema_rs
import yaml

from conformance.engine.errors import ContractDataError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML as JSON has it: a date without quotes is text."""

    yaml_implicit_resolvers: ClassVar = {
        first: [one for one in resolvers if not one[0].endswith(":timestamp")]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }


def contracts_root() -> Path:
    """The contracts folder: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent.parent
    for root in (package.parent / "contracts", package / "_contracts"):
        if (root / "requirements").is_dir():
            return root
    raise ContractDataError(
        f"no contracts folder beside or inside {package}: reinstall the package"
    )


def load(path: Path) -> Any:
    """The document in a YAML file.

    Raises ContractDataError, naming file and line, when it cannot be read or parsed.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except OSError as error:
        raise ContractDataError(f"{path}: cannot be read: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContractDataError(f"{path}:{line}: not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        offset = getattr(error, "start", getattr(error, "position", 0))
        line = path.read_bytes()[:offset].count(b"\n") + 1
        raise ContractDataError(
            f"{path}:{line}: not valid YAML: {str(error).splitlines()[0]}"
        ) from None


def load_checked(path: Path, schema_name: str) -> Any:
    """The document in a YAML file that fits `contracts/schemas/<schema_name>.schema.json`.

    Raises ContractDataError with the line of the first error.
    """
    document = load(path)
    error = next(iter(_validator(schema_name).iter_errors(document)), None)
    if error is not None:
        where = list(error.instance_path)
        raise ContractDataError(
            f"{path}:{line_of(path, where)}: {'/'.join(map(str, where))}: {error.message}"
        )
    return document


def load_folder(
    folder: str, schema_name: str, root: Path | None = None
) -> Iterator[tuple[Path, Any]]:
    """Each YAML file directly in `contracts/<folder>`, checked, in the order of their names."""
    base = (root or contracts_root()) / folder
    for path in sorted(base.glob("*.yaml")):
        yield path, load_checked(path, schema_name)


@cache
def _validator(schema_name: str) -> Any:
    path = contracts_root() / "schemas" / f"{schema_name}.schema.json"
    return jsonschema_rs.validator_for(json.loads(path.read_text(encoding="utf-8")))


def line_of(path: Path, where: list[str | int]) -> int:
    """The line (from 1) at which the value at `where` begins in a YAML file."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    for key in where:
        found = _child(node, key)
        if found is None:
            break
        node = found
    return int(node.start_mark.line) + 1 if node is not None else 1


def line_with(path: Path, text: str) -> int:
    """The first line (from 1) of a file that contains a text, 1 when none does."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)


def _child(node: Any, key: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key]
    return None


@cache
def fingerprint(root: Path) -> str:
    """Twelve hex digits that change whenever a file under contracts/ does."""
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".yaml", ".json")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
