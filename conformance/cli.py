"""The command `aep-conformance`."""

import argparse
import os
import sys
from pathlib import Path

from conformance.doctor.arguments import add_arguments as add_doctor_arguments
from conformance.engine.catalogue import Requirement
from conformance.engine.errors import ConformanceError
from conformance.options import OPTIONS
from conformance.proof.arguments import add_arguments
from conformance.recordings import judge_arguments
from conformance.recordings.drift.arguments import add_arguments as add_drift_arguments
from conformance.report.arguments import add_arguments as add_report_arguments
from conformance.report.arguments import add_history_arguments
from conformance.sweep_arguments import add_arguments as add_sweep_arguments
from conformance.waivers.arguments import add_arguments as add_baseline_arguments

REPLAY_ONLY = ("--target", "--max-cassette-age", "--record")
FOR_PYTEST = "Other options go to pytest, such as -n 2, -k, -x, --lf, -v."
PLUGINS = ("xdist.plugin", "allure_pytest.plugin")


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 conformant, 1 not, 2 usage or data, 3 suite or network."""
    _open_what_is_closed()
    try:
        try:
            return _obey(sys.argv[1:] if argv is None else argv)
        finally:
            sys.stdout.flush()
    except ConformanceError as error:
        print(f"aep-conformance: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        _drop_what_nobody_reads()
        return 3


def _obey(words: list[str]) -> int:
    parser = _parser()
    arguments, extra = parser.parse_known_args(words)
    if arguments.command == "drift" and not arguments.new and _are_one_file(extra):
        arguments.new, extra = extra[0], []  # argparse takes it only right behind OLD
    is_dry = getattr(arguments, "aep_dry_run", False)
    if extra and (is_dry or arguments.command not in ("run", "record", "serve")):
        parser.error(f"unknown argument {extra[0]}")
    return int(arguments.act(arguments, words[1:]))


def _drop_what_nobody_reads() -> None:
    """Else the interpreter would try once more to write it, complain, and exit with 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _are_one_file(words: list[str]) -> bool:
    return len(words) == 1 and not words[0].startswith("-")


