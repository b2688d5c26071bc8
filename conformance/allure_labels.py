"""What Allure shows of a requirement: epic, feature, story, severity, and the exchanges that decided it."""

import allure
from allure_commons.types import AttachmentType, Severity

from conformance.engine.exchange import Exchange
from conformance.engine.verdict import Verdict
from conformance.report.text import curl, cut, exchange_lines

SEVERITY = {"MUST": Severity.CRITICAL, "SHOULD": Severity.NORMAL, "MAY": Severity.MINOR}


def describe(verdict: Verdict) -> None:
    """Label the running test and attach up to three exchanges, each in a step of its own."""
    row = verdict.requirement
    allure.dynamic.title(row.id)
    allure.dynamic.epic(row.service)
    allure.dynamic.feature(row.resource)
    allure.dynamic.severity(SEVERITY[row.level])
    allure.dynamic.description(
        f"{row.statement}\n\nDocuments: {', '.join(row.source)} ({row.basis})\n\n{verdict.message}"
    )
    for sequence in verdict.sequences:
        allure.dynamic.story(sequence)
    for exchange in verdict.shown:
        _attach(exchange)


def _attach(exchange: Exchange) -> None:
    with allure.step(
        f"{exchange.step}: {exchange.operation} → {exchange.status or exchange.error}"
    ):
        body = "\n".join([*exchange_lines(exchange), "", curl(exchange)])
        allure.attach(cut(body, 20_000), exchange.id, AttachmentType.TEXT)
