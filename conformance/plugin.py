"""The pytest plugin of the suite: options, the target, a test for each requirement, and the results."""

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from conformance.embedded import Embedded
from conformance.engine import verdict as verdicts
from conformance.engine.catalogue import Catalogue, Requirement, load_catalogue
from conformance.engine.client import Client, fetch_token
from conformance.engine.contract import load_contract
from conformance.engine.data import contracts_root, fingerprint
from conformance.engine.errors import ConformanceError, SettingsError
from conformance.engine.preflight import check_target
from conformance.engine.redaction import Redactor
from conformance.engine.sequence import load_workflows
from conformance.engine.session import World
from conformance.engine.settings import Settings, resolve
from conformance.engine.verdict import Verdict
from conformance.options import OPTIONS
from conformance.report import allure_labels, results, text
from conformance.rules.journeys import Itinerary, load_connectors
from conformance.rules.run import Run, refusals_among, with_needs

Settle = Callable[[Requirement], None]
STATE = pytest.StashKey["State"]()
SKIPPED = (verdicts.BLOCKED, verdicts.UNTESTED, verdicts.NOT_APPLICABLE, verdicts.ERROR)


class RequirementBroken(Exception):
    """Carries the verdict of a failed requirement to its report."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = verdict


class State:
    """What one process of the run holds."""

    def __init__(self, config: pytest.Config, shared: dict[str, Any]) -> None:
        self.shared = shared
        self.embedded: Embedded | None = None
        self.rows: dict[str, dict[str, Any]] = {}
        self.started = time.time()
        root = contracts_root()
        self.catalogue: Catalogue = load_catalogue(root)
        self.selected = self.catalogue.select(
            config.option.aep_profile, tuple(config.option.aep_requirement)
        )
        self.settings = Settings(**shared["settings"])
        workflows = load_workflows(root)
        connectors = load_connectors(root, self.settings.connectors)
        wanted = with_needs(self.selected, self.catalogue)
        self.itinerary = Itinerary(
            connectors,
            workflows,
            self.settings,
            config.option.aep_profile,
            tuple(config.option.aep_sequence),
            wanted,
        )
        world = World(
            self.settings,
            load_contract(root),
            Redactor(self.settings.secrets()),
            Client(self.settings),
            shared["token"],
            shared["run"],
            connectors,
            wanted,
            refusals_among(self.catalogue),
            _repeats(config),
            examples=_whole_number("examples", config.option.aep_examples),
        )
        world.redactor.learn("access_token", shared["token"])
        self.run = Run(world, self.catalogue, self.itinerary, Path(shared["records"]))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("aep-conformance")
    for option in OPTIONS:
        group.addoption(option.flag, **option.keywords())


def _repeats(config: pytest.Config) -> int:
    given = _whole_number("repeats", config.option.aep_repeats)
    return given if config.option.aep_profile == "full" else 1


def _whole_number(option: str, given: object) -> int:
    if not str(given).isdigit() or int(str(given)) < 1:
        raise SettingsError(f"--{option} {given}: give a whole number from 1")
    return int(str(given))


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.option.collectonly or config.option.help:
        return
    if _is_worker(config):
        shared = json.loads(config.workerinput["aep"])  # type: ignore[attr-defined]
        config.stash[STATE] = State(config, shared)
        return
    _default_outputs(config)
    try:
        config.stash[STATE] = _prepare(config)
    except ConformanceError as error:
        pytest.exit(str(error), returncode=error.exit_code)


def _default_outputs(config: pytest.Config) -> None:
    folder = Path(config.option.aep_report_dir)
    if getattr(config.option, "xmlpath", None) is None:
        config.option.xmlpath = str(folder / "junit.xml")
    if getattr(config.option, "allure_report_dir", "") is None:
        config.option.allure_report_dir = str(folder / "allure-results")
        config.option.clean_alluredir = True


def _prepare(config: pytest.Config) -> State:
    options = {option.dest[4:]: getattr(config.option, option.dest) for option in OPTIONS}
    embedded = None
    if _wants_emulator(options):
        embedded = Embedded(options["fault"], options["variant"], options["seed"])
        options |= {k: v for k, v in embedded.settings.items() if k != "access_token"}
    try:
        settings = resolve(
            {**options, "timeout": options["http_timeout"]}, {} if embedded else os.environ
        )
        token = settings.access_token or fetch_token(Client(settings))
        records = _fresh_folder(Path(options["report_dir"])) / ".journeys"
        shared = {
            "settings": asdict(settings),
            "token": token,
            "run": f"aepc-{secrets.token_hex(3)}",
            "records": str(records),
        }
        state = State(config, shared)
        state.embedded = embedded
        check_target(state.run.world)
    except BaseException:
        if embedded:
            embedded.stop()
        raise
    return state


def _wants_emulator(options: dict[str, Any]) -> bool:
    config = options.get("config")
    given = options["base_url"] or os.environ.get("AEP_BASE_URL") or config
    return not given


def _fresh_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / ".journeys", ignore_errors=True)
    (folder / "results.json").unlink(missing_ok=True)
    return folder


class Workers:
    """Hooks that exist only under pytest-xdist."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["aep"] = json.dumps(node.config.stash[STATE].shared)


