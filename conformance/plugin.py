"""The pytest plugin of the suite: options, a test for each requirement, and what is written at the end."""

import gc
import json
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from conformance import allure_labels
from conformance.allure_disk import FullDisk, tolerated
from conformance.conclusion import conclude
from conformance.engine import verdict as verdicts
from conformance.engine.catalogue import Requirement, load_catalogue
from conformance.engine.data import contracts_root
from conformance.engine.errors import ConformanceError
from conformance.engine.verdict import Verdict
from conformance.options import OPTIONS
from conformance.preparation import chosen, prepare
from conformance.report import results, text
from conformance.state import State

SELDOM = 20_000  # every exchange is kept to the end: looking for garbage among them costs a twentieth of a run
Settle = Callable[[Requirement], None]
STATE = pytest.StashKey[State]()
OUTCOME = pytest.StashKey[dict[str, Any]]()
PAGE = pytest.StashKey[str]()
DISK = pytest.StashKey[FullDisk]()
SKIPPED = (verdicts.BLOCKED, verdicts.UNTESTED, verdicts.NOT_APPLICABLE, verdicts.ERROR)


class RequirementBroken(AssertionError):
    """Carries the verdict of a failed requirement to its report; an assertion, or Allure would call it ours."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = verdict


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("aep-conformance")
    for option in OPTIONS:
        group.addoption(option.flag, **option.keywords())


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.option.collectonly or config.option.help:
        return
    gc.set_threshold(SELDOM)
    forgiving = tolerated()
    config.stash[DISK] = forgiving.__enter__()
    config.add_cleanup(lambda: forgiving.__exit__(None, None, None))
    options = chosen(config.option)
    _default_allure(config)
    if _is_worker(config):
        shared = json.loads(config.workerinput["aep"])  # type: ignore[attr-defined]
        config.stash[STATE] = State(options, shared)
        return
    _default_outputs(config)
    try:
        state = prepare(options)
    except ConformanceError as error:
        pytest.exit(str(error), returncode=error.exit_code)
    config.stash[STATE] = state
    config.pluginmanager.register(Collector(state), "aep-collector")
    config.pluginmanager.register(Workers(state), "aep-workers")


def _default_outputs(config: pytest.Config) -> None:
    folder = Path(config.option.aep_report_dir)
    if getattr(config.option, "xmlpath", None) is None:
        config.option.xmlpath = str(folder / "junit.xml")


def _default_allure(config: pytest.Config) -> None:
    """Workers are told the command line, not what became of it; the folder is emptied before they start."""
    if getattr(config.option, "allure_report_dir", "") is None:
        folder = Path(config.option.aep_report_dir) / "allure-results"
        config.option.allure_report_dir = str(folder)
        config.option.clean_alluredir = not _is_worker(config)


class Collector:
    """Gathers the rows that the tests report, from whichever process, and which of them the suite failed at."""

    def __init__(self, state: State) -> None:
        self.state = state

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        row = getattr(report, "aep_row", None)
        if row is not None:
            self.state.rows[row["id"]] = row
        elif report.failed:
            name = report.nodeid.rpartition("[")[2].removesuffix("]")
            self.state.unjudged[name] = report.longreprtext.strip().rpartition("\n")[2]


class Workers:
    """Tells each pytest-xdist worker what the run shares."""

    def __init__(self, state: State) -> None:
        self.state = state

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["aep"] = json.dumps(self.state.shared)


def pytest_report_header(config: pytest.Config) -> list[str]:
    state = config.stash.get(STATE, None)
    if state is None:
        return []
    target = state.target
    where = f"{target['name']} at {target['base_url']}, sandbox {target['sandbox']}"
    return [f"target: {where}, profile {state.profile}"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "requirement" not in metafunc.fixturenames:
        return
    state = metafunc.config.stash.get(STATE, None)
    option = metafunc.config.option
    rows = state.selected if state else _listed(option.aep_profile, option.aep_requirement)
    mine = [row for row in rows if row.service == metafunc.module.SERVICE]
    metafunc.parametrize("requirement", mine, ids=[row.id for row in mine])


def _listed(profile: str, patterns: list[str]) -> list[Requirement]:
    try:
        return load_catalogue(contracts_root()).select(profile, tuple(patterns))
    except ConformanceError as error:
        pytest.exit(str(error), returncode=error.exit_code)


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
        verdict = state.verdict(requirement)
        request.node.aep_row = results.row_of(verdict)
        allure_labels.describe(verdict)
        _outcome(verdict)

    return judge


def _outcome(verdict: Verdict) -> None:
    if verdict.verdict == verdicts.FAIL:
        raise RequirementBroken(verdict)
    if verdict.verdict in (verdicts.WARN, verdicts.WAIVED):
        pytest.xfail(verdict.message)
    if verdict.verdict in SKIPPED:
        pytest.skip(f"{verdict.verdict}: {verdict.message}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call" and hasattr(item, "aep_row"):
        report.aep_row = item.aep_row  # type: ignore[attr-defined]
    if call.excinfo and isinstance(call.excinfo.value, RequirementBroken):
        verdict = call.excinfo.value.verdict
        rerun = item.config.stash[STATE].rerun(verdict.requirement)
        report.longrepr = text.failure(verdict, rerun)
    return report


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(
    session: pytest.Session, exitstatus: int
) -> Generator[None, object, object]:
    ended, complaint = None, None
    try:
        ended = yield
    except OSError as error:  # another plugin's file, on a disk that is full
        complaint = f"{error.filename or 'a report'}: {error.strerror}"
    state = session.config.stash.get(STATE, None)
    if state is None or _is_worker(session.config):
        return ended
    broken_off = exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)
    folder = Path(session.config.option.aep_report_dir)
    outcome, code = conclude(
        state, broken_off, folder, complaint or session.config.stash[DISK].complaint
    )
    session.config.stash[OUTCOME] = outcome
    session.config.stash[PAGE] = _publish(session.config)
    session.exitstatus = 2 if exitstatus == pytest.ExitCode.USAGE_ERROR else code
    return ended


def _publish(config: pytest.Config) -> str:
    """Makes the page; returns the line that says where it is, or why there is none."""
    from conformance.report.publishing import publish_run  # noqa: PLC0415 - only at the end of a run

    folder = Path(config.option.aep_report_dir)
    try:
        publish_run(folder)
        _describe_to_allure(config)
    except ConformanceError as error:
        return f"no report: {error}"
    except OSError as error:
        return f"no report: {error.strerror}"
    return f"report: {folder / 'report.html'}"


def _describe_to_allure(config: pytest.Config) -> None:
    from conformance.report.allure_files import describe_run  # noqa: PLC0415 - likewise

    folder = getattr(config.option, "allure_report_dir", None)
    if folder:
        describe_run(Path(folder), config.stash[OUTCOME], os.environ)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    outcome = config.stash.get(OUTCOME, None)
    if outcome is None:
        return
    terminalreporter.section("verdict")
    for line in outcome["notes"]:
        terminalreporter.write_line(line)
    for line in text.summary(outcome["requirements"]):
        terminalreporter.write_line(line)
    folder = config.option.aep_report_dir
    terminalreporter.write_line(f"{outcome['requests']} requests; results in {folder}")
    terminalreporter.write_line(config.stash[PAGE])
    terminalreporter.write_line(outcome["verdict"], bold=True)
