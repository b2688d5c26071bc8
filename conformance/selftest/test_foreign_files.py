"""Cassettes of other people's clients in the forms that vcrpy wrote over the years, and damaged ones."""

import gzip
import json
import zipfile

import pytest
import yaml

from conformance.engine.errors import SettingsError
from conformance.recordings.loading import load
from conformance.selftest.judging import FLOWS, cassette, interaction, judge


def written(path, *interactions, **given):
    """A file of interactions that are changed by `given`, in YAML or JSON by its name."""
    document = {"version": 1, "interactions": list(interactions), **given}
    text = json.dumps(document) if path.suffix == ".json" else yaml.safe_dump(document)
    path.write_text(text, encoding="utf-8")
    return path


def changed(part, **given):
    one = interaction()
    return {**one, part: {**one[part], **given}}


def test_an_answer_to_httpx_in_its_older_form_is_read(tmp_path):
    old = {"status_code": 404, "http_version": "HTTP/1.1", "headers": {"a": "b"}, "content": "{}"}
    [one] = load(written(tmp_path / "c.yaml", {**interaction(), "response": old})).interactions
    assert (one.status, one.answer_headers, one.answer_text) == (404, {"a": "b"}, "{}")


def test_a_body_that_aiohttp_gave_as_json_is_read_as_it_was_sent(tmp_path):
    body = {"name": "é", "auth": {"params": {"password": "planted-password"}}}
    path = written(tmp_path / "c.yaml", changed("request", method="POST", body=body))
    [one] = load(path).interactions
    assert json.loads(one.text) == body
    assert one.headers == {"Content-Type": "application/json"}
    ended = judge(path)
    assert "body-is-declared-as-json" not in ended.stdout
    assert "planted" not in ended.stdout + ended.stderr


def test_a_body_that_was_sent_in_parts_is_read_whole(tmp_path):
    tag = "!!python/object/apply:builtins.iter {args: [[abc, def]]}"
    path = written(tmp_path / "c.yaml", changed("request", body="PARTS"))
    path.write_text(path.read_text().replace("PARTS", tag))
    assert load(path).interactions[0].text == "abcdef"


def test_a_byte_order_mark_and_other_line_ends_are_read(tmp_path):
    text = written(tmp_path / "c.yaml", interaction()).read_text()
    (tmp_path / "crlf.yaml").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert load(tmp_path / "crlf.yaml").interactions == load(tmp_path / "c.yaml").interactions


def test_a_cassette_is_cut_off_wherever_its_end_is_missing(tmp_path):
    text = cassette(tmp_path / "c.yaml", interaction(), interaction()).read_text()
    for end in range(1, len(text) - len(": 1\n")):
        (tmp_path / "cut.yaml").write_text(text[:end])
        with pytest.raises(SettingsError) as caught:
            load(tmp_path / "cut.yaml")
        assert str(caught.value).startswith(str(tmp_path / "cut.yaml"))
        assert "\n" not in str(caught.value)


OURS = {
    "aep-conformance": {"journey": "x", "interactions": [{"operation": "getFlow", "path": "a"}]}
}


@pytest.mark.parametrize(
    "text",
    [
        "", " \n", "# nothing", "null", "hello", "- 1", "openapi: 3.1.0", "a: 1\n---\nb: 2",
        "version: 1\ninteractions:", "version: 1\ninteractions: abc", "\x00",
        "http_interactions: []\nrecorded_with: VCR 6",
        "version: 1\ninteractions: !!python/object/apply:os.system [exit]",
        "interactions: " + "[" * 5000,
        yaml.safe_dump({"version": 1, "interactions": [{"request": {}}]}),
        yaml.safe_dump({"version": 1, "interactions": [changed("request", uri=None)]}),
        yaml.safe_dump({"version": 1, "interactions": [changed("request", uri="http://[::1/x")]}),
        yaml.safe_dump({"version": 1, "interactions": [changed("request", method=None)]}),
        yaml.safe_dump({"version": 1, "interactions": [changed("response", status=200)]}),
        yaml.safe_dump({"version": 1, "interactions": [changed("response", body={"string": {}})]}),
        yaml.safe_dump({"version": 1, "interactions": [interaction()], "metadata": "x"}),
        yaml.safe_dump({"version": 1, "interactions": [interaction()], "metadata": OURS}),
    ],
)  # fmt: skip
def test_what_is_no_cassette_is_refused_in_one_line(text, tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\xff", "é: 1".encode("utf-16")])
def test_what_is_no_text_is_refused_in_one_line(data, tmp_path):
    for name in ("c.yaml", "c.json", "c.har"):
        (tmp_path / name).write_bytes(data)
        ended = judge(tmp_path / name)
        assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)


def test_a_packed_file_is_to_be_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "page.har.zip", "w") as packed:
        packed.writestr("har.har", "{}")
    (tmp_path / "page.har").write_bytes(gzip.compress(b"{}"))
    for name in ("page.har.zip", "page.har"):
        with pytest.raises(SettingsError, match="packed; unpack it and name the recording in it"):
            load(tmp_path / name)


def test_json_that_is_nested_without_end_is_refused(tmp_path):
    (tmp_path / "c.json").write_text("[" * 100_000)
    with pytest.raises(SettingsError, match="not a cassette of vcrpy"):
        load(tmp_path / "c.json")


@pytest.mark.parametrize("name", ["c.yaml", "c.json"])
def test_a_recording_without_requests_says_so(name, tmp_path):
    ended = judge(written(tmp_path / name))
    assert (ended.returncode, ended.stderr) == (
        2,
        f"aep-conformance: {tmp_path / name}: no requests in it\n",
    )


def test_an_operation_that_no_longer_exists_is_found_by_its_address(tmp_path):
    known = {"journey": "x", "interactions": [{"operation": "gone", "step": "s"}]}
    metadata = {"aep-conformance": known}
    ended = judge(written(tmp_path / "c.yaml", interaction(url=FLOWS), metadata=metadata))
    assert ended.stderr == ""
    assert "1 requests judged: client keeps" in ended.stdout
