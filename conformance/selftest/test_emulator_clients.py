"""What real clients send is taken by the emulator, and judged without an accusation."""

import pytest
import requests

from conformance.embedded import Embedded
from conformance.engine.redaction import Redactor
from conformance.recordings.judge import Bench
from conformance.recordings.traffic import Listener
from conformance.recordings.watching import Ear

PROFILE_STORE = "8a9c3494-9708-43d7-ae3f-cda01e5030e1"
FLOW_SERVICE = "/data/foundation/flowservice"


@pytest.fixture(scope="module")
def target():
    embedded = Embedded()
    yield embedded.settings
    embedded.stop()


@pytest.fixture
def client(target):
    session = requests.Session()
    query = {
        "grant_type": "client_credentials",
        "client_id": target["client_id"],
        "client_secret": target["client_secret"],
    }
    answer = session.post(f"{target['ims_url']}/ims/token/v2", params=query)
    session.headers.update(
        {
            "Authorization": f"Bearer {answer.json()['access_token']}",
            "x-api-key": target["client_id"],
            "x-gw-ims-org-id": target["org_id"],
            "x-sandbox-name": target["sandbox"],
        }
    )
    return session


def accused(ear):
    bench = Bench(live=True)
    traffic = Listener(bench.contract, Redactor(), live=True).traffic("c", "c", ear.interactions())
    return [
        f"{one.verdict.requirement.id}: {one.verdict.message}"
        for one in bench.judge([traffic]).red()
    ]


def get(path, **headers):
    return ("GET", path, None, headers)


CALLS = {
    "count=False beside limit": get(f"{FLOW_SERVICE}/connections?limit=5&count=False"),
    "count=false beside limit": get(f"{FLOW_SERVICE}/flows?count=false&limit=5"),
    "a trailing slash": get(f"{FLOW_SERVICE}/connections/"),
    "a filter that is not encoded": get(f"{FLOW_SERVICE}/runs?limit=5&property=flowId==x"),
    "the data lake by its name": get(f"{FLOW_SERVICE}/connectionSpecs?property=name==datalake"),
    "a list as xdm": get(
        "/data/foundation/schemaregistry/tenant/schemas", Accept="application/vnd.adobe.xdm-id+json"
    ),
    "a version as a number": (
        "POST",
        f"{FLOW_SERVICE}/connections",
        {"name": "n", "connectionSpec": {"id": PROFILE_STORE, "version": 1}},
        {},
    ),
    "a schema that is null": (
        "POST",
        f"{FLOW_SERVICE}/sourceConnections",
        {
            "name": "s",
            "connectionSpec": {"id": PROFILE_STORE, "version": "1.0"},
            "data": {"format": "json", "schema": None},
            "params": {},
        },
        {},
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_of_a_real_client_is_taken_and_accuses_nobody(target, client, call):
    method, path, body, headers = CALLS[call]
    ear = Ear()
    ear.watch(client)
    answer = client.request(method, f"{target['base_url']}{path}", json=body, headers=headers)
    assert answer.ok, answer.text
    assert accused(ear) == []


def test_the_data_lake_is_found_by_the_name_that_clients_use(target, client):
    url = f"{target['base_url']}{FLOW_SERVICE}/connectionSpecs?property=name==datalake"
    assert [one["name"] for one in client.get(url).json()["items"]] == ["datalake"]
