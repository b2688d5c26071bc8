"""Which requests are the same, and what is said of those that are not."""

import json

import pytest

from conformance.recordings.matching import Asked, differences, nearest

URL = "https://platform.adobe.io/data/foundation/flowservice/flows"
HEADERS = {"Authorization": "Bearer x", "x-sandbox-name": "dev", "Content-Type": "application/json"}


def ask(method="POST", url=URL, headers=None, body=None):
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    return Asked(method, url, HEADERS if headers is None else headers, text)


FLOW = {"name": "a", "scheduleParams": {"interval": 15, "frequency": "minute"}, "ids": ["1", "2"]}


@pytest.mark.parametrize(
    "other",
    [
        ask(
            body='{ "ids": ["1","2"], "scheduleParams": {"frequency":"minute","interval":15}, "name":"\\u0061"}'
        ),
        ask(body=FLOW, headers={**HEADERS, "Authorization": "Bearer another"}),
        ask(body=FLOW, headers={**HEADERS, "User-Agent": "another"}),
        ask(body=FLOW, headers={k.upper(): v for k, v in HEADERS.items()}),
    ],
    ids=["layout of JSON", "another token", "another client", "case of header names"],
)
def test_request_is_the_recorded_one(other):
    assert other.key == ask(body=FLOW).key
    assert list(differences(ask(body=FLOW), other)) == []


def without(name):
    return {k: v for k, v in HEADERS.items() if k != name}


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (
            ask(body={**FLOW, "scheduleParams": {"interval": 30, "frequency": "minute"}}),
            "/scheduleParams/interval: 15 recorded, 30 sent",
        ),
        (
            ask(body={**FLOW, "scheduleParams": {"interval": "15", "frequency": "minute"}}),
            '/scheduleParams/interval: 15 recorded, "15" sent',
        ),
        (ask(body={**FLOW, "ids": ["1"]}), '/ids/1: "2" recorded, nothing sent'),
        (ask(body={**FLOW, "a/b": True}), "/a~1b: nothing recorded, true sent"),
        (ask(body="{broken"), 'the body: {"ids": '),
        (ask(body=FLOW, method="PUT"), "the method: POST recorded, PUT sent"),
        (ask(body=FLOW, url=URL + "/1"), "the path: /data/foundation/flowservice/flows recorded"),
        (ask(body=FLOW, url=URL + "?limit=2"), "query limit: none recorded, 2 sent"),
        (ask(body=FLOW, url=URL.replace("io", "com")), "the host: platform.adobe.io recorded"),
        (
            ask(body=FLOW, headers=without("Authorization")),
            "header authorization: (given) recorded",
        ),
        (
            ask(body=FLOW, headers={**HEADERS, "x-sandbox-name": "prod"}),
            "header x-sandbox-name: dev recorded, prod sent",
        ),
        (ask(body=FLOW, headers={**HEADERS, "If-Match": '"1"'}), "header if-match: none recorded"),
    ],
)
def test_first_difference_is_named(other, told):
    recorded = ask(body=FLOW)
    assert other.key != recorded.key
    assert next(differences(recorded, other)).startswith(told)


def test_true_is_not_one():
    assert ask(body={"a": True}).key != ask(body={"a": 1}).key


def test_form_is_compared_by_its_fields():
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    one = ask(headers=form, body="scope=a%2Cb&id=%31")
    assert one.key == ask(headers=form, body="scope=a,b&id=1").key
    assert one.key != ask(headers=form, body="scope=a,b&id=2").key


def test_nearest_is_the_one_with_the_fewest_differences():
    others = [
        ask(method="GET"),
        ask(body={"name": "b"}),
        ask(body={**FLOW, "name": "b"}),
        ask(url=URL + "/1", body=FLOW),
    ]
    assert nearest(ask(body=FLOW), others) == 2
    assert nearest(ask(body=FLOW), []) is None
