"""The marker aep, and how what it lets through or not shows in reports."""

import pytest

from conformance.engine.errors import SettingsError
from conformance.recordings.live import Terms

pytest_plugins = ["pytester", "conformance.selftest.pytest_runs"]
IF_MATCH = "client.updates.if-match-is-sent"


def test_the_marker_narrows_and_waives(run_tests):
    ended = run_tests(
        f"""
@pytest.mark.aep(only=["client.bodies.*", "flow-service.*"])
def test_narrowed(aep_session, aep_target):
    wrong(aep_session, aep_target)

@pytest.mark.aep(only=["client.updates.*"])
def test_narrowed_to_what_is_broken(aep_session, aep_target):
    wrong(aep_session, aep_target)

@pytest.mark.aep(side="server")
def test_one_side(aep_session, aep_target):
    wrong(aep_session, aep_target)

@pytest.mark.aep(waive={{"{IF_MATCH}": "the gateway adds it"}})
class TestWaived:
    def test_by_the_class(self, aep_session, aep_target):
        wrong(aep_session, aep_target)

    @pytest.mark.aep(side="client")
    def test_by_the_class_and_narrowed(self, aep_session, aep_target):
        wrong(aep_session, aep_target)
""",
        "-rA",
    )
    ended.assert_outcomes(passed=4, failed=1)
    ended.stdout.fnmatch_lines([f"waived (the gateway adds it) {IF_MATCH}: *"])


def test_xfail_and_skip_behave_as_for_any_failure(run_tests):
    ended = run_tests(
        """
@pytest.mark.xfail(reason="known")
def test_known(aep_session, aep_target):
    wrong(aep_session, aep_target)

@pytest.mark.xfail(strict=True)
def test_no_longer(aep_session, aep_target):
    right(aep_session, aep_target)

def test_skipped(aep_session, aep_target):
    wrong(aep_session, aep_target)
    pytest.skip("not now")
"""
    )
    ended.assert_outcomes(xfailed=1, failed=1, skipped=1, errors=0)


def test_what_a_fixture_sends_counts_before_and_after_the_test(run_tests):
    ended = run_tests(
        """
@pytest.fixture
def made(aep_session, aep_target):
    return wrong(aep_session, aep_target)

@pytest.fixture
def tidy(aep_session, aep_target):
    yield
    wrong(aep_session, aep_target)

def test_before(made):
    assert True

@pytest.mark.aep(silent=True)  # until it has ended
def test_after(tidy):
    assert True
"""
    )
    ended.assert_outcomes(passed=1, failed=1, errors=1)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ({"only": ["no.such.*"]}, "only no.such.*: no requirement has such an id"),
        ({"waive": {"no.such.id": "why"}}, "waive no.such.id: no requirement has such an id"),
        ({"waive": {IF_MATCH: ""}}, f"waive {IF_MATCH}: say why"),
        ({"side": "both"}, "side 'both': give client or server"),
        ({"silent": "yes"}, "silent 'yes': give True or False"),
        ({"sides": "client"}, "no argument sides; give only, waive, side or silent"),
    ],
)
def test_a_wrong_marker_is_named(marker, said):
    with pytest.raises(SettingsError) as caught:
        Terms.of([marker])
    assert str(caught.value) == f"aep marker: {said}"


def test_the_nearest_marker_counts_and_every_waiver():
    near = {"side": "client", "waive": {IF_MATCH: "near"}}
    far = {"side": "server", "only": ["client.*"], "waive": {IF_MATCH: "far"}}
    assert Terms.of([near, far]) == Terms(("client.*",), {IF_MATCH: "near"}, "client")


def test_a_wrong_marker_is_one_line_before_any_test_runs(run_tests):
    ended = run_tests("@pytest.mark.aep('client')\ndef test_it(aep_session):\n    assert True\n")
    assert ended.ret == pytest.ExitCode.USAGE_ERROR
    said = "ERROR: *::test_it: aep marker: give only, waive, side and silent by name"
    ended.stderr.fnmatch_lines([said])
    assert len([line for line in ended.stderr.lines if line.strip()]) == 1
