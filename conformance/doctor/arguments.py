"""The options of `aep-conformance doctor`; apart from the rest, so that other commands start fast."""

import argparse

from conformance.options import OPTIONS

ABOUT_THE_TARGET = (
    "--config",
    "--connectors",
    "--insecure-command-line-secrets",
    "--access-token-file",
    "--client-secret-file",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those options of a run that say where the target is and how to talk to it."""
    for option in OPTIONS:
        if option.variable or option.flag in ABOUT_THE_TARGET:
            parser.add_argument(option.flag, **option.keywords())
