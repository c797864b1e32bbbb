"""Screenshots of the demo for the README, in both languages: a real browser in front of a real demo."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot import installation
from bot.errors import StartError

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
"""Names of Chromium's executable."""
ARGUMENTS = ("--no-sandbox", "--force-color-profile=srgb", "--font-render-hinting=none")
"""Chromium refuses to run its sandbox as root, as containers do; here it opens nothing but the demo."""

DEMO = ("bot", "demo", "--port", "0")

WIDE = (1280, 800)
TALL = (1280, 1120)
PHONE = (390, 844)
TALL_PHONE = (390, 1230)
ASKS_EVERY = 500
"""Milliseconds between two polls of a page, see `page/demo.js`."""
COMPOSER = "#channel-composer-input"


def find_browser() -> str | None:
    """The path of this machine's Chromium, if any."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def running_demo(*arguments: str) -> Generator[str]:
    """Run a demo in a process of its own, and yield the address of its page. `arguments` are those of Python."""
    command = [sys.executable, "-u", "-m", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")  # noqa: S603
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                yield found[0]
                return
        raise StartError("The demo did not start.")
    finally:
        process.terminate()
        process.communicate(timeout=30)


def main(folder: Path) -> int:
    """Write the screenshots to a folder; returns the exit code."""
    browser = find_browser()
    if browser is None:
        raise StartError("The pictures need Chromium, and there is none (apt install chromium).")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as error:
        raise StartError(f"The pictures need Playwright. {installation.how_to_add('test')}") from error
    folder.mkdir(parents=True, exist_ok=True)
    with running_demo(*DEMO, "--no-tour") as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=[*ARGUMENTS])
        page = chromium.new_page(reduced_motion="reduce")
        page.goto(address)
        page.locator("#demo-places button").first.wait_for()
        _take(page, lambda name: shoot(page, folder / f"{name}.png"))
        if page.locator("#demo-notice[data-stays]").count():
            sys.stderr.write("There is no Korean font, so Hangul is drawn as boxes (apt install fonts-noto-cjk).\n")
        with running_demo(*DEMO) as evening:
            page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
            page.goto(evening)
            page.locator("#demo-places button").first.wait_for()
            _take_evening(page, lambda name: shoot(page, folder / f"{name}.png"))
        chromium.close()
    sys.stdout.write(f"The pictures are in {folder}\n")
    return 0


def _take(page: Page, take: Callable[[str], object]) -> None:
    resize(page, WIDE)
    for name, language, cast in (("Mina", "en", "cast"), ("지우", "ko", "출연진")):
        view_as(page, name)
        page.locator(COMPOSER).press_sequentially("/")
        page.locator(".command-entry").first.wait_for()
        take(f"picker-{language}")
        page.locator(COMPOSER).fill("")
        resize(page, TALL)
        use(page, cast, "stars-gossip")
        take(f"cast-{language}")
        resize(page, WIDE)
    page.click("#demo-next")
    for name, channel, language in (("Mina", "announcements", "en"), ("지우", "드라마-소식", "ko")):
        view_as(page, name)
        open_channel(page, channel)
        page.locator(".channel-message").first.wait_for()
        take(f"announcement-{language}")
    view_as(page, "Mina")
    open_channel(page, "announcements")
    page.locator(".channel-message").last.get_by_role("button", name="Notify me").click()
    page.locator(".channel-message").last.get_by_text("I'll tell you about").first.wait_for()
    page.click("#demo-next")
    page.locator(".channel-message").last.get_by_text("BIG Naughty").first.wait_for()
    take("notify-en")
    resize(page, PHONE)
    page.click("#demo-menu")
    take("phone-channels")
    open_channel(page, "general")
    use(page, "ost", "jin")
    take("phone-ost")
    resize(page, TALL_PHONE)
    page.click("#demo-menu")
    # Mina is an admin in the second server, which has the only channel of this name.
    open_channel(page, "news")
    page.locator(COMPOSER).press_sequentially("/announcements panel")
    page.locator(".command-entry").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("#send-message").click()
    page.get_by_text("Only you can see this").wait_for()
    settle(page)  # else a menu that has been opened may be drawn anew, and closed by that
    choose(page, "news")
    page.get_by_text("Announcements are on").wait_for()
    take("phone-panel")


def _take_evening(page: Page, take: Callable[[str], object]) -> None:
    """The evening that the tour planned: who is in says so, the post counts them, and its thread opens."""
    view_as(page, "지우")
    open_channel(page, "general")
    page.locator(".channel-message", has_text="Watch party").get_by_role("button", name="Maybe").click()
    page.locator(".channel-message").last.get_by_text("Watch party").first.wait_for()
    view_as(page, "Mina")
    open_channel(page, "announcements")
    for words in ("premieres tonight", "Watch party: When the Stars Gossip, today"):
        page.click("#demo-next")
        page.locator(".channel-message", has_text=words).wait_for()
    resize(page, TALL)
    take("evening-en")
    resize(page, TALL_PHONE)
    page.click("#demo-menu")
    open_channel(page, "news")
    use(page, "schedule add", "Movie night", "Sat 21:20 for 2 h")
    page.get_by_text("not saved yet").last.wait_for()
    take("phone-schedule")


def shoot(page: Page, path: Path) -> None:
    """Take a screenshot of the page, once it has polled for the latest."""
    page.wait_for_timeout(ASKS_EVERY + 200)
    settle(page)
    page.screenshot(path=path)


def resize(page: Page, size: tuple[int, int]) -> None:
    """Resize the window to `size`, in pixels."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    settle(page)


def view_as(page: Page, name: str) -> None:
    """Switch to another user."""
    people = page.locator("#demo-people")
    people.select_option(label=people.locator("option", has_text=name).inner_text())
    settle(page)


def open_channel(page: Page, name: str) -> None:
    """Open a channel by the name in the sidebar; the first of several."""
    page.locator("#demo-places button", has_text=name).first.click()
    settle(page)


def use(page: Page, command: str, *values: str) -> None:
    """Use a command with values for its first options: the first suggestion, where there are some."""
    before = page.evaluate("document.querySelector('.channel-message:last-child')?.dataset.messageId ?? ''")
    page.locator(COMPOSER).press_sequentially(f"/{command}")
    page.locator(".command-entry").first.wait_for()
    page.keyboard.press("Enter")
    for place, value in enumerate(values):
        field = page.locator(".command-option-input").nth(place)
        field.press_sequentially(value)
        if field.get_attribute("aria-autocomplete") == "list":
            wait_for_suggestions(page)
            page.keyboard.press("Enter")
    page.locator("#send-message").click()
    page.locator(f".channel-message:last-child:not([data-message-id='{before}'])").wait_for()
    settle(page)


def choose(page: Page, option: str) -> None:
    """Choose an option in the first menu of the last message."""
    page.locator(".channel-message").last.locator("[role=combobox], .select-control button").first.click()
    page.locator("[role=option]", has_text=option).last.click()
    settle(page)


def wait_for_suggestions(page: Page) -> None:
    """Wait until the suggestions match what is typed; they lag behind by a moment."""
    page.locator(".command-suggestion").first.wait_for()
    offered = ""
    while offered != (now := page.locator(".command-popup").inner_text()):
        offered = now
        page.wait_for_timeout(350)
        settle(page)


def settle(page: Page) -> None:
    """Wait until the page has drawn its state."""
    page.wait_for_timeout(150)
    # Not `wait_for_function`: it evaluates text, which the page's policy does not allow.
    while not page.evaluate("window.simcordPreview.ready && !window.simcordPreview.pendingQuery"):
        page.wait_for_timeout(50)
