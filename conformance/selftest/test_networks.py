"""Networks that break, at the client and at a session: what is asked again, what is found out, what is an error."""

from collections import Counter

import pytest
import requests

from conformance.engine.client import Client
from conformance.engine.errors import Halted
from conformance.engine.kinds import CONNECTION
from conformance.engine.ledger import Ledger
from conformance.engine.redaction import Redactor
from conformance.engine.session import Session
from conformance.engine.settings import Settings
from conformance.engine.world import World
from conformance.rules.probes.kit import PROFILE_STORE
from conformance.selftest.builders import CONTRACT, raw_server, reply, settings
from conformance.selftest.rough_network import BREAKS
from conformance.selftest.unattended import place

LOSING = ("reset_after", "half", "long_length", "short_length", "garbage", "bad_gateway")
CAUSES = {
    "reset_before": "Connection reset by peer",
    "reset_after": "Connection reset by peer",
    "half": "broke off",
    "long_length": "broke off",
    "short_length": None,
    "garbage": None,
    "html": None,
    "bad_gateway": "answered 502 without a JSON body, as a proxy does (4 times)",
    "redirect": "redirects to 127.0.0.1:9, where nothing was sent (4 times)",
    "busy": "answered 429 and asks for patience (6 times)",
    "unavailable": "answered 503 and asks for patience (6 times)",
    "silence": "did not answer in time",
    "trickle": "did not answer in time",
    "huge": "answer is larger than 20000000 bytes",
}


class Breaking:
    """Breaks the first requests of a method, in one way."""

    def __init__(self):
        self.method, self.name, self.times, self.seen = "", "", 0, Counter()
        self.last = ""

    def __call__(self, method, path):
        self.seen[method] += 1
        self.last = path
        if method != self.method or self.times == 0:
            return None
        self.times -= 1
        return self.name

    def next(self, method, name, times=1):
        self.method, self.name, self.times, self.seen = method, name, times, Counter()


@pytest.fixture(scope="module")
def there():
    breaking = Breaking()
    with place(breaking) as found:
        found.breaking = breaking
        yield found


@pytest.fixture
def session(there, tmp_path, monkeypatch):
    """A session whose client does not pause before it sends again, though it waits for answers."""
    monkeypatch.setattr(Client, "sleep", lambda *_: None)
    names = ("org_id", "sandbox", "api_key", "client_id", "client_secret")
    given = {name: there.settings[name] for name in names}
    target = Settings(there.network.url, http_timeout=0.8, **given)
    ledger = Ledger(tmp_path / "ledger.jsonl", "aepc-0123ab")
    token, redactor = there.settings["access_token"], Redactor(target.secrets())
    redactor.learn("access_token", token)
    world = World(target, CONTRACT, redactor, Client(target), token, "aepc-0123ab")
    world.ledger = ledger
    ledger.begin({})
    one = Session(world, "walk")
    yield one
    there.breaking.next("", "", 0)
    assert one.tidy() == []


def account(one, name="account"):
    return {"name": one.name(name), "connectionSpec": PROFILE_STORE}


def make(one, name="account"):
    return one.take(one.call("createConnection", body=account(one, name)), "/id")


@pytest.mark.parametrize("name", BREAKS)
def test_a_read_that_breaks_once_is_asked_again(there, session, name):
    there.breaking.next("GET", name)
    exchange = session.call("listConnections", query={"limit": "1"})
    assert (exchange.status, exchange.error) == (200, None)
    # the connection that a short answer came over may die under the next request, too
    assert exchange.attempts in ((2, 3) if name == "short_length" else (2,))


def test_json_that_broke_is_kept_without_secrets_although_it_was_asked_for_again(there, session):
    there.breaking.next("GET", "own_echo")
    exchange = session.call("listConnections", query={"limit": "1"})
    assert (exchange.status, len(exchange.spoilt)) == (200, 1)
    assert there.settings["access_token"] not in str(exchange.to_json())
    assert "<secret:access_token>" in exchange.spoilt[0]


@pytest.mark.parametrize("name", [n for n, cause in CAUSES.items() if cause])
def test_a_read_that_always_breaks_is_an_error_with_its_cause(there, session, name):
    there.breaking.next("GET", name, 99)
    with pytest.raises(Halted) as halted:
        session.call("listConnections", query={"limit": "1"})
    assert CAUSES[name] in halted.value.reason
    assert session.exchanges[-1].response is None
    secret = there.settings["access_token"]
    assert secret not in str(session.exchanges[-1])


