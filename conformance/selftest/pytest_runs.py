"""Pytest runs of tests as people have them, with the plugin of the fixtures alone."""

import pytest

CLIENT = """
    import pytest
    import requests

    SPEC = {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}

    def place(target, rest=""):
        return f"{target.base_url}/data/foundation/flowservice/connections{rest}"

    def create(session, target):
        body = {"name": "mine", "connectionSpec": SPEC}
        return session.post(place(target), json=body, headers=target.headers).json()

    def update(session, target, made, **more):
        patch = [{"op": "replace", "path": "/name", "value": "new"}]
        url = place(target, f"/{made['id']}")
        return session.patch(url, json=patch, headers={**target.headers, **more})

    def right(session, target):
        made = create(session, target)
        update(session, target, made, **{"If-Match": made["etag"]})
        return session.get(place(target, f"/{made['id']}"), headers=target.headers)

    def wrong(session, target):
        return update(session, target, create(session, target))
"""


@pytest.fixture
def run_tests(pytester, monkeypatch):
    monkeypatch.delenv("AEP_BASE_URL", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # a second less for each run
    pytester.makepyfile(client=CLIENT)

    def act(source, *words, conftest=""):
        pytester.makeconftest(conftest)
        pytester.makepyfile(f"from client import *\n{source}")
        fixed = ("-p", "conformance.fixtures", "--strict-markers", "-p", "no:cacheprovider")
        return pytester.runpytest_subprocess(*fixed, *words)

    return act
