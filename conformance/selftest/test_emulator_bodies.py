"""Bodies that the emulator must refuse or take, and never fail on."""

import json

import pytest

from conformance.emulator.exchange import Request
from conformance.emulator.server import make_emulator
from conformance.emulator.tenants import issue_token

ADHOC = "https://ns.adobe.com/xdm/data/adhoc"


@pytest.fixture
def emulator():
    return make_emulator(seed=1)


def create_class(emulator, composition):
    tenant = emulator.tenants[0]
    token = issue_token(tenant, emulator.ids, emulator.clock, 60)
    headers = {
        "authorization": f"Bearer {token}",
        "x-api-key": tenant.client_id,
        "x-gw-ims-org-id": tenant.org_id,
        "x-sandbox-name": "prod",
        "content-type": "application/json",
    }
    body = {"type": "object", "title": "A class", "description": "", "allOf": composition}
    path = "/data/foundation/schemaregistry/tenant/classes"
    return emulator.handle(
        Request(method="POST", path=path, headers=headers, body=json.dumps(body).encode())
    )


@pytest.mark.parametrize("properties", [None, {}])
def test_ad_hoc_class_without_fields_is_no_server_error(emulator, properties):
    answer = create_class(emulator, [{"$ref": ADHOC, "properties": properties}])
    assert answer.status < 500
