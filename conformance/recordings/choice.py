"""Which tape the options of a run ask for: a recorder, a replay or none. vcrpy is imported only for the first two."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.engine.errors import SettingsError
from conformance.rules.run import Tape

if TYPE_CHECKING:
    from conformance.recordings.replay import Replay

SHIPPED = "emulator"
MEANT_FOR_SERVERS = ("base_url", "config", "connectors", "fault", "variant", "seed", "record")


def choose(options: Mapping[str, Any], shared: Mapping[str, Any]) -> Tape:
    """The tape of one process of a run. Raises SettingsError for a recording that cannot be used."""
    if options["target"] == "replay":
        return replay_of(options)
    if options["record"]:
        from conformance.recordings.recorder import Recorder  # noqa: PLC0415

        return Recorder(Path(shared["recording"]), Path(options["record"]))
    return Tape()


def replay_of(options: Mapping[str, Any]) -> "Replay":
    """The replay that the options name. Raises SettingsError for options that do not fit one."""
    from conformance.recordings.replay import Replay  # noqa: PLC0415

    for name in MEANT_FOR_SERVERS:
        if options[name]:
            raise SettingsError(f"--target replay does not go with --{name.replace('_', '-')}")
    age = str(options["max_cassette_age"])
    if not age.isdigit():
        raise SettingsError(f"--max-cassette-age {age}: give a number of days")
    root = Path(options["cassettes"]) if options["cassettes"] else shipped_root()
    is_recording = not options["name"] and (root / "index.yaml").is_file()
    return Replay(root if is_recording else root / checked(options["name"] or SHIPPED), int(age))


def shipped_root() -> Path:
    """The recordings that come along: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parents[1]
    beside = package.parent / "cassettes"
    return beside if beside.is_dir() else package / "_cassettes"


def recording_name(options: Mapping[str, Any], base_url: str, embedded: bool) -> str:
    """The folder name of a new recording."""
    host = urlsplit(base_url).hostname or ""
    return checked(options["name"] or (SHIPPED if embedded else host.replace(":", "-")))


def checked(name: str) -> str:
    """A name that can stand as a folder. Raises SettingsError for any other."""
    plain = name.replace(".", "").replace("-", "").replace("_", "")
    if not (plain.isalnum() and plain.isascii()) or name.startswith("."):
        raise SettingsError(f"--name {name!r}: letters, digits, dots and dashes only")
    return name
