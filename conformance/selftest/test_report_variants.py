"""Which documented variants a target follows: its statuses and the form of its error bodies."""

import pytest

from conformance.engine.catalogue import Catalogue
from conformance.report.results import error_shape, variants
from conformance.selftest.builders import exchange, row

CREATE = row(
    "flow-service.flows.create-answers-with-a-status",
    check="status",
    operations=("createFlow",),
    statuses=(200, 201),
    errata=("X12",),
)
CASE = row("flow-service.flows.bad-one-is-refused", check="answer", statuses=(400, 422))
CATALOGUE = Catalogue({r.id: r for r in (CREATE, CASE)})


def test_documented_variants_are_counted_with_their_erratum():
    seen = [*(exchange("createFlow", s) for s in (200, 201, 201, 500))]
    seen += [exchange("createFlow", 200, case="s.r.other")]
    seen += [exchange("createFlow", 422, {"message": "m"}, case=CASE.id)]
    found = {v["name"]: v for v in variants(CATALOGUE, seen)}
    assert found[f"{CREATE.id}: 201"] == {
        "erratum": "X12", "name": f"{CREATE.id}: 201", "seen": 2
    }  # fmt: skip
    assert found[f"{CREATE.id}: 200"]["seen"] == 1
    assert found[f"{CASE.id}: 422"]["seen"] == 1
    assert f"{CREATE.id}: 500" not in found


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ({"error_code": 403000, "message": "m"}, "gateway, numeric code"),
        ({"error_code": "401013", "message": "m"}, "gateway, text code"),
        ({"type": "t", "title": "t", "status": 400, "report": {}}, "current"),
        ({"errorMessage": "m"}, "older"),
        ({}, "other"),
        ("<html>", "no JSON object"),
        ([1], "no JSON object"),
    ],
    ids=str,
)
def test_error_body_has_a_documented_shape_or_none(body, shape):
    assert error_shape(exchange("getFlow", 400, body)) == shape
