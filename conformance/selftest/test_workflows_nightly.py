"""The nightly workflow played without GitHub: two nights against an emulator, one good and one bad."""

import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from conformance.selftest import fake_allure
from conformance.selftest.workflows import play, step, upload

FAULT = "class-create-answers-200"
GH = """#!/bin/sh
echo "$@" >> "$CALLS"
if [ "$1 $2" = "issue list" ]; then cat "$OPEN"; fi
"""


def git(*words, cwd):
    subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True)


class Night:
    """One run of the workflow: shards, then the report, in folders of their own."""

    def __init__(self, folder: Path, origin: Path, tools: Path) -> None:
        self.folder, self.tools = folder, tools
        self.swept: list[subprocess.CompletedProcess[str]] = []
        self.site = folder / "report"
        git("clone", "-q", str(origin), str(self.site), cwd=origin.parent)

    def judge(self, shard: str, settings: dict[str, str], **other: str):
        cwd = self.folder / f"judge-{shard}"
        cwd.mkdir()
        names = ("base_url", "org_id", "sandbox", "api_key", "client_id", "client_secret")
        given = {f"AEP_{name.upper()}": settings[name] for name in names}
        given |= {"SHARD": shard, "PROFILE": "smoke", "CONNECTORS_TOML": "", "AEP_SCOPES": ""}
        ended, _ = play(step("nightly", "judge", "Judge and record"), cwd, **{**given, **other})
        if (cwd / "out" / "ledger.jsonl").is_file():
            swept, _ = play(
                step("nightly", "judge", "Sweep up after a run that was cut off"), cwd, **given
            )
            self.swept.append(swept)
        found = step("nightly", "judge", "Keep what the shard found")
        upload(found, cwd, self.site / "shards" / f"shard-{shard}")
        return ended

    def report(self, judged: str) -> SimpleNamespace:
        """The steps of the job `report`, in their order."""
        past, _ = self._step("Fetch past nights")
        drift, drifted = self._step("Compare with the last good night")
        report, reported = self._step("Report")
        keeping, _ = self._step("Keep tonight for the next nights", CODE=reported["code"])
        gate, _ = self._step("Gate", CODE=reported["code"], DRIFT=drifted["code"], JUDGED=judged)
        assert [e.stderr for e in (past, drift, report, keeping) if e.returncode] == []
        summary = (self.site / "site" / "summary.md").read_text()
        return SimpleNamespace(
            gate=gate.returncode, drift=drifted["code"], said=drift.stdout, summary=summary
        )

    def _step(self, title: str, **given: str):
        return play(step("nightly", "report", title), self.site, PATH=str(self.tools), **given)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nights")
    seed = folder / "seed"
    seed.mkdir()
    (seed / "README.md").write_text("the project")
    git("init", "-q", "-b", "main", cwd=seed)
    git("add", ".", cwd=seed)
    git("-c", "user.name=n", "-c", "user.email=n@n", "commit", "-q", "-m", "one", cwd=seed)
    git("clone", "-q", "--bare", str(seed), str(folder / "origin.git"), cwd=folder)
    fake_allure.install(folder / "tools")
    return folder


@contextmanager
def served(port="0", *faults):
    """The emulator at a port, the same one every night: the settings to reach it."""
    words = [w for name in faults for w in ("--fault", name)]
    command = [sys.executable, "-m", "conformance.emulator", "--port", port, "--seed", "1"]
    with subprocess.Popen([*command, *words], stdout=subprocess.PIPE, text=True) as process:
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture(scope="module")
def nights(place):
    """A good night of two shards, then a bad one, in which a shard is lost."""
    good = Night(place / "first", place / "origin.git", place / "tools")
    with served() as clean:
        shards = [good.judge(shard, clean) for shard in ("stripe", "whole")]
    first = good.report("success")
    bad = Night(place / "second", place / "origin.git", place / "tools")
    with served(clean["base_url"].rsplit(":", 1)[1], FAULT) as faulty:
        shards.append(bad.judge("whole", faulty))
    second = bad.report("failure")
    return SimpleNamespace(
        shards=shards, first=first, second=second, good=good, bad=bad, told=(clean, faulty)
    )


def test_shards_end_as_their_verdicts_say(nights):
    assert [ended.returncode for ended in nights.shards] == [0, 0, 1], nights.shards[0].stderr


