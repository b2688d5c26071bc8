"""The client rules about headers: what was not sent, and what a recorder may have left out."""

import pytest

from conformance.rules.client.requests import WHOLE
from conformance.selftest.builders import exchange
from conformance.selftest.client_rules import judged

HEADERS = ["Authorization", "x-api-key", "x-gw-ims-org-id"]
RULE_OF = dict(
    zip(
        HEADERS,
        [
            "headers.authorization-is-a-bearer-token",
            "headers.api-key-is-sent",
            "headers.organization-is-named",
        ],
        strict=True,
    )
)


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_other_requests_show_was_left_out(name):
    value = "Bearer <secret:authorization>"
    shown = exchange("getFlow", headers={name.lower(): value})
    assert judged(RULE_OF[name], shown, exchange("getFlow")) == [True, False]


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_no_request_shows_may_have_been_left_out_by_the_recorder(name):
    assert judged(RULE_OF[name], exchange("getFlow"), exchange("getFlow", 403)) == []


@pytest.mark.parametrize(
    ("name", "code"), [*zip(HEADERS, ["403010", "403000", 400003], strict=True)]
)
def test_a_header_that_the_gateway_misses_was_not_sent(name, code):
    refused = exchange("getFlow", 403, {"error_code": code, "message": "missing"})
    assert judged(RULE_OF[name], refused) == [False]
    others = exchange("getFlow", 403, {"error_code": "403025", "message": "not yours"})
    assert judged(RULE_OF[name], others) == []


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_known_to_be_missing_from_live_traffic(name):
    assert judged(RULE_OF[name], exchange("getFlow", notes={WHOLE: True})) == [False]


@pytest.mark.parametrize("operation", ["fetchToken", "collect", "collectBatch"])
def test_token_service_and_inlets_want_no_platform_headers(operation):
    asked = exchange(operation, notes={WHOLE: True})
    assert all(judged(rule, asked) == [] for rule in RULE_OF.values())
    assert judged("headers.sandbox-is-named", asked) == []


@pytest.mark.parametrize(
    ("value", "live", "found"),
    [
        ("Bearer <secret:authorization>", False, [True]),
        ("bearer x", False, [True]),
        ("Basic <secret:authorization>", False, [False]),
        ("<secret:authorization>", False, []),  # perhaps a recorder's mask
        ("<secret:authorization>", True, [False]),
    ],
)
def test_authorization_has_the_bearer_scheme(value, live, found):
    asked = exchange(
        "getFlow", headers={"Authorization": value}, notes={WHOLE: True} if live else {}
    )
    assert judged("headers.authorization-is-a-bearer-token", asked) == found


@pytest.mark.parametrize(
    ("media", "fine"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/plain", False),
        ("application/json-patch+json", False),
        (None, False),
    ],
)
def test_a_body_is_declared_as_json(media, fine):
    headers = {"content-type": media} if media else {}
    asked = exchange("createFlow", sent={}, headers=headers)
    assert judged("headers.body-is-declared-as-json", asked) == [fine]
    assert judged("headers.body-is-declared-as-json", exchange("getFlow", headers=headers)) == []


def test_an_inlet_takes_smile_and_the_token_service_a_form():
    smile = exchange("collect", sent="x", headers={"Content-Type": "application/x-jackson-smile"})
    assert judged("headers.body-is-declared-as-json", smile) == [True]
    assert judged("headers.body-is-declared-as-json", exchange("fetchToken", sent="a=b")) == []
    assert judged("bodies.body-is-json", smile, exchange("fetchToken", sent="a=b")) == []


@pytest.mark.parametrize(
    ("accept", "media", "version"),
    [
        ("application/vnd.adobe.xed+json; version=1", [True], [True]),
        ("text/html, application/vnd.adobe.xed-full-notext+json;version=2", [True], [True]),
        ('APPLICATION/VND.ADOBE.XDM-FULL+JSON; VERSION="1.0"', [True], [True]),
        ("application/vnd.adobe.xed+json", [True], []),
        ("*/*", [False], []),
        ("application/json", [False], []),
        (None, [False], []),
    ],
)
def test_a_lookup_asks_for_a_registry_media_type_with_a_version(accept, media, version):
    asked = exchange("getSchema", headers={"Accept": accept} if accept else {})
    assert judged("headers.registry-read-names-a-media-type", asked) == media
    assert judged("headers.registry-lookup-names-a-version", asked) == version


def test_a_lookup_that_is_refused_lacks_a_version():
    asked = exchange("getSchema", 400, headers={"Accept": "application/vnd.adobe.xed+json"})
    assert judged("headers.registry-lookup-names-a-version", asked) == [False]


def test_a_list_of_schemas_needs_no_version():
    asked = exchange("listSchemas", headers={"Accept": "application/vnd.adobe.xed-id+json"})
    assert judged("headers.registry-read-names-a-media-type", asked) == [True]
    assert judged("headers.registry-lookup-names-a-version", asked) == []
