"""What aep_judge.watch hears: clients under mocks, with adapters of their own, redirected, and silent ones."""

import copy
import http.server
import threading

import pytest
import requests
import requests_mock
import responses
from requests.adapters import HTTPAdapter

from conformance.recordings.watching import Ear

pytest_plugins = ["pytester", "conformance.selftest.pytest_runs"]
URL = "https://platform.adobe.io/data/foundation/flowservice/flows"


@pytest.fixture
def ear():
    found = Ear()
    yield found
    found.close()


def heard(ear):
    return [(one.method, one.url, one.status, one.answer_text) for one in ear.interactions()]


def mocked_everywhere(session):
    with requests_mock.Mocker() as mock:
        mock.get(URL, text="{}")
        session.get(URL)


def mocked_alone(session):
    with requests_mock.Mocker(session=session) as mock:
        mock.get(URL, text="{}")
        session.get(URL)


def mocked_adapters(session):
    with responses.RequestsMock() as mock:
        mock.get(URL, body="{}")
        session.get(URL)


def mounted(session):
    adapter = requests_mock.Adapter()
    adapter.register_uri("GET", URL, text="{}")
    session.mount("https://", adapter)
    session.get(URL)


def prepared(session):
    adapter = requests_mock.Adapter()
    adapter.register_uri("GET", URL, text="{}")
    session.mount("https://", adapter)
    session.send(requests.Request("GET", URL).prepare())


class Own(requests.Session):
    def send(self, request, **named):
        answer = requests.Response()
        answer.status_code, answer._content, answer.request = 200, b"{}", request
        return answer


WAYS = [mocked_everywhere, mocked_alone, mocked_adapters, mounted, prepared]


@pytest.mark.parametrize("way", WAYS)
def test_a_session_is_heard_once_whatever_answers_it(way, ear):
    way(ear.watch(requests.Session()))
    assert heard(ear) == [("GET", URL, 200, "{}")]


@pytest.mark.parametrize("way", [mocked_everywhere, mocked_adapters])
def test_a_session_that_is_watched_under_a_mock_is_heard_too(way, ear):
    class Late(requests.Session):
        def get(self, url, **named):
            return super().get(url, **named) if vars(self).get("send") else ear.watch(self).get(url)

    way(Late())
    assert heard(ear) == [("GET", URL, 200, "{}")]


def test_a_session_is_heard_below_a_mock_that_lets_through(ear):
    session = ear.watch(requests.Session())
    with responses.RequestsMock() as below, requests_mock.Mocker(session=session, real_http=True):
        below.get(URL, body="{}")
        session.get(URL)
    assert heard(ear) == [("GET", URL, 200, "{}")]


def test_a_session_that_sends_in_its_own_way_is_heard(ear):
    ear.watch(Own()).get(URL)
    assert heard(ear) == [("GET", URL, 200, "{}")]


def test_what_a_mock_raises_is_heard_as_no_answer(ear):
    session = ear.watch(requests.Session())
    with requests_mock.Mocker() as mock:
        mock.get(URL, exc=requests.ConnectTimeout)
        with pytest.raises(requests.ConnectTimeout):
            session.get(URL)
    [one] = ear.interactions()
    assert (one.status, one.error) == (0, "ConnectTimeout")


def test_each_redirect_is_an_exchange_and_the_last_may_fail(ear):
    session = ear.watch(requests.Session())
    with requests_mock.Mocker() as mock:
        mock.get(URL, status_code=307, headers={"Location": f"{URL}/2"})
        mock.get(f"{URL}/2", status_code=302, headers={"Location": f"{URL}/3"}, text="moved")
        mock.get(f"{URL}/3", [{"text": "{}"}, {"exc": requests.ReadTimeout}])
        session.get(URL)
        with pytest.raises(requests.ReadTimeout):
            session.get(URL)
    hops = [("GET", URL, 307, ""), ("GET", f"{URL}/2", 302, "moved")]
    assert heard(ear) == [*hops, ("GET", f"{URL}/3", 200, "{}"), *hops, ("GET", f"{URL}/3", 0, "")]