def pytest_plugin_registered(plugin: object, manager: pytest.PytestPluginManager) -> None:
    if not manager.has_plugin("aep-workers"):
        manager.register(Workers(), "aep-workers")


def pytest_report_header(config: pytest.Config) -> list[str]:
    state = config.stash.get(STATE, None)
    if state is None:
        return []
    target, profile = _target(state), config.option.aep_profile
    where = f"{target['name']} at {target['base_url']}, sandbox {target['sandbox']}"
    return [f"target: {where}, profile {profile}"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "requirement" not in metafunc.fixturenames:
        return
    state = metafunc.config.stash.get(STATE, None)
    rows = (
        state.selected
        if state
        else load_catalogue(contracts_root()).select(metafunc.config.option.aep_profile)
    )
    mine = [row for row in rows if row.service == metafunc.module.SERVICE]
    metafunc.parametrize("requirement", mine, ids=[row.id for row in mine])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # A module without a selected requirement would show as one skipped test.
    items[:] = [item for item in items if not _is_empty(item)]


def _is_empty(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return bool(callspec) and not isinstance(callspec.params.get("requirement"), Requirement)


@pytest.fixture
def settle(request: pytest.FixtureRequest) -> Settle:
    """Judges one requirement and turns its verdict into the outcome of the test."""
    state = request.config.stash[STATE]

    def judge(requirement: Requirement) -> None:
        request.node.user_properties += [
            ("requirement", requirement.id),
            ("level", requirement.level),
            ("source", " ".join(requirement.source)),
        ]
        verdict = state.run.verdict(requirement)
        request.node.aep_row = row_of(verdict)
        allure_labels.describe(verdict)
        _outcome(verdict)

    return judge


def _outcome(verdict: Verdict) -> None:
    if verdict.verdict == verdicts.FAIL:
        raise RequirementBroken(verdict)
    if verdict.verdict == verdicts.WARN:
        pytest.xfail(verdict.message)
    if verdict.verdict in SKIPPED:
        pytest.skip(f"{verdict.verdict}: {verdict.message}")


def row_of(verdict: Verdict) -> dict[str, Any]:
    """The entry of a requirement in results.json."""
    row = verdict.requirement
    entry: dict[str, Any] = {
        "id": row.id,
        "level": row.level,
        "basis": row.basis,
        "verdict": verdict.verdict,
        "message": verdict.message,
        "statement": row.statement,
        "source": list(row.source),
        "sequences": verdict.sequences,
        "exchanges": verdict.witnesses,
    }
    if verdict.blocked_by:
        entry["blocked_by"] = verdict.blocked_by
    if verdict.intermittent:
        entry["intermittent"] = {"failed": len(verdict.broken), "observed": verdict.observed}
    return entry


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call" and hasattr(item, "aep_row"):
        report.aep_row = item.aep_row  # type: ignore[attr-defined]
    if call.excinfo and isinstance(call.excinfo.value, RequirementBroken):
        report.longrepr = text.failure(
            call.excinfo.value.verdict, _rerun(item, call.excinfo.value.verdict)
        )
    return report


def _rerun(item: pytest.Item, verdict: Verdict) -> str:
    state = item.config.stash[STATE]
    given = item.config.option
    words = ["aep-conformance run", f"--requirement {verdict.requirement.id}"]
    words += [f"--fault {name}" for name in given.aep_fault] + [
        f"--variant {name}" for name in given.aep_variant
    ]
    if "base_url" in state.shared.get("given", ()) or given.aep_base_url:
        words.append(f"--base-url {given.aep_base_url}")
    return " ".join(words)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    row = getattr(report, "aep_row", None)
    if row is not None and _COLLECTOR is not None:
        _COLLECTOR.rows[row["id"]] = row


_COLLECTOR: State | None = None


def pytest_sessionstart(session: pytest.Session) -> None:
    global _COLLECTOR  # noqa: PLW0603 - logreport is not told its session
    _COLLECTOR = session.config.stash.get(STATE, None)


def _target(state: State) -> dict[str, str]:
    given = state.settings
    embedded = state.embedded is not None
    return {
        "name": "emulator" if embedded else given.base_url.split("//", 1)[-1],
        "base_url": given.base_url,
        "sandbox": given.sandbox,
        "org_id": given.org_id,
        "mode": "emulator" if embedded else "live",
    }


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    state = session.config.stash.get(STATE, None)
    if state is None or _is_worker(session.config):
        return
    interrupted = exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)
    outcome = _results(state, session.config, interrupted)
    results.write(Path(session.config.option.aep_report_dir) / "results.json", outcome)
    session.config.stash[OUTCOME] = outcome
    shutil.rmtree(state.run.records, ignore_errors=True)
    if state.embedded:
        state.embedded.stop()
    if not session.config.option.collectonly:
        session.exitstatus = _exit_code(outcome, interrupted, int(exitstatus))


OUTCOME = pytest.StashKey[dict[str, Any]]()


def _results(state: State, config: pytest.Config, interrupted: bool) -> dict[str, Any]:
    rows = [
        state.rows.get(row.id) or _late(state, row)
        for row in state.selected
        if interrupted or row.id in state.rows
    ]
    notes = ["the run was interrupted: what is untested was not reached"] if interrupted else []
    connectors = {name: c["id"] for name, c in state.itinerary.sequences.items()}
    shown = {
        k: v if isinstance(v, str | int | float | bool | list) or v is None else str(v)
        for k, v in state.settings.shown().items()
    }
    return results.build(
        rows,
        state.run.taken(),
        state.catalogue,
        connectors,
        _target(state),
        shown,
        config.option.aep_profile,
        fingerprint(contracts_root()),
        state.started,
        time.time(),
        notes,
    )


def _late(state: State, row: Requirement) -> dict[str, Any]:
    """The entry of a requirement whose test an interruption cut off."""
    if state.run.is_judgeable(row):
        return row_of(state.run.verdict(row))
    return row_of(Verdict(row, verdicts.UNTESTED, "the run ended before it"))


def _exit_code(outcome: dict[str, Any], interrupted: bool, exitstatus: int) -> int:
    if interrupted or exitstatus == pytest.ExitCode.INTERNAL_ERROR:
        return 3
    if exitstatus == pytest.ExitCode.USAGE_ERROR:
        return 2
    if outcome["conformant"]:
        return 0
    must = outcome["counts"]["MUST"]
    return 1 if must["fail"] or not must["error"] else 3


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    outcome = config.stash.get(OUTCOME, None)
    if outcome is None:
        return
    terminalreporter.section("verdict")
    for line in text.summary(outcome["requirements"]):
        terminalreporter.write_line(line)
    folder = config.option.aep_report_dir
    terminalreporter.write_line(f"{outcome['requests']} requests; results in {folder}")
    terminalreporter.write_line(outcome["verdict"], bold=True)
