"""What one check found."""

from dataclasses import dataclass

OK, FAILED, SKIPPED = "ok", "failed", "not reached"
SETTINGS, TARGET = 2, 3


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's; `code` is what the command ends with when the check failed."""

    check: str
    outcome: str
    said: str
    advice: str = ""
    code: int = 0

    def __str__(self) -> str:
        advice = f" → {self.advice}" if self.advice else ""
        return f"{self.check:13}{self.outcome:12}{' '.join(f'{self.said}{advice}'.split())}"


def ok(check: str, said: str) -> Finding:
    """A check that found nothing wrong."""
    return Finding(check, OK, said)


def failed(check: str, said: str, advice: str, code: int = SETTINGS) -> Finding:
    """A check that found something wrong, and what to do about it."""
    return Finding(check, FAILED, said, advice, code)
