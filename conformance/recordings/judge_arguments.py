"""The options of `aep-conformance judge`; apart from the rest, so that other commands start fast."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add(
        "files", nargs="+", metavar="FILE", help="a cassette of vcrpy (YAML or JSON), or a HAR file"
    )
    add(
        "--base-path",
        default="",
        metavar="PATH",
        help="where a gateway serves what the documents have under /data/foundation",
    )
    add("--report-dir", metavar="DIR", help="also write judgement.json into this folder")
    side = parser.add_mutually_exclusive_group()
    side.add_argument("--client-only", action="store_true", help="judge what the client sends")
    side.add_argument("--server-only", action="store_true", help="judge what the server answers")
