"""Secrets in judged recordings, and our own cassettes beside their run."""

import base64
import json

import pytest

from conformance.recordings.loading import load
from conformance.selftest.command import run_command
from conformance.selftest.heard import har_of
from conformance.selftest.judging import FLOWS, HOST, cassette, interaction, judge, written

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkLWp3dCI6MX0.c2lnbmF0dXJl"


def full_of_secrets():
    nested = json.dumps({"auth": json.dumps({"password": "planted-nested", "sasKey": 77665544})})
    basic = {"Authorization": f"Basic {base64.b64encode(b'me:planted-basic').decode()}"}
    patch = [{"op": "replace", "path": "/auth/params/password", "value": "planted-patch"}]
    told = "{'password': 'planted-repr'} planted-basic 77665544 SharedAccessKey=planted-pair"
    target = "https%3A%2F%2Fx.test%2F%3Frefresh_token%3Dplanted-inner"
    headers = {"Authorization": "Bearer planted-token-1", "x-api-key": "planted-key-1"}
    body = json.dumps({"auth": {"params": {"secretKey": "planted-body-1"}}, "note": nested})
    echo = json.dumps({"errorMessage": f"planted-token-1 planted-body-1 {JWT} planted-query-1"})
    form = "grant_type=client_credentials&client_id=c&client_secret=planted-form-1"
    media = {"Content-Type": "application/x-www-form-urlencoded"}
    token = json.dumps(
        {"access_token": "planted-issued-1", "token_type": "bearer", "expires_in": 1}
    )
    return [
        interaction("PATCH", f"{FLOWS}/1?to={target}", 400, json.dumps(patch), told, **basic),
        interaction("POST", FLOWS, 400, '{"name": 1, "password": "planted-cut', told),
        interaction("POST", f"{FLOWS}?access_token=planted-query-1", 400, body, echo, **headers),
        interaction("PATCH", f"{FLOWS}/planted-token-1", 400, "planted-body-1 {", echo, **headers),
        interaction("GET", "https://me:planted-pass@example.org/planted-key-1", 200, "", "x"),
        interaction("POST", f"{HOST}/ims/token/v3", 200, form, token, **media),
    ]


@pytest.mark.parametrize("kind", ["yaml", "json", "har"])
def test_no_secret_is_printed_or_written(kind, tmp_path):
    path = cassette(tmp_path / "c.yaml", *full_of_secrets())
    if kind == "json":
        path = tmp_path / "c.json"
        path.write_text(json.dumps({"version": 1, "interactions": full_of_secrets()}), "utf-8")
    elif kind == "har":
        path = har_of(load(path).interactions, tmp_path / "c.har", in_base64=True)
    ended = judge(path, "--report-dir", tmp_path / "out")
    assert ended.returncode == 1, ended.stderr
    told = ended.stdout + ended.stderr + (tmp_path / "out" / "judgement.json").read_text("utf-8")
    assert [part for part in ("planted", "77665544", JWT) if part in told] == []
    assert base64.b64encode(b"planted").decode()[:8] not in told
    assert "<secret:secretKey>" in told


def test_our_own_cassettes_get_the_verdicts_of_their_run(tmp_path):
    words = (
        "--profile",
        "smoke",
        "--cassettes",
        tmp_path,
        "--name",
        "x",
        "--report-dir",
        tmp_path / "r",
    )
    fault = ("--fault", "flow-etag-header-is-of-the-creation")
    ended = run_command("record", *map(str, words), *fault)
    results = json.loads((tmp_path / "r" / "results.json").read_text("utf-8"))
    kept = tmp_path / "x" if (tmp_path / "x").exists() else tmp_path / "r" / "cassettes"
    files = [path for path in sorted(kept.glob("*.yaml")) if path.name != "index.yaml"]
    judge(*files, "--report-dir", tmp_path / "j")
    rows = written(tmp_path / "j")["requirements"]
    judged = {row["id"]: row["verdict"] for row in rows if row["side"] == "server"}
    shown = {row["id"]: row["verdict"] for row in results["requirements"]}
    seen = {k: v for k, v in shown.items() if v in ("pass", "fail", "warn")}
    assert len(seen) > 50, ended.stdout + ended.stderr
    assert {name: judged.get(name) for name in seen} == seen
    assert [row["id"] for row in rows if row["side"] == "client" and row["verdict"] != "pass"] == []
