"""Any recording from its file: a cassette of vcrpy or a HAR."""

from pathlib import Path

from conformance.engine.errors import SettingsError
from conformance.recordings.har import read_har
from conformance.recordings.recorded import Recording, read_cassette

_START = 4096
PACKED = (b"PK\x03\x04", b"\x1f\x8b")  # zip, as Playwright offers for HAR, and gzip


def load(path: Path) -> Recording:
    """The recording in a file: ours, or any tool's that writes vcrpy's format or HAR.

    Raises SettingsError, in one line that names the file, for one that is missing, damaged or neither.
    """
    start = _start_of(path)
    if start.startswith(PACKED):
        raise SettingsError(f"{path}: packed; unpack it and name the recording in it")
    return read_har(path) if _looks_like_har(path, start) else read_cassette(path)


def _start_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_START).lstrip(b"\xef\xbb\xbf \t\r\n")
    except IsADirectoryError:
        raise SettingsError(f"{path}: a folder; name the files in it") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None


def _looks_like_har(path: Path, start: bytes) -> bool:
    is_log = start.startswith(b"{") and b'"log"' in start and b'"interactions"' not in start
    return is_log or path.suffix.lower() == ".har"
