"""What the tests of the demo need: a demo in a process of its own, and a browser that complains to the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Page, Request, Response, sync_playwright

from bot.demo.shots import ARGUMENTS, DEMO, WIDE, find_browser, running_demo, settle


@dataclass  # without slots: Playwright leaves a note on whatever listens to it
class Browser:
    """A page of the demo, and everything it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list[str])

    def listen(self) -> None:
        """Write down errors of the console and requests that fail."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _failed(self, request: Request) -> None:
        # The page itself gives up asking for the state when somebody does something meanwhile.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")


@pytest.fixture(scope="module")  # no longer, for Playwright occupies the thread's event loop
def chromium() -> Iterator[Chromium]:
    """The Chromium of this machine."""
    found = find_browser()
    if found is None:
        pytest.skip("there is no Chromium on this machine (apt install chromium)")
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS])
        yield program
        program.close()


@pytest.fixture
def demo() -> tuple[str, ...]:
    """What is started; a test may say otherwise."""
    return DEMO


@pytest.fixture
def browser(chromium: Chromium, demo: tuple[str, ...]) -> Iterator[Browser]:
    """A demo that has played its tour, in a browser. Fails the test if the page complained about anything."""
    with running_demo(*demo) as address:
        page = chromium.new_page(viewport={"width": WIDE[0], "height": WIDE[1]}, reduced_motion="reduce")
        opened = Browser(page)
        opened.listen()
        page.goto(address)
        page.locator("#demo-due time", has_text="4 Jan 2025").first.wait_for()
        settle(page)
        yield opened
        page.close()
    assert not opened.complaints, opened.complaints
