"""The options of a run, once, for the command and for plain pytest."""

from dataclasses import dataclass
from typing import Any

from conformance.engine.catalogue import PROFILES, READ_ONLY
from conformance.engine.world import REPEATS


@dataclass(frozen=True)
class Option:
    """`repeats` collects values; `variable` says that AEP_<NAME> sets it too; a `switch` takes no value."""

    flag: str
    help: str
    metavar: str = ""
    default: Any = None
    choices: tuple[str, ...] | None = None
    repeats: bool = False
    variable: bool = False
    switch: bool = False

    @property
    def dest(self) -> str:
        return "aep_" + self.flag.lstrip("-").replace("-", "_")

    def keywords(self) -> dict[str, Any]:
        """The keyword arguments for argparse's and pytest's add_argument."""
        text = self.help + (f" (or AEP_{self.dest[4:].upper()})" if self.variable else "")
        common: dict[str, Any] = {"dest": self.dest, "help": text, "default": self.default}
        if self.switch:
            return {**common, "action": "store_true", "default": False}
        if self.repeats:
            return {**common, "action": "append", "metavar": self.metavar, "default": []}
        if self.choices:
            return {**common, "choices": self.choices}
        return {**common, "metavar": self.metavar}


OPTIONS = (
    Option(
        "--target",
        "replay: judge a recording in place of a server, with every socket blocked",
        choices=("replay",),
    ),
    Option(
        "--cassettes",
        "folder of recordings: to replay (default those that come along) or to write (default cassettes)",
        "DIR",
    ),
    Option("--name", "recording in that folder (default emulator, or the host)", "TARGET"),
    Option("--record", "keep the traffic of a conformant run under this folder", "DIR"),
    Option("--max-cassette-age", "warn of recordings that are older", "DAYS", 180),
    Option(
        "--base-url",
        "judge the server at this address in place of the embedded emulator",
        "URL",
        variable=True,
    ),
    Option("--access-token", "access token; better given by its variable", "TOKEN", variable=True),
    Option("--access-token-file", "file that holds it (or AEP_ACCESS_TOKEN_FILE)", "FILE"),
    Option("--api-key", "x-api-key", "KEY", variable=True),
    Option("--org-id", "x-gw-ims-org-id", "ORG", variable=True),
    Option("--sandbox", "sandbox to work in", "NAME", variable=True),
    Option(
        "--other-sandbox",
        "a second sandbox, to see that the two are kept apart",
        "NAME",
        variable=True,
    ),
    Option(
        "--client-id", "client id, to fetch a token in place of giving one", "ID", variable=True
    ),
    Option(
        "--client-secret", "client secret; better given by its variable", "SECRET", variable=True
    ),
    Option("--client-secret-file", "file that holds it (or AEP_CLIENT_SECRET_FILE)", "FILE"),
    Option(
        "--insecure-command-line-secrets",
        "take a secret from the command line, where others may see it, for a server elsewhere",
        switch=True,
    ),
    Option("--scopes", "scopes of the token to fetch", "LIST", variable=True),
    Option("--ims-url", "address of the token service", "URL", variable=True),
    Option("--collection-url", "address that takes messages for inlets", "URL", variable=True),
    Option("--ca-bundle", "PEM file of the authorities to trust for TLS", "FILE", variable=True),
    Option("--http-timeout", "seconds to wait for an answer", "SECONDS", variable=True),
    Option("--connectors", "TOML file with real connector credentials", "FILE"),
    Option("--config", "TOML file with any of these settings", "FILE"),
    Option(
        "--profile",
        "requirements to judge; read-only writes nothing",
        default="core",
        choices=(*PROFILES, READ_ONLY),
    ),
    Option("--allow-writes", "write to a server that is not on this machine", switch=True),
    Option("--allow-production", "write to a production sandbox", switch=True),
    Option("--dry-run", "print the requests that would be sent, and send none", switch=True),
    Option("--ledger", "what the run creates (default ledger.jsonl beside the results)", "FILE"),
    Option("--max-rate", "requests a second at most", "N"),
    Option("--concurrency", "requests under way at once at most", "N"),
    Option("--max-requests", "end the run early after so many requests", "N"),
    Option(
        "--max-time", "end the run after so many seconds; what it made is deleted yet", "SECONDS"
    ),
    Option("--waivers", "known defects (default contracts/waivers/<target>.yaml)", "FILE"),
    Option("--sequence", "only this documented sequence", "NAME", repeats=True),
    Option("--requirement", "only requirements whose id matches", "GLOB", repeats=True),
    Option(
        "--repeats",
        "times that the full profile asks for what may break now and then",
        "N",
        REPEATS,
    ),
    Option("--examples", "generated examples for each operation in the full profile", "N", 5),
    Option("--report-dir", "folder for the results", "DIR", default="reports/latest"),
    Option("--fault", "let the emulator break this fact", "NAME", repeats=True),
    Option(
        "--variant", "let the emulator behave in this other documented way", "NAME", repeats=True
    ),
    Option("--seed", "seed of the emulator's ids", "N"),
)
