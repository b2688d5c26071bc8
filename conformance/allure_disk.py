"""Allure's files are a by-product: a disk that does not take them fails no test."""

import contextlib
from collections.abc import Generator

import allure_commons


class FullDisk:
    """Keeps the errors of Allure's writer from the tests; `complaint` is the first."""

    def __init__(self) -> None:
        self.complaint: str | None = None

    @contextlib.contextmanager
    def _forgiven(self) -> Generator[None, None, None]:
        try:
            yield
        except OSError as error:
            self.complaint = self.complaint or f"Allure results are not whole: {error.strerror}"

    @allure_commons.hookimpl(wrapper=True)
    def report_result(self) -> Generator[None, None, None]:
        with self._forgiven():
            yield

    @allure_commons.hookimpl(wrapper=True)
    def report_container(self) -> Generator[None, None, None]:
        with self._forgiven():
            yield

    @allure_commons.hookimpl(wrapper=True)
    def report_attached_data(self) -> Generator[None, None, None]:
        with self._forgiven():
            yield


@contextlib.contextmanager
def tolerated() -> Generator[FullDisk, None, None]:
    """Forgive while the block lasts."""
    guard = FullDisk()
    allure_commons.plugin_manager.register(guard)
    try:
        yield guard
    finally:
        allure_commons.plugin_manager.unregister(guard)