def test_the_body_of_a_stream_stays_the_clients_own(ear):
    session = ear.watch(requests.Session())
    with requests_mock.Mocker() as mock:
        mock.get(URL, text="{}")
        assert next(session.get(URL, stream=True).iter_content(9)) == b"{}"
    [one] = ear.interactions()
    assert (one.status, one.answer_text, one.lost) == (200, "", ("answer",))


@pytest.mark.parametrize("mocked", [False, True])
def test_a_closed_ear_leaves_session_and_request_as_they_were(mocked, ear):
    session = requests.Session()
    mock = requests_mock.Mocker(session=session)
    if mocked:
        mock.start()
    before = vars(session).get("send")
    ear.watch(session)
    ear.close()
    assert vars(session).get("send") is before
    request = requests.Request("GET", URL).prepare()
    with responses.RequestsMock() as answers:
        answers.get(URL, body="{}")
        ear.watch(requests.Session()).send(request)
    assert (request.hooks["response"], session.hooks["response"]) == ([], [])


def test_a_copy_of_a_session_is_heard_too(ear):
    session = copy.copy(ear.watch(requests.Session()))
    mounted(session)
    assert heard(ear) == [("GET", URL, 200, "{}")]


class Flaky(HTTPAdapter):
    """An adapter of the client's own."""


def test_adapters_keep_what_they_are(ear):
    session = requests.Session()
    session.mount("https://", Flaky())
    assert isinstance(ear.watch(session).get_adapter(URL), Flaky)


def test_a_real_server_is_heard_in_threads(ear):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{server.server_address[1]}"
    session = ear.watch(requests.Session())
    session.trust_env = False
    asking = [threading.Thread(target=session.get, args=(f"{place}/{n}",)) for n in range(8)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    server.shutdown()
    server.server_close()
    assert sorted(heard(ear)) == [("GET", f"{place}/{n}", 200, "{}") for n in range(8)]


SILENT = """
def test_nothing_is_sent(aep_session):
    assert True

def test_another_client_sends(aep_judge, aep_target):
    aep_judge.watch(requests.Session())
    right(requests.Session(), aep_target)

def test_one_of_two_sends(aep_session, aep_httpx, aep_target):
    right(aep_session, aep_target)
"""


def test_a_client_of_which_nothing_is_heard_fails_its_test(run_tests):
    ended = run_tests(SILENT)
    ended.assert_outcomes(failed=3)
    ended.stdout.fnmatch_lines(
        [
            "aep_judge heard nothing of Session: it sent nothing, or by another client; *",
            "aep_judge heard nothing of Client: *",
        ]
    )


def test_unless_the_test_says_so(run_tests):
    ended = run_tests(
        """
pytestmark = pytest.mark.aep(silent=True)
"""
        + SILENT
        + """
@pytest.mark.aep(silent=False)
def test_of_one(aep_judge):
    aep_judge.watch(requests.Session(), silent=True)

@pytest.mark.aep(silent=False)
def test_the_nearest_marker_counts(aep_session):
    assert True
"""
    )
    ended.assert_outcomes(passed=4, failed=1)


def test_a_test_that_fails_or_is_skipped_is_told_as_it_is(run_tests):
    ended = run_tests(
        """
def test_fails(aep_session):
    assert False

def test_is_skipped(aep_session):
    pytest.skip("not now")
"""
    )
    ended.assert_outcomes(failed=1, skipped=1)
    assert "heard nothing" not in ended.stdout.str()


def test_a_mocked_client_is_judged(run_tests):
    ended = run_tests(
        """
import requests_mock

def test_it(aep_judge, aep_target):
    session = aep_judge.watch(requests.Session())
    with requests_mock.Mocker() as mock:
        mock.patch(requests_mock.ANY, json={"id": "1", "etag": "2"})
        update(session, aep_target, {"id": "0123456789abcdef0123456789abcdef"})
"""
    )
    ended.assert_outcomes(failed=1)
    ended.stdout.fnmatch_lines(["client breaks client.updates.if-match-is-sent"])
