"""HAR files as tools write them: what is read, what is known to be missing, and what is refused in one line."""

import base64
import json

import pytest

from conformance.engine.errors import SettingsError
from conformance.recordings.loading import load

URL = "https://platform.adobe.io/data/foundation/flowservice/flows"


def entry(**given):
    request = {"method": "get", "url": URL, "headers": [], **given.pop("request", {})}
    content = {"size": 2, "mimeType": "application/json", "text": "{}", **given.pop("content", {})}
    response = {"status": 200, "headers": [], "content": content, **given.pop("response", {})}
    moment = "2026-01-01T00:00:00.000Z"
    return {"startedDateTime": moment, "time": 1, "request": request, "response": response, **given}


def read(tmp_path, *entries, name="x.har", encoding="utf-8"):
    path = tmp_path / name
    text = json.dumps({"log": {"version": "1.2", "entries": list(entries)}})
    path.write_text(text, encoding=encoding)
    return load(path).interactions


def test_what_stands_in_an_entry_is_read(tmp_path):
    headers = [
        {"name": ":authority", "value": "platform.adobe.io"},
        {"name": "x-api-key", "value": "key"},
        {"name": "Accept", "value": "a"},
        {"name": "Accept", "value": "b"},
    ]
    posted = {"mimeType": "application/json", "text": '{"a": 1}'}
    [one] = read(tmp_path, entry(request={"headers": headers, "postData": posted}, time=250))
    assert (one.method, one.url, one.status) == ("GET", URL, 200)
    assert one.headers == {"x-api-key": "key", "Accept": "a, b", "Content-Type": "application/json"}
    assert (one.text, one.answer_text, one.lost) == ('{"a": 1}', "{}", ())
    assert one.answer_headers == {"Content-Type": "application/json"}
    assert (one.started, one.seconds) == (1767225600.0, 0.25)


def test_a_file_with_a_byte_order_mark_or_another_name_is_read(tmp_path):
    assert len(read(tmp_path, entry(), encoding="utf-8-sig")) == 1
    assert len(read(tmp_path, entry(), name="traffic.json")) == 1


def test_requests_stand_in_the_order_in_which_they_were_sent(tmp_path):
    late = entry(startedDateTime="2026-01-01T01:00:01+01:00", request={"url": f"{URL}?2"})
    early = entry(startedDateTime="2026-01-01T00:00:00.500Z", request={"url": f"{URL}?1"})
    found = read(tmp_path, late, early)
    assert [one.url[-1] for one in found] == ["1", "2"]
    assert [one.about["entry"] for one in found] == [2, 1]  # where the file has them
    without = [entry(startedDateTime="soon", request={"url": f"{URL}?{n}"}) for n in (2, 1)]
    assert [one.url[-1] for one in read(tmp_path, *without)] == ["2", "1"]


def test_bodies_in_base_sixty_four_are_decoded(tmp_path):
    text = base64.b64encode('{"name": "é"}'.encode()).decode()
    [one] = read(tmp_path, entry(content={"text": text, "encoding": "base64"}))
    assert (one.answer_text, one.lost) == ('{"name": "é"}', ())


def test_a_body_may_stand_in_a_file_beside(tmp_path):
    (tmp_path / "body.json").write_text('{"name": "é"}', encoding="utf-8")
    (tmp_path.parent / "secret.json").write_text("no business of a HAR")
    beside = {"mimeType": "application/json", "size": 14, "_file": "body.json"}
    outside = {**beside, "_file": "../secret.json"}
    found = read(
        tmp_path, entry(response={"content": beside}), entry(response={"content": outside})
    )
    assert [(one.answer_text, one.lost) for one in found] == [
        ('{"name": "é"}', ()),
        ("", ("answer",)),
    ]


def test_a_form_is_put_together(tmp_path):
    listed = [{"name": "grant_type", "value": "client_credentials"}, {"name": "scope"}]
    posted = {"mimeType": "application/x-www-form-urlencoded", "params": listed}
    [one] = read(tmp_path, entry(request={"method": "POST", "postData": posted}))
    assert one.text == "grant_type=client_credentials&scope="


def test_a_query_that_stands_beside_its_address_alone_is_put_to_it(tmp_path):
    listed = [{"name": "property", "value": "id==a b"}, {"name": "limit", "value": "5"}]
    beside = entry(request={"queryString": listed})
    both = entry(request={"url": f"{URL}?limit=5", "queryString": listed[1:]})
    found = [one.url for one in read(tmp_path, beside, both)]
    assert found == [f"{URL}?property=id%3D%3Da+b&limit=5", f"{URL}?limit=5"]


@pytest.mark.parametrize(
    ("given", "lost"),
    [
        ({"content": {"text": None, "size": 70}}, ("answer",)),
        ({"content": {"text": None, "size": 0}}, ()),
        ({"content": {"text": "%%%", "encoding": "base64"}}, ("answer",)),
        ({"request": {"bodySize": 12}}, ("request",)),
        ({"request": {"headers": [{"name": "content-length", "value": "12"}]}}, ("request",)),
        ({"request": {"bodySize": -1}}, ()),
        ({"response": {"content": None}}, ("answer",)),
        ({"response": {"content": {"mimeType": "application/json"}}}, ("answer",)),
        ({"response": {"status": 204, "content": {}}}, ()),
    ],
)
def test_a_body_that_the_recorder_dropped_is_known_to_be_lost(given, lost, tmp_path):
    [one] = read(tmp_path, entry(**given))
    assert one.lost == lost


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (
            {"response": {"status": 0, "_error": "net::ERR_CONNECTION_RESET"}},
            "net::ERR_CONNECTION_RESET",
        ),
        ({"response": {"status": -1}, "_failureText": "aborted"}, "aborted"),
        ({"response": {"status": 0}}, "no answer was recorded"),
    ],
)
def test_a_request_without_an_answer_says_why(given, error, tmp_path):
    [one] = read(tmp_path, entry(**given))
    assert (one.status, one.error) == (0, error)


@pytest.mark.parametrize(
    "given", [{"_fromCache": "disk"}, {"response": {"_fetchedViaServiceWorker": True}}]
)
def test_what_did_not_reach_the_server_is_left_out(given, tmp_path):
    assert len(read(tmp_path, entry(**given), entry())) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: damaged: not JSON; record it again"),
        ('{"log": {"entries": [', ":1: damaged: not JSON; record it again"),
        ('{"log":\n {"entries": [}', ":2: damaged: not JSON; record it again"),
        ("[]", ": no HAR: it has no log with entries"),
        ('{"log": {"entries": {}}}', ": no HAR: it has no log with entries"),
        ('{"log": {"entries": [3]}}', ": entry 1 of the HAR is damaged; record it again"),
        (
            '{"log": {"entries": [{"request": {"method": "GET"}, "response": {}}]}}',
            ": entry 1 of the HAR is damaged; record it again",
        ),
        (
            '{"log": {"entries": [{"request": {"method": "GET", "url": "http://[::1/", "headers": []},'
            ' "response": {}}]}}',
            ": entry 1 of the HAR is damaged; record it again",
        ),
        ("[" * 100_000, ": damaged: not JSON text; record it again"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(text, said, tmp_path):
    path = tmp_path / "x.har"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert str(caught.value) == f"{path}{said}"


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "x.har"
    path.write_bytes(b'{"log": \xff\xfe}')
    with pytest.raises(SettingsError, match="damaged: not JSON text"):
        load(path)
