"""Any recording from its file: a cassette of vcrpy or a HAR."""

from pathlib import Path

from conformance.engine.errors import SettingsError
from conformance.recordings.har import read_har
from conformance.recordings.recorded import Recording, read_cassette

_START = 4096


def load(path: Path) -> Recording:
    """The recording in a file: ours, or any tool's that writes vcrpy's format or HAR.

    Raises SettingsError, in one line that names the file, for one that is missing, damaged or neither.
    """
    return read_har(path) if _looks_like_har(path) else read_cassette(path)


def _looks_like_har(path: Path) -> bool:
    if path.suffix.lower() == ".har":
        return True
    try:
        with path.open("rb") as file:
            start = file.read(_START).lstrip(b"\xef\xbb\xbf \t\r\n")
    except IsADirectoryError:
        raise SettingsError(f"{path}: a folder; name the files in it") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    return start.startswith(b"{") and b'"log"' in start and b'"interactions"' not in start
