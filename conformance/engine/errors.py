"""What stops a run before or beside a verdict. Each message is one line that says what to do."""


class ConformanceError(Exception):
    """Base of all errors of the suite; `exit_code` is what the command ends with."""

    exit_code = 3


class SettingsError(ConformanceError):
    """A missing or unusable setting or option."""

    exit_code = 2


class ContractDataError(ConformanceError):
    """A file under contracts/ that cannot be used; the message names file and line."""

    exit_code = 2


class TargetError(ConformanceError):
    """The target cannot be reached, or nothing there answers like the platform."""

    exit_code = 3


class Halted(ConformanceError):
    """A step of a journey went wrong, so that the steps after it cannot run."""

    def __init__(self, step: str, reason: str, exchange: str | None = None) -> None:
        super().__init__(f"{step}: {reason}")
        self.step, self.reason, self.exchange = step, reason, exchange


class Spent(Halted):
    """The run has used up its budget of requests or time."""


class Hindered(Halted):
    """The machine that the run is on stands in its way, so that it may not go on."""