@pytest.mark.parametrize("name", ["garbage", "html"])
def test_who_always_answers_what_is_no_json_is_judged_by_it(there, session, name):
    session.call("listFlows", query={"limit": "1"})
    there.breaking.next("GET", name, 4)  # not the question whether it still answers that
    exchange = session.call("listConnections", query={"limit": "1"})
    assert (exchange.status, exchange.error, exchange.attempts) == (200, None, 4)
    assert there.breaking.seen["GET"] == 5
    there.breaking.next("GET", name, 1)
    again = session.call("listConnections", query={"limit": "1"})
    assert (again.status, again.attempts) == (200, 1)


@pytest.mark.parametrize(
    ("broken", "seen"),
    [
        ("xxxx", [(0, True), (0, True), (200, False), (200, False)]),
        ("xx.xx", [(0, True), (0, True), (200, False), (0, True), (0, True)]),
    ],
)
def test_who_spoils_answers_to_writes_that_took_effect_is_judged_by_the_third_in_a_row(
    there, session, broken, seen
):
    found = make(session)
    answers = []
    for number, mark in enumerate(broken):
        read = session.call("getConnection", found)
        patch = [{"op": "add", "path": "/description", "value": f"change {number}"}]
        there.breaking.next("PATCH", "garbage", int(mark == "x"))
        headers = {"If-Match": read.at("/items/0/etag")}
        exchange = session.call("updateConnection", found, body=patch, headers=headers)
        answers.append((exchange.status, exchange.took_effect))
    assert answers == seen


def test_whether_the_target_is_reached_is_asked_of_another_place_than_the_one_in_doubt(
    there, session
):
    session.call("listFlows", query={"limit": "1"})
    session.call("listConnections", query={"limit": "1"})
    there.breaking.next("GET", "garbage", 4)
    assert session.call("listConnections", query={"limit": "1"}).status == 200
    assert there.breaking.last.partition("?")[0].endswith("/flows")


@pytest.mark.parametrize("name", ["garbage", "html"])
def test_who_answers_nothing_in_json_any_more_is_not_judged_by_it(there, session, name):
    session.call("listFlows", query={"limit": "1"})
    there.breaking.next("GET", name, 99)
    with pytest.raises(Halted, match="what is not JSON"):
        session.call("listConnections", query={"limit": "1"})


def test_one_try_among_others_that_broke_otherwise_accuses_nobody(there, session):
    names = iter(["reset_before", "html", "reset_before", "html"])
    there.network.choose, kept = lambda *_: next(names), there.network.choose
    exchange = session.call("listConnections", query={"limit": "1"}, halts=False)
    there.network.choose = kept
    assert exchange.response is None
    assert "what is not JSON (4 times)" in exchange.error


@pytest.mark.parametrize("name", BREAKS)
def test_a_create_that_breaks_once_makes_one_entity(there, session, name):
    there.breaking.next("POST", name)
    identifier = make(session, f"once {name}")
    created = session.exchanges[-1]
    assert (created.status, created.error) == (201, None)
    query = {"property": f"name=={session.name(f'once {name}')}"}
    listed = session.call("listConnections", query=query)
    assert [item["id"] for item in listed.at("/items")] == [identifier]
    assert there.breaking.seen["POST"] == 2
    assert there.breaking.seen["DELETE"] == (1 if name in (*LOSING, "trickle") else 0)


def test_a_create_of_a_name_that_others_bear_deletes_none_of_theirs(there, session):
    first = make(session, "twice")
    there.breaking.next("POST", "reset_after")
    second = make(session, "twice")
    read = session.call("getConnection", first)
    assert read.status == 200
    assert first != second
    assert there.breaking.seen["DELETE"] == 1


def test_a_create_that_another_process_has_under_way_is_waited_for(there, session, monkeypatch):
    """It is told to the ledger between two looks; what it made stays."""
    name = session.name("theirs")
    other = Ledger(session.world.ledger.path, session.world.run)
    number = other.intend(CONNECTION.name, name, there.settings["sandbox"])
    theirs = there.make(name)
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        other.close(number, "made", theirs)

    session.world.sleep = sleep
    there.breaking.next("POST", "reset_after")
    make(session, "theirs")
    assert len(waits) == 1
    assert session.call("getConnection", theirs).status == 200
    session.made("connection", theirs)


