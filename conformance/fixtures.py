"""A pytest plugin for the tests that people already have: an emulator, and clients whose traffic is judged.

It is loaded into every pytest run where the package is installed, so it imports next to nothing until it is used.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from conformance.engine.errors import ConformanceError, SettingsError

if TYPE_CHECKING:
    import httpx
    import requests

    from conformance.recordings.live import LiveJudge

JUDGE = pytest.StashKey["LiveJudge"]()
FIXTURES = frozenset({"aep_judge", "aep_session", "aep_httpx"})
MARKER = (
    "aep(only=[GLOB, ...], waive={ID: REASON}, side='client', silent=True): "
    "which requirements the traffic of a test is judged by, and whether there may be none"
)


@dataclass(frozen=True)
class Target:
    """Where requests go, and the credentials for it; `headers` are what every request to Platform needs."""

    base_url: str
    org_id: str
    sandbox: str
    access_token: str = field(repr=False)
    api_key: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """Authorization, x-api-key, x-gw-ims-org-id and x-sandbox-name."""
        return {
            "Authorization": f"Bearer {self.access_token}",
            "x-api-key": self.api_key,
            "x-gw-ims-org-id": self.org_id,
            "x-sandbox-name": self.sandbox,
        }


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("aep-conformance")
    group.addoption(
        "--aep-base-url",
        dest="aep_fixtures_base_url",
        metavar="URL",
        help="what aep_target leads to in place of the emulator (or AEP_BASE_URL)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FIXTURES & set(getattr(item, "fixturenames", ())) and item.get_closest_marker("aep"):
            try:
                _judge_for(item)
            except ConformanceError as error:
                raise pytest.UsageError(f"{item.nodeid}: {error}") from None


def _judge_for(item: pytest.Item) -> LiveJudge:
    from conformance.recordings.live import LiveJudge, Terms

    markers = list(item.iter_markers("aep"))
    if any(marker.args for marker in markers):
        raise SettingsError("aep marker: give only, waive, side and silent by name")
    return LiveJudge(Terms.of(marker.kwargs for marker in markers))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    judge = item.stash.get(JUDGE, None)
    try:
        yield
    except BaseException:
        complaint = judge.complaint() if judge else ""
        if complaint:
            item.add_report_section("call", "aep-conformance", complaint)
        raise
    if judge:
        _complain(item, judge)


def _complain(item: pytest.Item, judge: LiveJudge) -> None:
    complaint, remarks = judge.complaint(), judge.remarks()
    if remarks:
        item.add_report_section("call", "aep-conformance", remarks)
    if complaint or judge.silence():
        pytest.fail(complaint or judge.silence(), pytrace=False)


@pytest.fixture(scope="session")
def aep_emulator_options() -> dict[str, Any]:
    """Override it to start the emulator with `faults`, `variants` or a `seed`."""
    return {}


@pytest.fixture(scope="session")
def aep_emulator(aep_emulator_options: dict[str, Any]) -> Iterator[Target]:
    """The embedded emulator of the Platform: base_url, credentials and headers."""
    from conformance.embedded import Embedded, near

    embedded = Embedded(**aep_emulator_options)
    with near():
        yield Target(**{name: embedded.settings[name] for name in Target.__dataclass_fields__})
    embedded.stop()


@pytest.fixture(scope="session")
def aep_target(request: pytest.FixtureRequest) -> Target:
    """The server that --aep-base-url or AEP_BASE_URL names, with the credentials in AEP_*; else the emulator."""
    from conformance.engine.authentication import issue
    from conformance.engine.client import Client
    from conformance.engine.settings import resolve

    given = request.config.getoption("aep_fixtures_base_url") or os.environ.get("AEP_BASE_URL")
    if not given:
        emulator: Target = request.getfixturevalue("aep_emulator")
        return emulator
    complaint = ""
    try:
        settings = resolve({"base_url": given})
        token = settings.access_token or issue(Client(settings)).value
    except ConformanceError as error:
        complaint = str(error)
    if complaint:  # not while the error is handled, which pytest would tell too
        pytest.fail(complaint, pytrace=False)
    known = {name: asdict(settings)[name] for name in Target.__dataclass_fields__}
    return Target(**{**known, "access_token": token})


@pytest.fixture
def aep_judge(request: pytest.FixtureRequest) -> Iterator[LiveJudge]:
    """Judges the traffic of any client that it is told to watch: `aep_judge.watch(session)`.

    A client of which nothing is heard until the test ends fails it; `watch(session, silent=True)` or
    `@pytest.mark.aep(silent=True)` says that it may send nothing.
    """
    judge = request.node.stash.setdefault(JUDGE, _judge_for(request.node))
    yield judge
    judge.close()
    complaint = (
        judge.complaint()
    )  # about what other fixtures sent after the test, or a test that never began
    if complaint:
        pytest.fail(complaint, pytrace=False)


@pytest.fixture
def aep_session(aep_judge: LiveJudge) -> Iterator[requests.Session]:
    """A requests.Session whose traffic fails the test when its client or its server breaks the contract."""
    import requests

    with requests.Session() as session:
        yield aep_judge.watch(session)


@pytest.fixture
def aep_httpx(aep_judge: LiveJudge, aep_target: Target) -> Iterator[httpx.Client]:
    """The same for httpx: a Client with aep_target's address as its base_url."""
    if not find_spec("httpx"):
        pytest.fail("aep_httpx needs httpx: pip install 'aep-conformance[httpx]'", pytrace=False)
    import httpx

    with httpx.Client(base_url=aep_target.base_url) as client:
        yield aep_judge.watch(client)