def test_what_a_shard_made_is_swept_up(nights):
    swept = [*nights.good.swept, *nights.bad.swept]
    assert [ended.returncode for ended in swept] == [0, 0, 0], swept[0].stderr
    assert all("every run" in ended.stdout for ended in swept)


def test_a_good_night_passes_the_gate_and_is_published(nights):
    site = nights.good.site / "site"
    assert nights.first.gate == 0
    assert "is conformant" in nights.first.summary
    assert json.loads((site / "results.json").read_text())["shards"] == 2
    assert json.loads((site / "badge.json").read_text())["color"] == "brightgreen"
    assert (site / "index.html").is_file()
    assert (site / "allure" / "index.html").is_file()


def test_a_bad_night_fails_the_gate_and_says_what_changed(nights):
    assert nights.second.gate == 1
    assert nights.second.drift == "1"
    assert "schema-registry.classes.create-answers-created" in nights.second.summary
    assert "Since the last run" in nights.second.summary
    assert "Drift:" in nights.second.summary
    assert "is NOT conformant" in (nights.bad.site / ".GITHUB_STEP_SUMMARY").read_text()


def test_the_branch_holds_every_night_but_only_the_cassettes_of_the_good_one(place, nights):
    git("clone", "-q", "-b", "nightly", str(place / "origin.git"), "branch", cwd=place)
    branch = place / "branch"
    assert len(list((branch / "history").glob("*.json"))) == 2
    kept = {p.name: p.read_text() for p in (branch / "cassettes").iterdir()}
    good = nights.good.site / "tonight"
    assert kept == {p.name: p.read_text() for p in good.iterdir()}
    assert "stripe.yaml" in kept
    assert not (branch / "README.md").exists()
    log = subprocess.run(
        ["git", "rev-list", "HEAD"], cwd=branch, capture_output=True, text=True, check=True
    )
    assert len(log.stdout.split()) == 1


def test_no_secret_is_in_what_is_uploaded_or_kept(nights):
    for night, settings in ((nights.good, nights.told[0]), (nights.bad, nights.told[1])):
        files = [p for p in night.site.rglob("*") if p.is_file() and ".git" not in p.parts]
        texts = {str(p): p.read_text(errors="replace") for p in files}
        for name in ("client_secret", "access_token", "api_key"):
            assert [p for p, text in texts.items() if settings[name] in text] == []


def test_the_gate_holds_when_only_a_shard_failed_or_only_the_answers_drifted(nights):
    gate = step("nightly", "report", "Gate")
    for given, code in (
        ({"CODE": "0", "DRIFT": "0", "JUDGED": "success"}, 0),
        ({"CODE": "0", "DRIFT": "0", "JUDGED": "failure"}, 1),
        ({"CODE": "0", "DRIFT": "1", "JUDGED": "success"}, 1),
        ({"CODE": "3", "DRIFT": "0", "JUDGED": "failure"}, 3),
    ):
        assert play(gate, nights.good.site, **given)[0].returncode == code


def test_without_a_target_the_night_is_no_good_one(place, tmp_path):
    night = Night(tmp_path / "lost", place / "origin.git", place / "tools")
    settings = dict.fromkeys(
        ("base_url", "org_id", "sandbox", "api_key", "client_id", "client_secret"), ""
    )
    ended = night.judge("whole", settings)
    assert ended.returncode != 0
    assert "AEP_BASE_URL" in ended.stderr
    outcome = night.report("failure")
    assert outcome.gate == 3
    assert "No shard left results" in outcome.summary


@pytest.mark.parametrize(("number", "act"), [("", "issue create"), ("12", "issue comment 12")])
def test_the_issue_has_the_summary_and_is_opened_once(nights, tmp_path, number, act):
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "open").write_text(number)
    shutil.copytree(nights.bad.site / "site", tmp_path / "site")
    ended, _ = play(
        step("nightly", "issue", "Open an issue, or add to the open one"), tmp_path,
        PATH=str(tmp_path), CALLS=str(tmp_path / "calls"), OPEN=str(tmp_path / "open"),
        GH_TOKEN="t", GH_REPO="us/ours", RUN_URL="https://github.example/run/1",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "calls").read_text().splitlines()[-1].startswith(act)
    body = (tmp_path / "body.md").read_text()
    assert body.startswith(nights.second.summary)
    assert "https://github.example/run/1" in body
