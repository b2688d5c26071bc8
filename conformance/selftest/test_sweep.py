"""`aep-conformance sweep`: what it shows, what it asks, what it deletes, and what it never touches."""

import json
import os

import pytest

from conformance.engine.ledger import LOST, MADE, Ledger, read
from conformance.selftest.remote import everything
from conformance.selftest.unattended import place, results
from conformance.sweep import NO_DELETE, STILL_THERE, UNNAMED

RUN = "aepc-0123ab"
NOBODY = 2**22 + 1  # no process has this number


@pytest.fixture(scope="module")
def there():
    with place() as found:
        yield found


@pytest.fixture
def ledger(there, tmp_path):
    """The account of a run that was killed."""
    found = Ledger(tmp_path / "ledger.jsonl", RUN)
    about = {"base_url": there.network.url, "org_id": there.settings["org_id"]}
    found.begin({**about, "sandbox": "conformance", "embedded": False, "pid": NOBODY})
    return found


def made(ledger, kind, identifier, name="x", sandbox="conformance", state=MADE):
    ledger.close(ledger.intend(kind, name, sandbox), state, identifier)


def sweep(there, ledger, *words, **environ):
    return there.command("sweep", "--ledger", str(ledger.path), *words, **environ)


def test_without_a_terminal_it_shows_and_deletes_nothing(there, ledger):
    identifier = there.make(f"{RUN} one")
    made(ledger, "connection", identifier, f"{RUN} one")
    before = there.names()
    ended = sweep(there, ledger)
    assert ended.returncode == 2
    shown = f"to be deleted: connection {identifier} “{RUN} one” in sandbox conformance"
    assert shown in ended.stdout
    assert "give --yes" in ended.stderr
    assert there.names() == before
    done = sweep(there, ledger, "--yes")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 deleted, 0 left")
    assert f"connections: {RUN} one" not in there.names()


@pytest.mark.parametrize(("said", "code"), [("n\n", 3), ("\n", 3), ("y\n", 0)])
def test_at_a_terminal_it_asks(there, ledger, said, code):
    made(ledger, "connection", there.make(f"{RUN} asked"), f"{RUN} asked")
    main, side = os.openpty()
    process = there.start("sweep", "--ledger", str(ledger.path), stdin=side)
    os.write(main, said.encode())
    told, _ = process.communicate(timeout=30)
    os.close(main)
    os.close(side)
    assert process.returncode == code, told
    assert "delete them? [y/N]" in told
    assert (f"connections: {RUN} asked" in there.names()) == (code != 0)


def test_a_create_without_an_answer_is_found_by_the_name_of_the_run(there, ledger):
    ledger.intend("connection", f"{RUN} lost", "conformance")
    there.make(f"{RUN} lost")
    there.make(f"{RUN} lost")
    kept = [there.make(name) for name in ("lost", f"{RUN}x", "aepc-ffffff lost", f"my {RUN} lost")]
    ended = sweep(there, ledger, "--yes")
    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (0, "2 deleted, 0 left")
    assert not any(identifier in ended.stdout for identifier in kept)
    assert len([n for n in there.names() if "lost" in n or f"{RUN}x" in n]) == len(kept)


def test_a_renamed_one_is_found_by_its_id(there, ledger):
    made(ledger, "connection", there.make("half"), f"{RUN} one")
    assert sweep(there, ledger, "--yes").returncode == 0
    assert "connections: half" not in there.names()


def test_what_is_gone_already_is_no_trouble(there, ledger):
    made(ledger, "flow", "00000000-0000-4000-8000-000000000001")
    ended = sweep(there, ledger, "--yes")
    assert ended.returncode == 0
    assert [account.ended for account in read(ledger.path)] == [True]


def test_what_has_no_delete_and_what_has_no_name_is_listed(there, ledger):
    made(ledger, "mappingSet", "a" * 32, None)
    made(ledger, "connection", None, None, state=LOST)
    ended = sweep(there, ledger, "--yes")
    assert ended.returncode == 0
    assert f"left: mappingSet {'a' * 32}" in ended.stdout
    assert NO_DELETE in ended.stdout
    assert UNNAMED in ended.stdout
    assert ended.stdout.splitlines()[-1] == "0 deleted, 2 left"


@pytest.mark.parametrize("changed", [{"base_url": "http://else.test"}, {"org_id": "ELSE@AdobeOrg"}])
def test_runs_against_another_target_are_left_alone(there, ledger, changed):
    identifier = there.make(f"{RUN} elsewhere")
    made(ledger, "connection", identifier, f"{RUN} elsewhere")
    lines = ledger.path.read_text().splitlines()
    lines[0] = json.dumps({**json.loads(lines[0]), **changed})
    ledger.path.write_text("\n".join(lines) + "\n")
    ended = sweep(there, ledger, "--yes")
    assert ended.returncode == 3
    assert "left alone" in ended.stdout
    assert f"connections: {RUN} elsewhere" in there.names()


def test_a_run_that_goes_on_is_left_alone(there, ledger):
    ledger.begin({"base_url": there.network.url, "org_id": there.settings["org_id"]})
    identifier = there.make(f"{RUN} living")
    made(ledger, "connection", identifier, f"{RUN} living")
    ended = sweep(there, ledger, "--yes")
    assert f"{RUN} is still going on: left alone" in ended.stdout
    assert f"connections: {RUN} living" in there.names()


def test_what_an_emulator_of_the_run_held_is_gone_with_it(there, ledger):
    ledger.begin({"base_url": "http://127.0.0.1:9", "embedded": True, "pid": NOBODY})
    made(ledger, "connection", "c1")
    ended = sweep(there, ledger, "--yes")
    assert (ended.returncode, "nothing to do" in ended.stdout) == (0, True)
    assert [account.ended for account in read(ledger.path)] == [True]


def test_no_ledger_and_no_target_are_one_clear_line(there, ledger, tmp_path):
    ended = there.command("sweep", "--ledger", str(tmp_path / "nowhere"))
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "there is none" in ended.stderr
    made(ledger, "connection", "c1")
    begins = json.loads(ledger.path.read_text().splitlines()[0])
    ledger.begin({**begins, "base_url": "http://127.0.0.1:9"})
    ended = sweep(there, ledger, "--yes", AEP_BASE_URL="http://127.0.0.1:9")
    assert (ended.returncode, ended.stderr.count("\n")) == (3, 1)
    assert "Connection refused" in ended.stderr


def test_no_secret_is_told(there, ledger, tmp_path):
    secret = there.settings["access_token"]
    made(ledger, "connection", there.make(f"{RUN} {secret}"), f"{RUN} one")
    ended = sweep(there, ledger, "--yes")
    assert ended.returncode == 0
    assert secret not in everything(tmp_path, ended)


def test_a_delete_that_does_nothing_is_not_believed(tmp_path):
    lies = lambda method, path: "own_lie" if method == "DELETE" and "/schemas/" in path else None  # noqa: E731
    with place(lies) as there:
        words = ("--profile", "smoke", "--requirement", "schema-registry.schemas.*")
        there.command("run", *words, "--report-dir", str(tmp_path))
        left = {(one["resource"], one["reason"]) for one in results(tmp_path)["leftovers"]}
        assert ("schema", STILL_THERE) in left
        assert not read(tmp_path / "ledger.jsonl")[0].ended
        again = there.command("sweep", "--yes", "--report-dir", str(tmp_path))
        assert again.returncode == 3
        assert "not deleted: schema" in again.stdout
        assert STILL_THERE in again.stdout