def _open_what_is_closed() -> None:
    """Started without a place for its output, as some schedulers do, a command says nothing, but does its work."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - stays open


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aep-conformance", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="judge a target",
        epilog=FOR_PYTEST,
    )
    for option in OPTIONS:
        run.add_argument(option.flag, **option.keywords())
    run.set_defaults(act=_run)
    told = "judge a target and keep its traffic as cassettes"
    record = commands.add_parser("record", help=told, epilog=FOR_PYTEST)
    for option in OPTIONS:
        if option.flag not in REPLAY_ONLY:
            record.add_argument(option.flag, **option.keywords())
    record.set_defaults(act=_record)
    serve = commands.add_parser("serve", help="serve the emulator alone", add_help=False)
    serve.set_defaults(act=_serve)
    serve.add_argument("rest", nargs=argparse.REMAINDER)
    listed = commands.add_parser("list", help="list the requirements")
    listed.add_argument("pattern", nargs="?", default="*", help="glob of ids")
    listed.set_defaults(act=_list)
    show = commands.add_parser("show", help="explain one requirement")
    show.add_argument("id")
    show.set_defaults(act=_show)
    prove = commands.add_parser("prove", help="prove that the suite catches what is broken")
    add_arguments(prove)
    prove.set_defaults(act=_prove)
    compared = commands.add_parser("drift", help="say what changed between two recordings")
    add_drift_arguments(compared)
    compared.set_defaults(act=_drift)
    judge = commands.add_parser("judge", help="judge recorded traffic of any client")
    judge_arguments.add_arguments(judge)
    judge.set_defaults(act=_judge)
    doctor = commands.add_parser("doctor", help="look whether everything is ready for a run")
    add_doctor_arguments(doctor)
    doctor.set_defaults(act=_doctor)
    first = commands.add_parser("baseline", help="write a first file of waivers from a run")
    add_baseline_arguments(first)
    first.set_defaults(act=_baseline)
    published = commands.add_parser("report", help="make the HTML page of a run or of its shards")
    add_report_arguments(published)
    published.set_defaults(act=_report)
    past = commands.add_parser("history", help="keep past runs for the report, and drop old ones")
    add_history_arguments(past)
    past.set_defaults(act=_history)
    swept = commands.add_parser("sweep", help="remove what runs left behind")
    add_sweep_arguments(swept)
    swept.set_defaults(act=_sweep)
    return parser


def _run(arguments: argparse.Namespace, words: list[str]) -> int:
    if arguments.aep_dry_run:
        from conformance.dry_run import dry_run
        from conformance.preparation import chosen

        return dry_run(chosen(arguments), os.environ)
    import pytest

    from conformance.interruptions import heeded

    # Other people's plugins may define our options too (pytest-base-url does), and cost start-up time.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    suite = Path(__file__).parent / "suite"
    cache = Path(arguments.aep_report_dir).absolute() / ".pytest_cache"
    fixed = [
        str(suite),
        f"--rootdir={suite}",
        "-c",
        os.devnull,
        "-o",
        f"cache_dir={cache}",
        "-q",
        "--no-header",
        "--tb=short",
    ]
    for plugin in PLUGINS:
        fixed += ["-p", plugin]
    with heeded():
        ended = int(pytest.main([*fixed, *words]))
    return (
        2 if ended in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED) else ended
    )


def _record(arguments: argparse.Namespace, words: list[str]) -> int:
    return _run(arguments, [*words, "--record", arguments.aep_cassettes or "cassettes"])


def _serve(arguments: argparse.Namespace, words: list[str]) -> int:
    import runpy

    sys.argv = ["aep-conformance serve", *words]
    runpy.run_module("conformance.emulator", run_name="__main__")
    return 0


def _prove(arguments: argparse.Namespace, words: list[str]) -> int:
    from conformance.proof.command import prove

    return prove(arguments)


def _drift(arguments: argparse.Namespace, words: list[str]) -> int:
    from conformance.recordings.drift.command import drift

    return drift(arguments, _run)


def _report(arguments: argparse.Namespace, words: list[str]) -> int:
    from conformance.report.command import report

    return report(arguments)


def _history(arguments: argparse.Namespace, words: list[str]) -> int:
    from conformance.report.keeping import keep

    return keep(arguments)


def _judge(arguments: argparse.Namespace, words: list[str]) -> int:
    from conformance.recordings.judge_command import judge

    return judge(arguments)


def _doctor(arguments: argparse.Namespace, words: list[str]) -> int:
    from conformance.doctor.command import doctor

    return doctor(arguments)


def _baseline(arguments: argparse.Namespace, words: list[str]) -> int:
    from conformance.waivers.baseline import baseline

    return baseline(arguments)


def _sweep(arguments: argparse.Namespace, words: list[str]) -> int:
    from conformance.sweep_command import sweep

    return sweep(arguments)


def _list(arguments: argparse.Namespace, words: list[str]) -> int:
    from fnmatch import fnmatchcase

    for row in _all_rows().values():
        if fnmatchcase(row.id, arguments.pattern):
            print(f"{row.level:7}{row.profile:6}{row.id}: {row.statement}")
    return 0


def _all_rows() -> dict[str, Requirement]:
    """What is asked of servers, then what is asked of clients."""
    from conformance.engine.catalogue import load_catalogue
    from conformance.engine.data import contracts_root

    root = contracts_root()
    return load_catalogue(root).rows | load_catalogue(root, "client").rows


def _show(arguments: argparse.Namespace, words: list[str]) -> int:
    rows = _all_rows()
    if arguments.id not in rows:
        raise ConformanceErrorFor(arguments.id)
    row = rows[arguments.id]
    for name in (
        "id",
        "level",
        "basis",
        "profile",
        "statement",
        "source",
        "operations",
        "check",
        "statuses",
        "accepts",
        "errata",
        "needs",
        "absent",
        "excluded",
    ):
        value = getattr(row, name)
        if value:
            print(f"{name}: {', '.join(map(str, value)) if isinstance(value, tuple) else value}")
    return 0


def ConformanceErrorFor(requirement_id: str) -> ConformanceError:  # noqa: N802
    from conformance.engine.errors import SettingsError

    return SettingsError(f"{requirement_id}: no such requirement; see `aep-conformance list`")


if __name__ == "__main__":
    sys.exit(main())
