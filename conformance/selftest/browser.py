"""A headless Chromium of the machine, driven by Playwright, which downloads none of its own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


def executable() -> str | None:
    """The browser that AEP_CHROMIUM names, or the first on the path."""
    named = os.environ.get("AEP_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> Iterator[Any]:
    """A running browser. Skips the test where there is none."""
    place = executable()
    if place is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} on the path, and AEP_CHROMIUM not set")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=place, args=list(ARGUMENTS))
        yield running
        running.close()


class Watched:
    """A page with everything that it did which a page must not do."""

    def __init__(self, running: Any, file: Path, fragment: str = "", **given: Any) -> None:
        self.file = file
        given.setdefault("viewport", {"width": 1280, "height": 900})
        self.context = running.new_context(**given)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.trouble: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("console", lambda message: self.trouble.append(message.text))
        self.page.on("dialog", self._dialog)
        self.go(fragment)

    def _dialog(self, dialog: Any) -> None:
        self.trouble.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def go(self, fragment: str) -> None:
        """Open the file anew at a fragment."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.file.as_uri()}{fragment and '#'}{fragment}")

    @property
    def strangers(self) -> list[str]:
        """What was asked for besides the file itself."""
        own = self.file.as_uri()
        return [u for u in self.asked if u.partition("#")[0] not in (own, "data:,", "about:blank")]

    def visible(self, selector: str) -> int:
        """How many elements a reader sees."""
        return int(self.page.locator(selector).locator("visible=true").count())

    def is_in_view(self, selector: str) -> bool:
        """Whether an element is within the window."""
        box = self.page.locator(selector).first.bounding_box()
        height = self.page.evaluate("innerHeight")
        return bool(box and box["y"] < height and box["y"] + box["height"] > 0)
