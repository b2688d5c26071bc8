"""The query of an address, parsed: percent-encoded or not, quoted or not, in any order."""

from urllib.parse import parse_qs, urlsplit


def arguments(url: str) -> dict[str, list[str]]:
    """The decoded values of each query parameter of an address, in the order in which they stand."""
    return parse_qs(urlsplit(url).query, keep_blank_values=True)


def filtered_by(url: str, member: str) -> list[str]:
    """The values that the filters `property=member==value` of an address ask for, without quotes."""
    found = []
    for text in arguments(url).get("property", []):
        name, _, value = text.partition("==")
        if name.strip() == member and value.strip():
            found.append(value.strip().strip('"'))
    return found
