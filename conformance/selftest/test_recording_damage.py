"""A recording that cannot be used is told in one line, before anything runs."""

import pytest

from conformance.engine.errors import SettingsError
from conformance.options import OPTIONS
from conformance.preparation import prepare
from conformance.recordings import offline
from conformance.selftest.recordings import EMULATOR, copied, dump, loaded, replayed


@pytest.fixture(autouse=True)
def online():
    yield
    offline.unblock()


def complaint(place, out, **given):
    """The one line with which a replay of a recording refuses to begin."""
    options = {o.dest[4:]: o.keywords()["default"] for o in OPTIONS}
    asked = {"target": "replay", "cassettes": str(place.parent), "name": place.name}
    with pytest.raises(SettingsError) as caught:
        prepare({**options, **asked, "report_dir": str(out), **given})
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def cut(path):
    path.write_bytes(path.read_bytes()[:4000])


def foreign(path):
    path.write_text("openapi: 3.1.0\ninfo: {title: something else}\n")


def garbage(path):
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")


def empty(path):
    path.write_text("")


def no_yaml(path):
    path.write_text("interactions: [\n{")


def cut_between(path):
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.rindex("\n- ") + 1])


@pytest.mark.parametrize("damage", [cut, cut_between, foreign, garbage, empty, no_yaml])
@pytest.mark.parametrize("name", ["kinesis.yaml", "index.yaml"])
def test_damaged_file_is_named(tmp_path, damage, name):
    place = copied(tmp_path)
    damage(place / name)
    assert complaint(place, tmp_path / "out").startswith(str(place / name))


def test_missing_files_are_named(tmp_path):
    place = copied(tmp_path)
    (place / "kinesis.yaml").unlink()
    assert complaint(place, tmp_path / "out") == (
        f"{place}/kinesis.yaml: index.yaml lists it, but it is missing"
    )
    (place / "index.yaml").unlink()
    assert "index.yaml: no such recording; see" in complaint(place, tmp_path / "out")


def test_documented_cassettes_are_no_run(tmp_path):
    assert "not recorded" in complaint(EMULATOR.with_name("documented"), tmp_path)


def test_sequence_that_is_not_recorded_says_how_to_record_it(tmp_path):
    place = copied(tmp_path, only=("kinesis",))
    told = complaint(place, tmp_path / "out", sequence=["stripe"])
    assert told.startswith(f"--sequence stripe: not in {place}; record it again: aep-conformance")


@pytest.mark.parametrize("option", ["base_url", "fault", "variant", "record", "config"])
def test_options_for_servers_are_refused(tmp_path, option):
    told = complaint(EMULATOR, tmp_path, **{option: "x"})
    assert told == f"--target replay does not go with --{option.replace('_', '-')}"


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "a b", "-"])
def test_name_that_is_no_folder_is_refused(tmp_path, name):
    assert complaint(EMULATOR, tmp_path, name=name).startswith(f"--name {name!r}: letters")


def test_cassette_that_no_journey_takes_is_an_error(tmp_path):
    place = copied(tmp_path, only=("kinesis",))
    (place / "kinesis.yaml").rename(place / "gone.yaml")
    index = loaded(place / "index.yaml")
    index["cassettes"][0] |= {"journey": "gone", "file": "gone.yaml"}
    dump(place / "index.yaml", {**index, "sequences": []})
    ended = replayed(place, tmp_path / "out", "--requirement", "ims.*")
    assert ended.returncode == 3
    assert "replay: gone.yaml was never used: this version takes no journey gone" in ended.stdout


def test_the_command_ends_with_the_line_and_2(tmp_path):
    place = copied(tmp_path)
    cut(place / "payments.yaml")
    ended = replayed(place, tmp_path / "out")
    assert ended.returncode == 2
    told = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
    assert len(told) == 1
    assert f"{place}/payments.yaml" in told[0]
