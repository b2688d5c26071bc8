"""What a run leaves in allure-results beside the tests: categories, environment, and who ran it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.report.publishing import write

Data = dict[str, Any]
# The first that matches wins. Allure 2 and 3 both read these; [^] and (?s) are each unknown to one of them.
CATEGORIES: list[Data] = [
    {"name": "Documented fact broken", "matchedStatuses": ["failed"]},
    {
        "name": "Network: the target was out of reach",
        "matchedStatuses": ["skipped"],
        "messageRegex": r"^Skipped: error:[\s\S]*",
    },
    {
        "name": "Blocked by another failure",
        "matchedStatuses": ["skipped"],
        "messageRegex": r"^Skipped: blocked:[\s\S]*",
    },
    {
        "name": "Recommended, not met, or waived",
        "matchedStatuses": ["skipped"],
        "messageRegex": r"^XFAIL[\s\S]*",
    },
    {
        "name": "Not judged in this run",
        "matchedStatuses": ["skipped"],
        "messageRegex": r"^Skipped: (untested|not-applicable):[\s\S]*",
    },
    {"name": "The suite itself failed", "matchedStatuses": ["broken"]},
]


def describe_run(folder: Path, results: Data, environ: Mapping[str, str]) -> None:
    """Write categories.json, environment.properties and executor.json for a run.

    `environ` tells whether a CI service ran it. Raises SettingsError when a file cannot be written.
    """
    write(folder / "categories.json", json.dumps(CATEGORIES, indent=1) + "\n")
    write(folder / "environment.properties", _properties(environment(results)))
    write(folder / "executor.json", json.dumps(executor(results, environ), indent=1) + "\n")


def environment(results: Data) -> dict[str, str]:
    """What was judged and with what, for Allure's environment."""
    return {
        **{name: str(value) for name, value in results["target"].items()},
        "profile": results["profile"],
        "contracts": results["contracts"]["version"],
        "tool": f"{results['tool']['name']} {results['tool']['version']}",
        "verdict": results["verdict"],
    }


def _properties(values: Mapping[str, str]) -> str:
    # A backslash would begin an escape, and a line break another property.
    lines = (f"{k}={' '.join(v.split())}".replace("\\", "\\\\") for k, v in values.items())
    return "\n".join(lines) + "\n"


def executor(results: Data, environ: Mapping[str, str]) -> Data:
    """Who ran it: GitHub Actions, GitLab, Jenkins, or a person at a machine."""
    said = environ.get
    if said("GITHUB_RUN_ID"):
        place = f"{said('GITHUB_SERVER_URL')}/{said('GITHUB_REPOSITORY')}/actions/runs"
        url = f"{place}/{said('GITHUB_RUN_ID')}"
        return _build(
            "GitHub Actions", "github", said("GITHUB_RUN_NUMBER"), url, said("GITHUB_WORKFLOW")
        )
    if said("GITLAB_CI"):
        return _build(
            "GitLab", "gitlab", said("CI_PIPELINE_IID"), said("CI_JOB_URL"), said("CI_JOB_NAME")
        )
    if said("JENKINS_URL"):
        return _build(
            "Jenkins", "jenkins", said("BUILD_NUMBER"), said("BUILD_URL"), said("JOB_NAME")
        )
    return {"name": "by hand", "type": "local", "buildName": results["started"]}


def _build(name: str, kind: str, number: str | None, url: str | None, job: str | None) -> Data:
    order = {"buildOrder": int(number)} if number and number.isdigit() else {}
    build = f"{job or name} #{number}" if number else job or name
    return {"name": name, "type": kind, **order, "buildName": build, "buildUrl": url or ""}