@pytest.mark.parametrize("name", LOSING)
def test_a_patch_that_took_effect_is_known_by_reading(there, session, name):
    read = session.call("getConnection", make(session))
    there.breaking.next("PATCH", name)
    exchange = session.call(
        "updateConnection",
        read.path["id"],
        body=[{"op": "add", "path": "/description", "value": f"by {name}"}],
        headers={"If-Match": read.item["etag"]},
    )
    assert exchange.took_effect
    assert "sent again, it was refused with 412" in exchange.error
    now = session.call("getConnection", read.path["id"])
    assert now.item["description"] == f"by {name}"


@pytest.mark.parametrize("name", ["reset_before", "html", "redirect", "busy", "silence"])
def test_a_patch_that_went_lost_is_sent_again(there, session, name):
    read = session.call("getConnection", make(session))
    there.breaking.next("PATCH", name)
    patch = [{"op": "add", "path": "/description", "value": name}]
    headers = {"If-Match": read.item["etag"]}
    exchange = session.call("updateConnection", read.path["id"], body=patch, headers=headers)
    assert (exchange.status, exchange.took_effect, exchange.attempts) == (200, False, 2)


def test_a_patch_that_somebody_else_outran_is_no_effect_of_ours(there, session):
    read = session.call("getConnection", make(session))
    identifier, etag = read.path["id"], read.item["etag"]
    theirs = [{"op": "add", "path": "/description", "value": "theirs"}]
    url = f"{there.settings['base_url']}{CONTRACT['updateConnection'].path({'id': identifier})}"
    headers = {**there.headers("conformance"), "If-Match": etag, "Accept": "*/*"}
    assert requests.patch(url, json=theirs, headers=headers, timeout=5).status_code == 200
    there.breaking.next("PATCH", "reset_before")
    ours = [{"op": "add", "path": "/description", "value": "ours"}]
    with pytest.raises(Halted, match="refused with 412"):
        session.call("updateConnection", identifier, body=ours, headers={"If-Match": etag})
    assert session.exchanges[-1].took_effect is False


@pytest.mark.parametrize("name", [*LOSING, "reset_before", "html"])
def test_a_delete_that_breaks_is_done_once_and_known(there, session, name):
    identifier = make(session)
    there.breaking.next("DELETE", name)
    exchange = session.call("deleteConnection", identifier)
    assert exchange.took_effect == (exchange.status == 0)
    assert exchange.took_effect or exchange.status == 204
    assert session.belongings.left == []
    with pytest.raises(Halted):
        session.call("getConnection", identifier)


def test_a_refusal_put_to_the_test_is_asked_for_again(there, session):
    there.breaking.next("POST", "reset_after")
    wrong = {k: v for k, v in account(session).items() if k != "connectionSpec"}
    exchange = session.call("createConnection", body=wrong, case="s.r.case")
    assert (exchange.status, exchange.error) == (400, None)
    assert [e.state for e in session.world.ledger.account().entries.values()] == ["none", "none"]


def test_a_write_that_always_breaks_is_an_error_and_what_it_made_is_deleted(there, session):
    there.breaking.next("POST", "reset_after", 99)
    with pytest.raises(Halted, match="Connection reset"):
        make(session, "never")
    there.breaking.next("", "", 0)
    named = f"connections: {session.name('never')}"
    assert [one for one in there.names() if one == named] == [named]  # the last try's, for a sweep
    entries = session.world.ledger.account().entries.values()
    assert {entry.state for entry in entries} == {"lost"}


def test_an_answer_cut_off_anywhere_is_no_answer(monkeypatch):
    monkeypatch.setattr(Client, "sleep", lambda *_: None)
    whole = reply("200 OK", b'{"id": "x"}', "Content-Type: application/json")
    whole = whole.replace(b"Connection: close\r\n", b"")
    for length in range(len(whole)):
        with raw_server(whole[:length]) as (url, _):
            answer = Client(settings(url)).send("PATCH", f"{url}/flows/x", {}, b"[]")
            assert (answer.status, answer.unsent) == (0, False), whole[:length]
    with raw_server(whole) as (url, _):
        assert Client(settings(url)).send("PATCH", f"{url}/flows/x", {}, b"[]").status == 200
