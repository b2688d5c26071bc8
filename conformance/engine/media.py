"""Media types, compared without case and without how their parameters are written (RFC 9110, section 8.3.1)."""

from email.message import Message


def media_type(header: str | None) -> str:
    """Type and subtype in lower case, empty where none is named."""
    return (header or "").split(";")[0].split(",")[0].strip().lower()


def is_json(header: str | None) -> bool:
    """Whether a Content-Type declares JSON (RFC 8259, section 11; RFC 6839, section 3.1)."""
    media = media_type(header)
    return media in ("application/json", "text/json") or media.endswith("+json")


def comparable(header: str) -> str:
    """A Content-Type in a form that is equal for equal ones."""
    message = Message()
    message["Content-Type"] = header
    parameters = message.get_params([])[1:]
    told = sorted(f"{name.lower()}={str(value).lower()}" for name, value in parameters)
    return "; ".join([media_type(header), *told])
